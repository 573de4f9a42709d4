// Finds the native addon: ALBERT_NATIVE_PATH, a local build, a prebuilt binary; else says what was tried and what would help.
// Replaces node-gyp-build, whose computed path bundlers cannot follow. What may be wrong is told by native-failure.ts.
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NativeAddon } from './native.js'
import { type Attempt, notLoaded } from './native-failure.js'

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
  return unpacked(manifestFolder() ?? dirname(fileURLToPath(import.meta.url)))
}

function manifestFolder(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === PACKAGE)
      return folder
    if (dirname(folder) === folder) return undefined
  }
}

/** Electron keeps what the system must open itself (libraries, weights) beside the archive, under the same path. */
function unpacked(folder: string): string {
  const beside = folder.replace(`${sep}app.asar${sep}`, `${sep}app.asar.unpacked${sep}`)
  return existsSync(beside) ? beside : folder
}

interface Candidate {
  path: string
  open(): unknown
}

function load(): { addon: NativeAddon; path: string } {
  const tried: Attempt[] = []
  for (const { path, open } of candidates()) {
    try {
      return { addon: checked(open()), path }
    } catch (error) {
      tried.push({ path, reason: error instanceof Error ? error.message.split('\n')[0]! : String(error) })
    }
  }
  throw notLoaded(tried, { libc: libc(), inPackage: manifestFolder() !== undefined })
}

/** A path that the user gave is the only candidate: another file must not answer in its place. */
function* candidates(): Generator<Candidate> {
  const given = process.env['ALBERT_NATIVE_PATH']
  if (given) {
    yield file(resolve(given))
    return
  }
  const root = packageRoot()
  yield file(join(root, 'build', 'Release', 'albert.node'))
  const name = prebuildName()
  const { path, open } = file(join(root, 'prebuilds', name))
  yield { path, open: () => (existsSync(path) ? open() : prebuilt(name)) }
}

function file(path: string): Candidate {
  const open = (): unknown => {
    if (!existsSync(path)) throw new Error('no such file')
    return require(path)
  }
  return { path, open }
}

function checked(found: unknown): NativeAddon {
  const addon = found as Partial<NativeAddon>
  if (typeof addon.machine !== 'function' || typeof addon.Model !== 'function')
    throw new Error(`not the addon of ${PACKAGE}`)
  return addon as NativeAddon
}

function prebuildName(): string {
  return `${process.platform}-${process.arch}/${['albert', libc(), 'node'].filter(Boolean).join('.')}`
}

/** `glibc` or `musl` on Linux, empty elsewhere: by the loader that Node's own file names at its start. */
function libc(): string {
  if (process.platform !== 'linux') return ''
  const start = startOf(process.execPath)
  if (start.includes('/ld-musl-')) return 'musl'
  if (start.includes('/ld-linux')) return 'glibc'
  // A Node without a loader. The report tells too, but writing it takes longer than all the rest of loading.
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined
  return report?.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
}

function startOf(path: string): string {
  const bytes = Buffer.alloc(4096)
  const file = openSync(path, 'r')
  try {
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0))
  } finally {
    closeSync(file)
  }
}

/** Spelled out, because tools that gather the files of a program (ncc, nft, pkg) follow literal paths only. */
function prebuilt(name: string): unknown {
  switch (name) {
    case 'linux-x64/albert.glibc.node':
      return require('../prebuilds/linux-x64/albert.glibc.node')
    case 'linux-x64/albert.musl.node':
      return require('../prebuilds/linux-x64/albert.musl.node')
    case 'linux-arm64/albert.glibc.node':
      return require('../prebuilds/linux-arm64/albert.glibc.node')
    case 'linux-arm64/albert.musl.node':
      return require('../prebuilds/linux-arm64/albert.musl.node')
    case 'darwin-x64/albert.node':
      return require('../prebuilds/darwin-x64/albert.node')
    case 'darwin-arm64/albert.node':
      return require('../prebuilds/darwin-arm64/albert.node')
    case 'win32-x64/albert.node':
      return require('../prebuilds/win32-x64/albert.node')
    case 'win32-arm64/albert.node':
      return require('../prebuilds/win32-arm64/albert.node')
    default:
      throw new Error('no binary is made for this platform')
  }
}
