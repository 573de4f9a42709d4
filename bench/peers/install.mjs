// Installs the peers where they are missing: exactly what bench/package-lock.json names, with install scripts off.
// onnxruntime-node's script would only fetch GPU libraries; its package already holds the CPU binary.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bench = join(dirname(fileURLToPath(import.meta.url)), '..')

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Packages of bench/package.json that are not installed in the version that it names. */
export function missingPeers() {
  const wanted = Object.entries(readJson(join(bench, 'package.json')).devDependencies)
  return wanted
    .filter(([name, version]) => {
      const manifest = join(bench, 'node_modules', name, 'package.json')
      return !existsSync(manifest) || readJson(manifest).version !== version
    })
    .map(([name, version]) => `${name}@${version}`)
}

/** Installs the peers unless all are there, and says so on stderr. */
export function installPeers() {
  const missing = missingPeers()
  if (missing.length === 0) return
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', bench]
  console.error(`bench: ${missing.join(', ')} not installed (about 500 MB). Running: npm ${args.join(' ')}`)
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('the peers could not be installed; is the npm registry reachable?')
}
