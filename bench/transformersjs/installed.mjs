// Both packages as users install them: each alone in an empty folder, install scripts off. Ours comes from a tarball, packed
// here unless one is named; a working copy without release binaries is packed with the one that was built for this machine.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packForHost } from '../../native/release/stage.mjs'
import { OURS, THEIRS } from './figures.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const parent = join(root, 'build/bench/transformersjs')

/** @typedef {{ module: string, version: string, bytes: number, files: number }} Installed `module` exports all that the package exports */

/** Runs npm to its end and answers what it printed. @param {string[]} args @param {string} cwd */
function npm(args, cwd) {
  const { status, stdout } = spawnSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed`)
  return stdout
}

/** Files below a folder, links not followed. @param {string} folder @returns {string[]} */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

/** Packs the working copy. @returns {string} the tarball */
function pack() {
  const stage = join(parent, 'stage')
  return join(stage, packForHost(stage, join(root, 'build/Release/albert.node'), npm).filename)
}

/** @param {string} name of the package @param {string} source what npm is to install @param {string} folder @returns {Installed} */
function install(name, source, folder) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', source], folder)
  writeFileSync(join(folder, 'all.mjs'), `export * from '${name}'\n`)
  const files = filesIn(join(folder, 'node_modules'))
  const manifest = join(folder, 'node_modules', name, 'package.json')
  return {
    module: join(folder, 'all.mjs'),
    version: JSON.parse(readFileSync(manifest, 'utf8')).version,
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    files: files.length,
  }
}

/** How many platforms the installed package of ours has a binary for. @param {Installed} ours */
export function platformsOf({ module }) {
  return filesIn(join(dirname(module), 'node_modules/albert-native/prebuilds')).filter(file => file.endsWith('.node'))
    .length
}

/** @param {string} version of transformers.js @param {string | undefined} tarball of ours */
export function installBoth(version, tarball) {
  rmSync(parent, { recursive: true, force: true })
  mkdirSync(parent, { recursive: true })
  return {
    [OURS]: install(OURS, tarball ?? pack(), join(parent, 'ours')),
    [THEIRS]: install(THEIRS, `${THEIRS}@${version}`, join(parent, 'theirs')),
  }
}
