// Builds the release binaries with CMake and zig, one target after another, into prebuilds/.
//   node native/release/build.mjs             all targets
//   node native/release/build.mjs TARGET …    these (names: targets.mjs)
// What a binary must look like is judged by check.mjs, what it answers by run.mjs.
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { targetsNamed } from './targets.mjs'
import { output, root, run, zigFolder } from './tools.mjs'

const { include_dir, symbols } = createRequire(import.meta.url)('node-api-headers')
const NODE_API = 'v8' // the version that CMakeLists.txt compiles for

/** @param {import('./targets.mjs').Target} target @param {string} zig */
function build(target, zig) {
  const folder = join(root, 'build', 'zig', target.name)
  rmSync(folder, { recursive: true, force: true })
  const options = { CMAKE_TOOLCHAIN_FILE: 'native/release/zig.cmake', ALBERT_ZIG: zig, ALBERT_TRIPLE: target.triple }
  const node = { CMAKE_JS_INC: include_dir, ...(target.format === 'PE' ? nodeImports(folder) : {}) }
  const settings = Object.entries({ ...options, ...node }).map(([name, value]) => `-D${name}=${value}`)
  const env = {
    SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH ?? commitTime(),
    ZIG_GLOBAL_CACHE_DIR: join(root, 'build', 'zig', 'cache'),
  }
  run('cmake', ['-S', '.', '-B', folder, ...settings], env)
  run('cmake', ['--build', folder, '--parallel', String(availableParallelism()), '--target', 'albert'], env)
  const to = join(root, 'prebuilds', target.file)
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(join(folder, 'albert.node'), to)
  console.log(`${target.name}: prebuilds/${target.file}`)
}

/** Windows: the functions of Node are looked up in the process when the addon is loaded (node_imports.cc). */
function nodeImports(folder) {
  const names = [...symbols[NODE_API].js_native_api_symbols, ...symbols[NODE_API].node_api_symbols].sort()
  mkdirSync(join(folder, 'release'), { recursive: true })
  writeFileSync(join(folder, 'release', 'node_api.def'), `${names.map(name => `NODE_API(${name})`).join('\n')}\n`)
  return { CMAKE_JS_INC: `${include_dir};${folder}`, CMAKE_JS_SRC: join(root, 'native/release/node_imports.cc') }
}

/** The time of the last commit, so that the same sources carry the same time; in an unpacked tarball, 1980. */
function commitTime() {
  return existsSync(join(root, '.git')) ? output('git', ['log', '-1', '--format=%ct']).trim() : '315532800'
}

const targets = targetsNamed(process.argv.slice(2))
const zig = join(zigFolder(), process.platform === 'win32' ? 'zig.exe' : 'zig')
for (const target of targets) build(target, zig)
