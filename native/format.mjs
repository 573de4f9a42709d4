// Runs clang-format over all C++ files of the project: rewrites them, or with --check fails if one would change.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const clangFormat = createRequire(import.meta.url).resolve('clang-format/index.js')
const files = ['native', 'test/native', 'bench/ops']
  .filter(folder => existsSync(join(root, folder)))
  .flatMap(folder => readdirSync(join(root, folder), { recursive: true }).map(file => join(folder, file)))
  .filter(file => /\.(cc|h)$/.test(file))
const mode = process.argv.includes('--check') ? ['--dry-run', '--Werror'] : ['-i']
const { status } = spawnSync(process.execPath, [clangFormat, ...mode, ...files], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
