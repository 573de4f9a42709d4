// The package as people get it: packed, and installed into an empty folder without network and without install scripts.
// The host's binary is the one in prebuilds/ where a release was built, else the local build under that name.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nativeAddonPath } from '../../lib/native-loader.js'
import { packForHost } from '../../native/release/stage.mjs'

export interface Packed {
  /** The tarball. */
  file: string
  bytes: number
  unpackedBytes: number
  /** Paths inside the package. */
  files: string[]
}

/** Runs a program to its end; throws with what it printed if it fails. */
export function succeed(program: string, args: string[], cwd: string, env: Record<string, string> = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...surroundings(), ...env },
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`)
  return stdout
}

/** Of the test run nothing may reach a consumer: not its addon, not its npm settings. */
export function surroundings(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(ALBERT_|npm_|NODE_|VITEST|JEST|CI$)/.test(name))
  return Object.fromEntries(kept) as Record<string, string>
}

/** Packs what `npm pack` would take from here, with a binary for the host in any case. */
export function pack(): Packed {
  const stage = mkdtempSync(join(tmpdir(), 'albert-pack-'))
  const packed = packForHost(stage, nativeAddonPath(), (args, cwd) => succeed('npm', args, cwd))
  return {
    file: join(stage, packed.filename),
    bytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    files: packed.files.map(({ path }) => path),
  }
}

/** An empty folder with the package installed: no network, no scripts, nothing in npm's cache. */
export function install(tarball: string): string {
  const app = mkdtempSync(join(tmpdir(), 'albert-app-'))
  const cache = mkdtempSync(join(tmpdir(), 'albert-npm-cache-'))
  // With --prefix, npm does not look for a package.json above.
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', app, '--cache', cache]
  try {
    succeed('npm', ['install', ...flags, tarball], app)
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
  return app
}

/** A tool of test/package/package.json, which `npm test` installs. */
export function tool(name: string): string {
  const folder = join(import.meta.dirname, 'node_modules')
  const manifest = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  const bin = typeof manifest.bin === 'string' ? manifest.bin : Object.values(manifest.bin)[0]!
  return join(folder, name, bin)
}
