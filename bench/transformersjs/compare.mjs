// Runs the trials: both packages in turn, round after round, each trial a process of its own.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { relativeDifference } from '../peers/compare.mjs'

/** Largest difference between first answers, of their largest value: other summation orders, not another formula. */
const AGREEMENT = 1e-4

/** @typedef {import('./answer.mjs').Trial} Trial */
/** @typedef {{ threads: number, rounds: number, seconds: number }} Settings */

/** @param {string} module @param {string} folder @param {Settings} settings @returns {Trial} */
function runTrial(module, folder, { threads, seconds }) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'answer.mjs')
  const args = [script, module, folder, String(threads), String(seconds)]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`the trial of ${module} with ${folder} failed`)
  return JSON.parse(stdout)
}

/**
 * @param {Record<string, { module: string }>} packages @param {Record<string, { folder: string }>} models
 * @param {Settings} settings @param {(line: string) => void} say
 */
export function compare(packages, models, settings, say) {
  /** @type {import('./figures.mjs').Trials} */
  const trials = {}
  const names = Object.keys(packages)
  for (const [model, { folder }] of Object.entries(models)) {
    trials[model] = Object.fromEntries(
      names.map(name => [name, { ready_ms: [], resident_mb: [], peak_mb: [], warm_ms: [], others: [] }]),
    )
    for (let round = 1; round <= settings.rounds; round++) {
      const turn = names.map(name => runTrial(packages[name].module, folder, settings))
      turn.forEach(({ vector, ...figures }, n) => {
        const apart = relativeDifference(vector, turn[0].vector)
        // NaN must fail too.
        if (!(apart <= AGREEMENT)) throw new Error(`${names[n]} and ${names[0]} answer differently by ${apart}`)
        for (const [figure, value] of Object.entries(figures)) trials[model][names[n]][figure].push(value)
      })
      const told = turn.map(({ ready_ms, resident_mb }, n) => `${names[n]} ${ready_ms} ms ${resident_mb} MB`)
      say(`${model}, round ${round} of ${settings.rounds}: ${told.join(', ')}`)
    }
  }
  return trials
}
