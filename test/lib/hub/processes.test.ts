// What only shows in processes of their own: killed half-way, two at once, no socket at all, and the commands that fetch.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { albert, program, type Run, root, start } from '../cli/albert.js'
import { type Ask, sendSome, TINY_FILES } from './server.js'
import { filesBelow, useHub } from './surroundings.js'

const around = useHub()
const SNAPSHOT = join('models--org--tiny/snapshots', 'a'.repeat(40))

function outcome(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise(resolve => child.once('close', (code, signal) => resolve(signal ?? code)))
}

const isBytes = (ask: Ask): boolean => ask.storage && ask.method === 'GET'
const incomplete = (): string[] => filesBelow(around.folder).filter(file => file.endsWith('.incomplete'))

/** Of the file that is being fetched. */
function size(): number {
  const [file] = incomplete()
  return file && existsSync(join(around.folder, file)) ? readFileSync(join(around.folder, file)).length : 0
}

describe('a download in a process of its own', () => {
  test('killed half-way: nothing under a final name, and the next one goes on there', async () => {
    const { hub, folder } = around
    hub.misbehave = ask => isBytes(ask) && ask.nth === 1 && sendSome(ask, 40_000, false)
    const child = start(['pull', 'org/tiny'])
    await expect.poll(size, { timeout: 20_000 }).toBe(40_000)
    child.kill('SIGKILL')
    expect(await outcome(child)).toBe('SIGKILL')
    expect(existsSync(join(folder, SNAPSHOT, 'model.safetensors'))).toBe(false)
    expect(filesBelow(folder).filter(file => file.endsWith('.lock'))).toHaveLength(1)
    expect(await albert(['pull', 'org/tiny'])).toMatchObject({ code: 0, stdout: `${join(folder, SNAPSHOT)}\n` })
    expect(hub.asked.at(-1)).toBe('GET storage model.safetensors bytes=40000-')
    expect(incomplete()).toEqual([])
    expect(filesBelow(folder).filter(file => file.endsWith('.lock'))).toEqual([])
  })

  test('two at once: each file is fetched once', async () => {
    const { hub, folder } = around
    hub.misbehave = ask => {
      if (!isBytes(ask)) return
      // Slow enough for the other to come.
      setTimeout(() => ask.response.writeHead(200).end(ask.content), 1500)
      return true
    }
    const runs = await Promise.all([albert(['pull', 'org/tiny']), albert(['pull', 'org/tiny'])])
    for (const run of runs) expect(run).toMatchObject({ code: 0, stdout: `${join(folder, SNAPSHOT)}\n` })
    expect(hub.count('GET storage model.safetensors')).toBe(1)
  })

  test('Ctrl-C: exit code 130, and what came is kept', async () => {
    around.hub.misbehave = ask => isBytes(ask) && ask.nth === 1 && sendSome(ask, 40_000, false)
    const child = start(['pull', 'org/tiny'])
    await expect.poll(size, { timeout: 20_000 }).toBe(40_000)
    child.kill('SIGINT')
    expect(await outcome(child)).toBe(130)
    expect(size()).toBe(40_000)
  })
})

test('HF_HUB_OFFLINE=1 opens no socket and asks for no name', async () => {
  expect((await albert(['pull', 'org/tiny'])).code).toBe(0)
  const trap = join(around.folder, 'trap.mjs')
  writeFileSync(
    trap,
    `import dns from 'node:dns'
import net from 'node:net'
import tls from 'node:tls'
import http from 'node:http'
import https from 'node:https'
const caught = name => () => { process.stderr.write('CAUGHT ' + name + '\\n'); process.exit(99) }
net.Socket.prototype.connect = caught('connect')
for (const module of [net, tls]) module.connect = caught('connect')
for (const module of [http, https]) module.request = module.get = caught('request')
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) dns[name] = dns.promises[name] = caught(name)
globalThis.fetch = caught('fetch')
`,
  )
  const run = (args: string[], env: Record<string, string>): Promise<Run> =>
    new Promise(resolve => {
      const child = spawn(process.execPath, ['--import', pathToFileURL(trap).href, program, ...args], {
        cwd: root,
        env: { ...process.env, ...env },
      })
      const texts = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const) child[name].on('data', part => (texts[name] += part))
      child.on('close', code => resolve({ code, ...texts }))
    })
  const tokenize = (model: string): string[] => ['tokenize', 'Rain.', '--model', model]
  expect(await run(tokenize('org/tiny'), {})).toMatchObject({ code: 99, stderr: 'CAUGHT fetch\n' })
  const offline = { HF_HUB_OFFLINE: '1' }
  expect(await run(tokenize('org/tiny'), offline)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('[CLS]'),
  })
  expect(await run(['pull', 'org/none'], offline)).toMatchObject({
    code: 66,
    stderr: expect.stringContaining('(OFFLINE)'),
  })
})

describe('commands', () => {
  test('pull: the folder on stdout, nothing else; mistakes have their exit codes', async () => {
    const { hub, folder } = around
    expect(await albert(['pull', 'org/tiny'])).toEqual({ code: 0, stdout: `${join(folder, SNAPSHOT)}\n`, stderr: '' })
    const report = JSON.parse((await albert(['pull', 'org/tiny', '--revision', 'v1', '--json'])).stdout)
    const commit = 'a'.repeat(40)
    expect(report).toEqual({ model: 'org/tiny', revision: 'v1', commit, folder: join(folder, SNAPSHOT) })
    expect(await albert(['pull', './org/tiny'])).toMatchObject({ code: 2, stderr: expect.stringContaining('no') })
    expect(await albert(['pull', 'org/none'])).toMatchObject({
      code: 66,
      stderr: expect.stringContaining('(UNAUTHORIZED)'),
    })
    hub.misbehave = ask => ask.response.writeHead(429, { 'retry-after': '999' }).end() !== undefined
    expect(await albert(['pull', 'org/other'])).toMatchObject({ code: 75, stderr: expect.stringContaining('999 s') })
  })

  test('a model in the cache is known to all commands by its id', async () => {
    const one = (await albert(['tokenize', 'a dog', '--model', 'org/tiny'])).stdout
    expect(one).toBe((await albert(['tokenize', 'a dog', '--model', './test/fixtures/text-ranking'])).stdout)
    expect(one).toContain('[SEP]')
    expect(await albert(['info', 'org/tiny'])).toMatchObject({
      code: 66,
      stderr: expect.stringContaining('albert pull'),
    })
    await albert(['pull', 'org/tiny'])
    for (const command of ['info', 'inspect']) expect((await albert([command, 'org/tiny'])).code).toBe(0)
  })

  test('cache: path, ls and rm', async () => {
    const { folder } = around
    const inCache = async (...args: string[]): Promise<Run> => albert(['cache', ...args])
    expect(await inCache('path')).toEqual({ code: 0, stdout: `${folder}\n`, stderr: '' })
    expect(await inCache('path', '--cache-dir', '/x')).toMatchObject({ stdout: '/x\n' })
    expect(await inCache('ls')).toEqual({ code: 0, stdout: '', stderr: '' })
    await albert(['pull', 'org/tiny'])
    const [entry] = JSON.parse((await inCache('ls', '--json')).stdout)
    const commit = 'a'.repeat(40)
    const model = join(folder, 'models--org--tiny')
    expect(entry).toMatchObject({
      model: 'org/tiny',
      folder: model,
      snapshots: [{ commit, refs: ['main'], files: TINY_FILES }],
    })
    const sizes = [...around.hub.repositories.get('org/tiny')!.files.values()].map(content => content.length)
    expect(entry.bytes).toBe(sizes.reduce((sum, size) => sum + size) + commit.length)
    expect((await inCache('ls')).stdout).toBe(`org/tiny\t${entry.bytes}\t${commit}\tmain\t${model}\n`)

    writeFileSync(join(folder, 'CACHEDIR.TAG'), '')
    expect(await inCache('rm', 'org/tiny', 'org/tin')).toMatchObject({
      code: 66,
      stderr: expect.stringContaining("'org/tin'"),
    })
    expect(await inCache('rm', '../../x')).toMatchObject({ code: 66 })
    expect(await inCache('rm')).toMatchObject({ code: 2 })
    expect(await inCache('move')).toMatchObject({ code: 2, stderr: expect.stringContaining("'move'") })
    expect(existsSync(model)).toBe(true)
    expect(await inCache('rm', 'org/tiny')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`removed ${model}`),
    })
    rmSync(join(folder, '.locks'), { recursive: true })
    expect(filesBelow(folder)).toEqual(['CACHEDIR.TAG'])
  })
})
