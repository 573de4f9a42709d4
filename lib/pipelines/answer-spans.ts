// The likeliest answers in one sequence: where they may begin and end, how long they may be, and how likely there is none.
import { best, softmax } from './scores.js'

export interface Span {
  /** Places among the tokens of the context, both inside. */
  first: number
  last: number
  score: number
}

export interface SpanScores {
  /** Of the place that stands for "no answer here" to begin and end. */
  noAnswer: number
  /** Of each token of the context to begin and to end the answer. */
  start: Float64Array
  end: Float64Array
}

/** `logits`: those of the "no answer" place, then of the tokens of the context. Nothing else shares the probabilities. */
export function spanScores(startLogits: ArrayLike<number>, endLogits: ArrayLike<number>): SpanScores {
  const start = softmax(startLogits)
  const end = softmax(endLogits)
  return { noAnswer: start[0]! * end[0]!, start: start.subarray(1), end: end.subarray(1) }
}

/** Every span of at most `longest` tokens. */
export function spansWithin({ start, end }: SpanScores, longest: number): Span[] {
  const spans: Span[] = []
  for (let first = 0; first < start.length; first++)
    for (let last = first; last < Math.min(first + longest, end.length); last++)
      spans.push({ first, last, score: start[first]! * end[last]! })
  return spans
}

/**
 * The `count` best of these spans, best first; of equal ones the earlier in the list. Spans that `nameOf` gives one name
 * are the same answer, told once; those without a name are none.
 */
export function bestSpans(
  spans: readonly Span[],
  count: number,
  nameOf: (first: number, last: number) => string | undefined,
): Span[] {
  const scores = spans.map(span => span.score)
  for (let wanted = count; ; wanted *= 2) {
    const names = new Map<string, Span>()
    for (const at of best(scores, wanted)) {
      const { first, last } = spans[at]!
      const name = nameOf(first, last)
      if (name !== undefined && !names.has(name)) names.set(name, spans[at]!)
    }
    if (names.size >= count || wanted >= spans.length) return [...names.values()].slice(0, count)
  }
}
