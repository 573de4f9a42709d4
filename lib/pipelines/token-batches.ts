// How many texts go to the model at once: as many as fill a number of tokens, for a batch has no padding and costs what
// its tokens cost. Sorting by length keeps the pieces of one batch equal, so that no core waits for the longest text.

/** Texts that are tokenised and sorted together; bounds what waits in memory when a million texts are given. */
export const WINDOW = 1024

/** A few hundred tokens keep one core's products at full speed; more only grow the workspace. */
const TOKENS_A_THREAD = 1024

export function tokenBudget(threads: number): number {
  return TOKENS_A_THREAD * Math.max(2, threads)
}

/** Groups of indices into `lengths`: each within `tokens` (a longer text alone) and `texts`, long texts first. */
export function tokenBatches(lengths: readonly number[], tokens: number, texts = Number.POSITIVE_INFINITY): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b)
  const batches: number[][] = []
  let held = 0
  for (const i of order) {
    const current = batches.at(-1)
    if (current && held + lengths[i]! <= tokens && current.length < texts) {
      current.push(i)
      held += lengths[i]!
    } else {
      batches.push([i])
      held = lengths[i]!
    }
  }
  return batches
}
