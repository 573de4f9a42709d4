// What all tests of the hub share: a server, an empty cache a test, no token and no variable of the machine.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { env } from '../../../lib/env.js'
import { patience } from '../../../lib/hub/patience.js'
import { TestHub } from './server.js'

export interface Surroundings {
  hub: TestHub
  /** Of the cache. */
  folder: string
}

/** Filled before each test. */
export function useHub(): Surroundings {
  const around = {} as Surroundings
  const variables = { ...process.env }
  const settings = { ...patience }
  beforeAll(async () => {
    around.hub = await TestHub.open()
  })
  afterAll(() => around.hub.close())
  beforeEach(() => {
    for (const name of Object.keys(process.env))
      if (/^(HF|HUGGING|TRANSFORMERS|ALBERT_CACHE)/.test(name)) delete process.env[name]
    patience.firstDelayMs = 1
    around.hub.reset()
    around.folder = mkdtempSync(join(tmpdir(), 'albert-hub-'))
    process.env['HF_ENDPOINT'] = around.hub.url
    process.env['HF_HUB_CACHE'] = around.folder
    // Where a token could lie.
    process.env['HF_HOME'] = join(around.folder, 'home')
  })
  afterEach(() => {
    Object.assign(patience, settings)
    env.allowRemoteModels = true
    env.allowLocalModels = true
    env.localModelPath = './models/'
    env.remotePathTemplate = '{model}/resolve/{revision}/'
    env.fetch = (input, init) => globalThis.fetch(input, init)
    // Changed one by one: the system would not see another object.
    for (const name of Object.keys(process.env)) if (variables[name] === undefined) delete process.env[name]
    Object.assign(process.env, variables)
    rmSync(around.folder, { recursive: true, force: true })
  })
  return around
}

/** Paths of all files and links below a folder, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
