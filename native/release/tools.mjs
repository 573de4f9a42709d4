// The tools that npm does not have: the cross compiler zig and the parser of binaries lief, installed from PyPI into
// build/tools at the first use, each pinned by the hashes in compiler.txt and parser.txt. Needs Python 3.9 with venv.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
export const root = join(here, '..', '..')
const venv = join(root, 'build', 'tools')
const bin = join(venv, process.platform === 'win32' ? 'Scripts' : 'bin')

/** Runs a command in the root of the repository and throws when it fails. @param {string} command @param {string[]} args */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`)
}

/** What a command prints. @param {string} command @param {string[]} args */
export function output(command, args, env = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stderr}`)
  return stdout
}

/** Is what a list names installed, as the list is now? @param {'compiler' | 'parser'} list */
export function isInstalled(list) {
  const stamp = join(venv, `${list}.installed`)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(list)
}

/** Python with the packages of a list. @param {'compiler' | 'parser'} list */
export function pythonWith(list) {
  const python = join(bin, 'python')
  if (isInstalled(list)) return python
  if (!existsSync(python)) run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', venv])
  run(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    listPath(list),
  ])
  writeFileSync(join(venv, `${list}.installed`), fingerprint(list))
  return python
}

/** The folder of zig: the program, its licence, and the C and C++ libraries that it links. */
export function zigFolder() {
  return output(pythonWith('compiler'), ['-c', 'import os, ziglang; print(os.path.dirname(ziglang.__file__))']).trim()
}

function listPath(list) {
  return join(here, `${list}.txt`)
}

function fingerprint(list) {
  return createHash('sha256')
    .update(readFileSync(listPath(list)))
    .digest('hex')
}
