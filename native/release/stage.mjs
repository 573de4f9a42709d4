// The package of a working copy, packed for this machine: where no release binary was built, the local build takes its place.
// For tests and benchmarks that use the package as people install it; release.mjs packs what is published.
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostTarget } from './targets.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Where the package has its binary for this machine, below prebuilds/. */
export function hostBinary() {
  const target = hostTarget()
  if (!target) throw new Error(`no release binary is for ${process.platform} on ${process.arch}`)
  return target.file
}

/**
 * Copies what `npm pack` takes into an empty folder, with the binary, and packs it there.
 * @param {string} folder
 * @param {string} binary  the local build
 * @param {(args: string[], cwd: string) => string} npm  runs npm and answers what it prints
 * @returns {{ filename: string, size: number, unpackedSize: number, files: { path: string }[] }} npm's report
 */
export function packForHost(folder, binary, npm) {
  const flags = ['pack', '--json', '--ignore-scripts']
  /** @type {[{ files: { path: string }[] }]} */
  const [{ files }] = JSON.parse(npm([...flags, '--dry-run'], root))
  /** @param {string} from @param {string} path in the package */
  const put = (from, path) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(from, join(folder, path))
  }
  for (const { path } of files) put(join(root, path), path)
  const own = join('prebuilds', hostBinary())
  if (!existsSync(join(folder, own))) put(binary, own)
  return JSON.parse(npm(flags, folder))[0]
}
