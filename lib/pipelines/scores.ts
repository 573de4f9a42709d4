// From logits to scores and to the best of them. All sums run in order and in double precision, so a score depends on
// its own logits only.

/** Probabilities of one row of logits. The true maximum is subtracted first, so nothing overflows. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  let maximum = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logits.length; i++) maximum = Math.max(maximum, logits[i]!)
  const scores = new Float64Array(logits.length)
  let sum = 0
  for (let i = 0; i < scores.length; i++) sum += scores[i] = Math.exp(logits[i]! - maximum)
  for (let i = 0; i < scores.length; i++) scores[i]! /= sum
  return scores
}

export function sigmoid(logits: ArrayLike<number>): Float64Array {
  return Float64Array.from(logits, logit => 1 / (1 + Math.exp(-logit)))
}

/** Indices of the `count` greatest scores, best first; of equal scores the lower index comes first. */
export function best(scores: ArrayLike<number>, count: number): number[] {
  const better = (a: number, b: number): number => scores[b]! - scores[a]! || a - b
  if (count > 64)
    return Array.from(scores, (_, i) => i)
      .sort(better)
      .slice(0, count)
  // Few of many: insert into a short list. A vocabulary of 30,000 is passed once.
  const kept: number[] = []
  for (let i = 0; i < scores.length; i++) {
    if (kept.length === count && !(scores[i]! > scores[kept[count - 1]!]!)) continue
    let at = kept.length
    while (at > 0 && scores[i]! > scores[kept[at - 1]!]!) at--
    kept.splice(at, 0, i)
    if (kept.length > count) kept.pop()
  }
  return kept
}
