// From the trials to the figures that are quoted. Pure, so that a test can repeat it on stored results.
import { median, rounded } from '../statistics.mjs'

export const OURS = 'albert-native'
export const THEIRS = '@huggingface/transformers'

/** What is compared in each trial, with what it is called. */
export const FIGURES = {
  ready_ms: 'first answer, ms',
  resident_mb: 'resident, MB',
  peak_mb: 'peak, MB',
  warm_ms: '122 tokens, warm, ms',
}

/** Values of all trials by model, package and figure. @typedef {Record<string, Record<string, Record<string, number[]>>>} Trials */

/**
 * Theirs over ours, of the medians of all trials: above 1 ours is smaller or faster.
 * @param {Trials} trials @param {Record<string, { bytes: number }>} installed
 * @returns {{ installed: number, models: Record<string, Record<string, number>> }}
 */
export function ratios(trials, installed) {
  const models = Object.entries(trials).map(([model, packages]) => {
    const names = Object.keys(FIGURES)
    return [model, Object.fromEntries(names.map(name => [name, over(packages[THEIRS][name], packages[OURS][name])]))]
  })
  return { installed: over([installed[THEIRS].bytes], [installed[OURS].bytes]), models: Object.fromEntries(models) }
}

/** @param {number[]} theirs @param {number[]} ours */
function over(theirs, ours) {
  return rounded(median(theirs) / median(ours))
}
