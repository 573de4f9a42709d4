// Runs the trials: every contender in turn, round after round, each trial a process of its own.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Largest difference between pooled vectors, of their largest value: other summation orders, not another formula. */
const AGREEMENT = 1e-4

/** @typedef {import('./trial.mjs').Trial} Trial */
/** @typedef {{ threads: number, rounds: number, seconds: number }} Settings */

/** @param {string} contender @param {string} directory @param {string} shape @param {Settings} settings @returns {Trial} */
function runTrial(contender, directory, shape, { threads, seconds }) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'trial.mjs')
  const args = [script, contender, directory, shape, String(threads), String(seconds)]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`the trial ${contender} ${shape} failed`)
  return JSON.parse(stdout)
}

/** Largest difference of two vectors, of the second one's largest value. @param {number[]} got @param {number[]} wanted */
export function relativeDifference(got, wanted) {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY
  const scale = Math.max(...wanted.map(Math.abs))
  return wanted.reduce((worst, value, i) => Math.max(worst, Math.abs(value - got[i])), 0) / scale
}

/** What the processes of one contender tell besides their times. */
class Processes {
  version = ''
  /** @type {number[]} */ load_ms = []
  resident_mb = 0
  /** @type {number[]} */ others = []

  /** @param {Trial} trial */
  add({ version, load_ms, resident_mb, others }) {
    this.version = version
    this.load_ms.push(load_ms)
    this.resident_mb = Math.max(this.resident_mb, resident_mb)
    this.others.push(others)
  }
}

/**
 * @param {string} directory @param {string[]} shapes @param {string[]} names contenders, in the order of their turns
 * @param {Settings} settings @param {(line: string) => void} say
 */
export function compare(directory, shapes, names, settings, say) {
  /** @type {import('./ratios.mjs').Trials} */
  const trials = {}
  /** @type {Record<string, Processes>} */
  const processes = {}
  for (const name of names) {
    trials[name] = Object.fromEntries(shapes.map(shape => [`fp32 ${shape}`, []]))
    processes[name] = new Processes()
  }
  let difference = 0
  for (const shape of shapes) {
    for (let round = 1; round <= settings.rounds; round++) {
      const turn = names.map(name => runTrial(name, directory, shape, settings))
      turn.forEach((trial, n) => {
        trials[names[n]][`fp32 ${shape}`].push(trial.ms)
        processes[names[n]].add(trial)
        const apart = relativeDifference(trial.pooled, turn[0].pooled)
        // NaN must fail too.
        if (!(apart <= AGREEMENT)) throw new Error(`${names[n]} and ${names[0]} answer differently by ${apart}`)
        difference = Math.max(difference, apart)
      })
      const times = turn.map((trial, n) => `${names[n]} ${trial.ms} ms`)
      say(`${shape}, round ${round} of ${settings.rounds}: ${times.join(', ')}`)
    }
  }
  return { trials, processes, difference }
}
