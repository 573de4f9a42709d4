// Runs the trials: both packages in turn, round after round, each trial a process of its own.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { agreement, runTrial, say } from '../comparison.mjs'

const TRIAL = join(dirname(fileURLToPath(import.meta.url)), 'answer.mjs')

/** @typedef {import('./answer.mjs').Trial} Trial */

/**
 * @param {Record<string, { module: string }>} packages @param {Record<string, { folder: string }>} models
 * @param {import('../comparison.mjs').Settings} settings
 */
export function compare(packages, models, settings) {
  /** @type {import('./figures.mjs').Trials} */
  const trials = {}
  const names = Object.keys(packages)
  for (const [model, { folder }] of Object.entries(models)) {
    trials[model] = Object.fromEntries(
      names.map(name => [name, { ready_ms: [], resident_mb: [], peak_mb: [], warm_ms: [], others: [] }]),
    )
    for (let round = 1; round <= settings.rounds; round++) {
      const { threads, seconds } = settings
      const given = [folder, String(threads), String(seconds)]
      /** @type {Trial[]} */
      const turn = names.map(name => runTrial(TRIAL, [packages[name].module, ...given]))
      turn.forEach(({ vector, ...figures }, n) => {
        agreement([names[n], names[0]], vector, turn[0].vector)
        for (const [figure, value] of Object.entries(figures)) trials[model][names[n]][figure].push(value)
      })
      const told = turn.map(({ ready_ms, resident_mb }, n) => `${names[n]} ${ready_ms} ms ${resident_mb} MB`)
      say(`${model}, round ${round} of ${settings.rounds}: ${told.join(', ')}`)
    }
  }
  return trials
}
