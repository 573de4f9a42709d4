// What a model finds in the windows of a batch: the best spans of each, in places of the caller's text.
import { floatArray } from '../dtype.js'
import { bestSpans, type Span, spanScores, spansWithin } from './answer-spans.js'
import type { QuestionAnsweringOptions } from './question-options.js'
import { sigmoid } from './scores.js'
import type { EncodedText, ReadAnswer, TextBatch, TextModel } from './text-model.js'
import { rangeOf } from './token-windows.js'

export interface WindowAnswers {
  noAnswer: number
  /** Places in UTF-16 units. */
  spans: { start: number; end: number; score: number }[]
  truncated: boolean
}

/** Spans count tokens of the window. */
interface Candidates {
  noAnswer: number
  spans: Span[]
}

export async function windowAnswers(
  text: TextModel,
  batch: TextBatch,
  { max_answer_len = 15, top_k = 1 }: QuestionAnsweringOptions,
): Promise<ReadAnswer<WindowAnswers>> {
  const candidatesOf = text.model.head === 'squad2' ? squad2Candidates : plainCandidates
  const candidates = await candidatesOf(text, batch, max_answer_len)
  return i => {
    const { offsets, truncated } = batch.texts[i]!
    const { noAnswer, spans: found } = candidates(i)
    const startOf = (token: number): number => offsets[2 * token]!
    const endOf = (token: number): number => offsets[2 * token + 1]!
    // A lone word mark ends no answer: it has no text.
    const spans = bestSpans(found, top_k, (first, last) =>
      endOf(last) > startOf(last) ? `${startOf(first)} ${endOf(last)}` : undefined,
    )
    return {
      noAnswer,
      spans: spans.map(({ first, last, score }) => ({ start: startOf(first), end: endOf(last), score })),
      truncated,
    }
  }
}

/** Only the rows that can be answers are computed: the tokens of the context, and [CLS], which stands for none. */
async function plainCandidates(text: TextModel, batch: TextBatch, longest: number): Promise<ReadAnswer<Candidates>> {
  const places = batch.texts.map(encoded => {
    const [from, end] = rangeOf(encoded, 1)
    return { none: noAnswerPlace(text, encoded), from, end }
  })
  const rows = places.flatMap(({ none, from, end }, i) =>
    [...(none < 0 ? [] : [none]), ...range(from, end)].map(place => batch.starts[i]! + place),
  )
  const { logits } = await batch.forward(['logits'], Int32Array.from(rows))
  let row = 0
  return i => {
    const { none, from, end } = places[i]!
    const count = end - from + (none < 0 ? 0 : 1)
    const column = (side: number): number[] => {
      const values = Array.from({ length: count }, (_, at) => logits!.data[2 * (row + at) + side]!)
      return none < 0 ? [Number.NEGATIVE_INFINITY, ...values] : values
    }
    const scores = spanScores(column(0), column(1))
    row += count
    const spans = spansWithin(scores, longest)
    return {
      noAnswer: scores.noAnswer,
      spans: spans.map(({ first, last, score }) => ({ first: from + first, last: from + last, score })),
    }
  }
}

/** Starts that are kept, as in the original: each one costs a pass over the window. More ends cost nothing. */
const STARTS = 5
const ENDS = 20

/** This head says itself how likely there is no answer; the end depends on the start. */
async function squad2Candidates(
  { model }: TextModel,
  batch: TextBatch,
  longest: number,
): Promise<ReadAnswer<Candidates>> {
  const tokens = batch.starts.at(-1)!
  const excluded = floatArray(model.dtype, tokens).fill(1)
  for (const [i, encoded] of batch.texts.entries()) {
    const [from, end] = rangeOf(encoded, 1)
    excluded.fill(0, batch.starts[i]! + from, batch.starts[i]! + end)
    excluded[batch.starts[i]!] = 0 // [CLS], where the head puts questions without an answer.
  }
  const outputs = ['cls_logits', 'start_top_log_probs', 'start_top_index', 'end_top_log_probs', 'end_top_index']
  const answer = await batch.forward(outputs, undefined, { excluded, startTop: STARTS, endTop: ENDS })
  const value = (name: string, at: number): number => answer[name]!.data[at]!
  return i => {
    const [from, end] = rangeOf(batch.texts[i]!, 1)
    const noAnswer = sigmoid([value('cls_logits', i)])[0]!
    const spans: Span[] = []
    for (let s = i * STARTS; s < (i + 1) * STARTS; s++)
      for (let e = s * ENDS; e < (s + 1) * ENDS; e++) {
        const first = value('start_top_index', s)
        const last = value('end_top_index', e)
        if (first < from || last < first || last >= Math.min(end, first + longest)) continue
        const probability = Math.exp(value('start_top_log_probs', s) + value('end_top_log_probs', e))
        spans.push({ first, last, score: (1 - noAnswer) * probability })
      }
    return { noAnswer, spans }
  }
}

/** Place of [CLS]; -1 where the tokenizer puts none before the context. */
function noAnswerPlace({ tokenizer }: TextModel, encoded: EncodedText): number {
  const place = encoded.ids.indexOf(tokenizer.cls_token_id ?? -1)
  return place >= 0 && encoded.special[place] === 1 && place < rangeOf(encoded, 1)[0] ? place : -1
}

function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, i) => from + i)
}
