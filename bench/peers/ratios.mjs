// From the times of all trials to the figures that are quoted. Pure, so that a test can repeat it on stored results.
import { median, rounded } from '../statistics.mjs'
import { OURS, OURS_HIDDEN } from './contenders.mjs'

/** Milliseconds of each trial (its median call), by contender and by `<dtype> <shape>`. @typedef {Record<string, Record<string, number[]>>} Trials */

/**
 * The fastest peer's time over ours, of the medians of all trials: above 1 we are faster.
 * @param {Trials} trials @param {string} [ours] which of our rows
 * @returns {Record<string, number>}
 */
export function ratios(trials, ours = OURS) {
  const peers = Object.keys(trials).filter(name => name !== OURS && name !== OURS_HIDDEN)
  return Object.fromEntries(
    Object.entries(trials[ours]).map(([workload, times]) => {
      const best = Math.min(...peers.map(peer => median(trials[peer][workload])))
      return [workload, rounded(best / median(times))]
    }),
  )
}
