// Runs a program of test/lifecycle/programs in a process of its own: what these tests are about would end the test run.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { packageRoot } from '../../lib/native-loader.js'

export const root = packageRoot()

export interface Ended {
  status: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  args?: string[]
  nodeOptions?: string[]
  env?: Record<string, string>
  timeoutMs?: number
}

/** The outcome, whatever it is. A program that hangs is killed and has a signal. */
export function run(program: string, { args = [], nodeOptions = [], env = {}, timeoutMs = 60_000 }: RunOptions): Ended {
  const file = join(root, 'test/lifecycle/programs', program)
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, file, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  return { status, signal, stdout, stderr }
}

/** What a program that ends well prints, as JSON. */
export function outcome(program: string, options: RunOptions = {}): unknown {
  const { status, signal, stdout, stderr } = run(program, options)
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
  return JSON.parse(stdout)
}
