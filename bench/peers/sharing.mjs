// What sharing one layer brings: our ALBERT beside the BERT of the same size on the fastest peer.
import { OURS, OURS_HIDDEN } from './contenders.mjs'
import { ratios } from './ratios.mjs'

/** @typedef {{ model: string, trials: import('./ratios.mjs').Trials }} Measured */

/**
 * By pair, `<BERT on the best peer> / <ALBERT here>`, of each pair of one size that was measured.
 * @param {Measured[]} results @returns {Record<string, { pooled: Record<string, number>, hidden: Record<string, number> }>}
 */
export function sharing(results) {
  return Object.fromEntries(
    results.flatMap(({ model, trials }) => {
      const bert = results.find(other => other.model === `bert-${model}`)
      if (!bert) return []
      const pooled = ratios(trials, OURS, bert.trials)
      return [[`${bert.model} / ${model}`, { pooled, hidden: ratios(trials, OURS_HIDDEN, bert.trials) }]]
    }),
  )
}
