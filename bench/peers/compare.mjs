// Runs the trials: every contender in turn, round after round, each trial a process of its own.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { agreement, runTrial, say } from '../comparison.mjs'

const TRIAL = join(dirname(fileURLToPath(import.meta.url)), 'trial.mjs')

/** @typedef {import('./trial.mjs').Trial} Trial */

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
 * @param {import('../comparison.mjs').Settings} settings
 */
export function compare(directory, shapes, names, settings) {
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
      const { threads, seconds } = settings
      const given = [directory, shape, String(threads), String(seconds)]
      /** @type {Trial[]} */
      const turn = names.map(name => runTrial(TRIAL, [name, ...given]))
      turn.forEach((trial, n) => {
        trials[names[n]][`fp32 ${shape}`].push(trial.ms)
        processes[names[n]].add(trial)
        difference = Math.max(difference, agreement([names[n], names[0]], trial.pooled, turn[0].pooled))
      })
      const times = turn.map((trial, n) => `${names[n]} ${trial.ms} ms`)
      say(`${shape}, round ${round} of ${settings.rounds}: ${times.join(', ')}`)
    }
  }
  return { trials, processes, difference }
}
