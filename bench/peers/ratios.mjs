// From the times of all trials to the figures that are quoted. Pure, so that a test can repeat it on stored results.
import { median, rounded } from '../statistics.mjs'
import { isOurs, ORT_NODE, OURS } from './contenders.mjs'

/** Milliseconds of each trial (its median call), by contender and by `<dtype> <shape>`. @typedef {Record<string, Record<string, number[]>>} Trials */

/** The fastest peer of a workload and its time, or null where none ran. @param {Trials} trials @param {string} workload */
export function bestPeer(trials, workload) {
  const times = Object.keys(trials)
    .filter(name => !isOurs(name) && workload in trials[name])
    .map(name => ({ name, ms: median(trials[name][workload]) }))
  return times.length > 0 ? times.reduce((best, peer) => (peer.ms < best.ms ? peer : best)) : null
}

/**
 * The fastest peer's time over ours, of the medians of all trials: above 1 we are faster. Workloads without a peer have none.
 * @param {Trials} trials @param {string} [ours] which of our rows
 * @param {Trials} [theirs] where the peers' times are, if not beside ours
 * @returns {Record<string, number>}
 */
export function ratios(trials, ours = OURS, theirs = trials) {
  /** @type {Record<string, number>} */
  const found = {}
  for (const [workload, times] of Object.entries(trials[ours] ?? {})) {
    const best = bestPeer(theirs, workload)
    if (best) found[workload] = rounded(best.ms / median(times))
  }
  return found
}

/**
 * Our int8 beside what a user of onnxruntime-node has, which is float32.
 * @param {Trials} trials @param {string} [ours] @returns {Record<string, number>}
 */
export function usersRatios(trials, ours = OURS) {
  /** @type {Record<string, number>} */
  const found = {}
  for (const [workload, times] of Object.entries(trials[ours] ?? {})) {
    const [dtype, shape] = workload.split(' ')
    const theirs = trials[ORT_NODE]?.[`fp32 ${shape}`]
    if (dtype === 'int8' && theirs) found[`int8 vs ${ORT_NODE} ${shape}`] = rounded(median(theirs) / median(times))
  }
  return found
}
