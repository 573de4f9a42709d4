// What a model finds in the windows of a batch: the best spans of each, in places of the caller's text.
import { bestSpans, spanScores } from './answer-spans.js'
import type { QuestionAnsweringOptions } from './question-answering.js'
import type { EncodedText, TextBatch, TextModel } from './text-model.js'
import { rangeOf } from './token-windows.js'

export interface WindowAnswers {
  noAnswer: number
  /** Places in UTF-16 units. */
  spans: { start: number; end: number; score: number }[]
  truncated: boolean
}

/** Only the rows that can be answers are computed: the tokens of the context, and [CLS], which stands for none. */
export async function windowAnswers(
  text: TextModel,
  batch: TextBatch,
  options: QuestionAnsweringOptions,
): Promise<WindowAnswers[]> {
  const { max_answer_len = 15, top_k = 1 } = options
  const places = batch.texts.map(encoded => {
    const [from, end] = rangeOf(encoded, 1)
    return { none: noAnswerPlace(text, encoded), from, end }
  })
  const rows = places.flatMap(({ none, from, end }, i) =>
    [...(none < 0 ? [] : [none]), ...range(from, end)].map(place => batch.starts[i]! + place),
  )
  const { logits } = await batch.forward(['logits'], Int32Array.from(rows))
  let row = 0
  return batch.texts.map((encoded, i) => {
    const { none, from, end } = places[i]!
    const count = end - from + (none < 0 ? 0 : 1)
    const column = (side: number): number[] => {
      const values = Array.from({ length: count }, (_, at) => logits!.data[2 * (row + at) + side]!)
      return none < 0 ? [Number.NEGATIVE_INFINITY, ...values] : values
    }
    const scores = spanScores(column(0), column(1))
    row += count
    const startOf = (token: number): number => encoded.offsets[2 * (from + token)]!
    const endOf = (token: number): number => encoded.offsets[2 * (from + token) + 1]!
    // Neither a lone word mark nor the like ends an answer: it has no text.
    const spans = bestSpans(scores, max_answer_len, top_k, (first, last) =>
      endOf(last) > startOf(last) ? `${startOf(first)} ${endOf(last)}` : undefined,
    )
    return {
      noAnswer: scores.noAnswer,
      spans: spans.map(({ first, last, score }) => ({ start: startOf(first), end: endOf(last), score })),
      truncated: encoded.truncated,
    }
  })
}

/** Place of [CLS]; -1 where the tokenizer puts none before the context. */
function noAnswerPlace({ tokenizer }: TextModel, encoded: EncodedText): number {
  const place = encoded.ids.indexOf(tokenizer.cls_token_id ?? -1)
  return place >= 0 && encoded.special[place] === 1 && place < rangeOf(encoded, 1)[0] ? place : -1
}

function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, i) => from + i)
}
