// Judges release binaries by their contents: would they load on the oldest system that we promise, next to foreign code,
// and hold nothing of the machine that built them? Says nothing about their answers (run.mjs does).
//   node native/release/check.mjs                 all of prebuilds/, then writes prebuilds/SHA256SUMS
//   node native/release/check.mjs TARGET FILE     one file as the binary of one target (names: targets.mjs)
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GLIBC_FLOOR, MACOS_FLOOR, TARGETS, targetsNamed } from './targets.mjs'
import { output, pythonWith, root } from './tools.mjs'

const MAX_BYTES = 3e6
const EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1']
/** Zig's linker shows these on macOS too: marks of the linker, and new and delete, of which the system makes one for all. */
const MAC_EXPORTS = /^(__dso_handle|_mh_dylib_header|_Z(n[aw]|d[al])\w*)$/
const { v8 } = createRequire(import.meta.url)('node-api-headers').symbols
const NODE_API = new Set([...v8.js_native_api_symbols, ...v8.node_api_symbols])

/** What every system has, so that nothing needs to be installed beside the addon. */
const LIBRARIES = {
  glibc: /^(lib(c|m|dl|pthread)\.so\.\d|ld-linux-.*\.so\.\d)$/,
  musl: /^libc\.so$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
  win32: /^(KERNEL32\.dll|ntdll\.dll|api-ms-win-(crt|core)-[\w-]+\.dll)$/i,
}

/** @typedef {import('./targets.mjs').Target} Target */

/** What is wrong with each file, one sentence a fault. @param {{ path: string, target: Target }[]} files @returns {string[][]} */
export function faultsOf(files) {
  const script = join(root, 'native/release/facts.py')
  const facts = JSON.parse(output(pythonWith('parser'), [script, ...files.map(file => resolve(file.path))]))
  return files.map(({ path, target }, index) => [...faults(target, facts[index], readFileSync(path))])
}

/** What the rules say of the facts that facts.py found. @param {Target} target @param {any} facts @param {Buffer} bytes */
export function* faults(target, facts, bytes) {
  if (facts.error) return yield `it ${facts.error}; a binary for ${target.name} is ${target.format}`
  if (facts.format !== target.format || facts.arch !== target.arch)
    return yield `it is ${facts.format} for ${facts.arch}; a binary for ${target.name} is ${target.format} for ${target.arch}`
  if (facts.cut_short) return yield 'it is cut short: its headers promise more bytes than it has'
  yield* everywhere(target, facts, bytes)
  if (facts.format === 'ELF') yield* onLinux(target, facts)
  if (facts.format === 'Mach-O') yield* onMacOS(target, facts)
  if (facts.format === 'PE') yield* onWindows(facts)
}

function* everywhere(target, facts, bytes) {
  const allowed = LIBRARIES[target.name.split('-').find(part => part in LIBRARIES)]
  const foreign = facts.libraries.filter(library => !allowed.test(library))
  if (foreign.length > 0) yield `it needs ${foreign.join(', ')}, which not every system has`
  const missing = EXPORTS.filter(name => !facts.exports.includes(name))
  if (missing.length > 0) yield `it does not show ${missing.join(', ')} to Node`
  const shown = facts.exports.filter(
    name => !EXPORTS.includes(name) && !(facts.format === 'Mach-O' && MAC_EXPORTS.test(name)),
  )
  if (shown.length > 0) yield `it shows ${shown.length} symbols that may meet others of the process: ${few(shown)}`
  const mangled = facts.imports.filter(name => /^_*Z/.test(name))
  if (mangled.length > 0) yield `it asks the process for ${mangled.length} C++ symbols: ${few(mangled)}`
  const newer = facts.imports.filter(name => /^n(ode_)?api_/.test(name) && !NODE_API.has(name))
  if (newer.length > 0) yield `it calls ${few(newer)}, which Node-API 8 lacks`
  if (bytes.length > MAX_BYTES) yield `it has ${bytes.length} bytes; the budget is ${MAX_BYTES}`
  const folders = buildFolders(bytes.toString('latin1'))
  if (folders.length > 0) yield `it holds paths of the machine that built it: ${few(folders)}`
  if (facts.executable_stack) yield 'its stack is executable'
  if (facts.search_path) yield 'it has a search path for libraries of its own'
}

function* onLinux(target, facts) {
  const runtime = facts.versions.filter(version => /^(GLIBCXX|CXXABI|GCC)_/.test(version))
  if (runtime.length > 0) yield `it needs the C++ runtime of the system (${few(runtime)}); that belongs inside`
  const highest = facts.versions
    .filter(version => /^GLIBC_[\d.]+$/.test(version))
    .sort(byNumber)
    .at(-1)
  if (target.name.endsWith('glibc') && highest && byNumber(highest, GLIBC_FLOOR) > 0)
    yield `it asks for ${highest}, and the oldest system that we promise has glibc ${GLIBC_FLOOR}`
  const unknown = facts.imports.filter(name => !NODE_API.has(name))
  if (target.name.endsWith('glibc') && unknown.length > 0)
    yield `it asks for symbols that are neither of glibc nor of Node: ${few(unknown)}`
  if (!facts.relro || !facts.bind_now) yield 'its tables of addresses stay writable (RELRO and BIND_NOW are missing)'
  if (facts.text_relocations) yield 'its code is changed while it is loaded (TEXTREL)'
  if (!facts.stripped) yield 'it carries its symbol table'
}

function* onMacOS(target, facts) {
  const floor = MACOS_FLOOR[target.arch]
  if (facts.minimum_system !== floor)
    yield `it asks for macOS ${facts.minimum_system}; ${target.name} promises ${floor}`
  if (target.arch === 'arm64' && !facts.signed) yield 'it carries no signature; macOS loads no unsigned code on arm64'
}

function* onWindows(facts) {
  if (!facts.no_execute || !facts.moves) yield 'it misses the marks for NX, ASLR or 64-bit ASLR'
  if (facts.debug) yield 'it carries debug information'
}

/** Home folders of anyone, and the folder of this checkout, where files are named in it. @param {string} text */
function buildFolders(text) {
  const homes = text.match(/(\/home|\/Users|[A-Z]:\\Users)[\\/][\w.-]+[\\/]/g) ?? []
  const own = [root, homedir()].filter(folder => folder.length > 1).map(folder => `${folder}/`)
  return [...new Set([...homes, ...own.filter(folder => text.includes(folder))])]
}

function few(names) {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} …`
}

/** `GLIBC_2.9` before `GLIBC_2.28`. */
function byNumber(a, b) {
  const [left, right] = [a, b].map(text => text.replace(/^\D*/, '').split('.').map(Number))
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if ((left[i] ?? 0) !== (right[i] ?? 0)) return (left[i] ?? 0) - (right[i] ?? 0)
  }
  return 0
}

/** The binaries in prebuilds/, each with its target. A file that no target names throws: the package would carry it. */
export function prebuilt() {
  const folder = join(root, 'prebuilds')
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => file !== 'SHA256SUMS' && statSync(join(folder, file)).isFile())
  return files.sort().map(file => {
    const target = TARGETS.find(one => one.file === file)
    if (!target) throw new Error(`prebuilds/${file} is no binary that targets.mjs names`)
    return { path: join(folder, file), target }
  })
}

/** Checks files, prints a line each, and tells whether all are right. @param {{ path: string, target: Target }[]} files */
export function checkAll(files) {
  const all = faultsOf(files)
  for (const [index, { path, target }] of files.entries()) {
    const verdict = all[index].length === 0 ? 'right' : all[index].map(fault => `\n  ${fault}`).join('')
    console.log(`${target.name} (${statSync(path).size} bytes): ${verdict}`)
  }
  return all.every(list => list.length === 0)
}

/** @param {string} path */
export function sumOf(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** SHA256SUMS as `sha256sum --check` reads it. @param {{ path: string, target: Target }[]} files */
export function writeSums(files) {
  const lines = files.map(({ path, target }) => `${sumOf(path)}  ${target.file}\n`)
  writeFileSync(join(root, 'prebuilds/SHA256SUMS'), lines.join(''))
}

function main([name, path]) {
  pythonWith('parser') // also without a binary: the tests only look whether it is there
  if (name !== undefined && path === undefined) throw new Error('check.mjs takes nothing, or a target and a file')
  const files = name === undefined ? prebuilt() : [{ path, target: targetsNamed([name])[0] }]
  if (files.length === 0) throw new Error('prebuilds/ has no binary; run node native/release/build.mjs')
  if (!checkAll(files)) process.exitCode = 1
  else if (name === undefined) writeSums(files)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2))
