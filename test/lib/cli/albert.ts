// Runs the built command line in a process of its own, as users do.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../../..')
export const program = join(root, 'dist/cli.mjs')

// `npm test` builds before it runs; a test that is run by itself builds once.
if (!existsSync(program)) {
  const { status, stderr } = spawnSync('npx', ['tsdown'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`dist/cli.mjs cannot be built:\n${stderr}`)
}

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  stdin?: string | Uint8Array
  env?: Record<string, string>
  cwd?: string
}

/** No ALBERT_ or colour variable of the surroundings reaches the process, but for where the addon lies. */
function environment(env: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === 'ALBERT_NATIVE_PATH' || !/^(ALBERT_|NO_COLOR|FORCE_COLOR|CI$|npm_)/.test(name),
  )
  return { ...Object.fromEntries(kept), ...env }
}

export function start(args: string[], options: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [program, ...args], { cwd: options.cwd ?? root, env: environment(options.env) })
}

export function albert(args: string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = start(args, options)
    let stdout = ''
    let stderr = ''
    child.stdout!.setEncoding('utf8').on('data', part => (stdout += part))
    child.stderr!.setEncoding('utf8').on('data', part => (stderr += part))
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
    child.stdin!.on('error', () => {})
    child.stdin!.end(options.stdin ?? '')
  })
}
