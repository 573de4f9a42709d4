// Finds the native addon: ALBERT_NATIVE_PATH, a local build, a prebuild; else says what was tried and what would help.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AlbertError } from './errors.js'
import type { NativeAddon } from './native.js'

const require = createRequire(import.meta.url)
const PACKAGE = 'albert-native'

let loaded: { addon: NativeAddon; path: string } | undefined

/** The addon, loaded on first use. Throws ERR_ALBERT_NATIVE with every place that was tried and what would help. */
export function nativeAddon(): NativeAddon {
  loaded ??= load()
  return loaded.addon
}

/** The file that the addon was loaded from. */
export function nativeAddonPath(): string {
  loaded ??= load()
  return loaded.path
}

/** The nearest folder above this file that holds our package.json; in a foreign bundle, this file's own folder. */
export function packageRoot(): string {
  const own = dirname(fileURLToPath(import.meta.url))
  for (let folder = own; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === PACKAGE)
      return folder
    if (dirname(folder) === folder) return own
  }
}

function load(): { addon: NativeAddon; path: string } {
  const tried: string[] = []
  for (const path of candidates()) {
    try {
      return { addon: open(path), path }
    } catch (error) {
      tried.push(`  tried ${path}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
    }
  }
  throw notLoaded(tried)
}

function open(path: string): NativeAddon {
  if (!existsSync(path)) throw new Error('no such file')
  const addon = require(path) as Partial<NativeAddon>
  if (typeof addon.machine !== 'function' || typeof addon.Model !== 'function')
    throw new Error(`not the addon of ${PACKAGE}`)
  return addon as NativeAddon
}

/** A path that the user gave is the only candidate: another file must not answer in its place. */
function* candidates(): Generator<string> {
  const given = process.env['ALBERT_NATIVE_PATH']
  if (given) {
    yield resolve(given)
    return
  }
  const root = packageRoot()
  yield join(root, 'build', 'Release', 'albert.node')
  const file = process.platform === 'linux' ? `albert.${libc()}.node` : 'albert.node'
  yield join(root, 'prebuilds', `${process.platform}-${process.arch}`, file)
}

/** `glibc` or `musl` on Linux, empty elsewhere. A musl build of Node reports no version of glibc. */
function libc(): string {
  if (process.platform !== 'linux') return ''
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined
  return report?.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
}

const HINTS: [pattern: RegExp, hint: string][] = [
  [/loading addons is disabled/, 'Node was started with --no-addons; start it without.'],
  [/GLIBC_|GLIBCXX_/, 'The C library of this system is older than the binary; build it here with `npm run build`.'],
  [
    /ELF|wrong architecture|not a valid Win32/,
    'The binary is for another processor or system; build it here with `npm run build`.',
  ],
  [
    /failed to map segment|Operation not permitted/,
    'The file lies on a file system mounted noexec; move it and set ALBERT_NATIVE_PATH.',
  ],
]

function notLoaded(tried: string[]): AlbertError {
  const text = tried.join('\n')
  const hint =
    HINTS.find(([pattern]) => pattern.test(text))?.[1] ??
    'In a clone run `npm run build` (needs a C++ compiler, and CMake or Python 3 with make); else reinstall the package on this platform.'
  const name = libc()
  const platform = `${process.platform}-${process.arch}${name ? ` (${name})` : ''}`
  const { node, napi } = process.versions
  return new AlbertError(
    'ERR_ALBERT_NATIVE',
    `albert: no native binary could be loaded for ${platform}, Node ${node}, Node-API ${napi}\n${text}\n  fix: ${hint}`,
    { hint },
  )
}
