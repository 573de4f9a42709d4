// The sequences that a model reads of a question and its context: the question cut where it is very long, the context in
// windows, so that every part of it is read.
import { AlbertError } from '../errors.js'
import type { Encoding } from '../tokenizer/index.js'
import type { QuestionAnsweringOptions } from './question-options.js'
import type { PartNames } from './questions.js'
import type { TextModel } from './text-model.js'
import { checkOverlap, rangeOf, roomFor, tokensOf, tokenWindows } from './token-windows.js'

/** The sequence with as many tokens of the question as are read. */
export function cutQuestion(
  text: TextModel,
  whole: Encoding,
  limit: number,
  index: number,
  options: QuestionAnsweringOptions,
  names: PartNames,
): Encoding {
  const [from, end] = rangeOf(whole, 0)
  const specials = whole.special.reduce((sum, each) => sum + each, 0)
  const longest = options.max_question_len ?? Math.max(1, Math.min(64, (limit - specials) >> 1))
  if (from === end) throw new AlbertError('EMPTY_INPUT', `${names.question} is empty: it has no tokens.`)
  if (end - from <= longest) return whole
  if (options.truncation === false)
    throw new AlbertError(
      'TOO_LONG',
      `${names.question} has ${end - from} tokens; at most ${longest} are read (max_question_len).`,
      { hint: 'Shorten it, raise max_question_len, or leave truncation on.' },
    )
  text.tellTruncated({ index, limit: longest }, options)
  const part = tokensOf(whole, [0, from + longest], [end, whole.ids.length])
  return { ...part, truncated: true }
}

export function contextWindows(
  sequence: Encoding,
  limit: number,
  options: QuestionAnsweringOptions,
  names: PartNames,
): Encoding[] {
  const [from, end] = rangeOf(sequence, 1)
  const { offsets } = sequence
  const empty = (token: number): boolean => offsets[2 * token] === offsets[2 * token + 1]
  if (Array.from({ length: end - from }, (_, i) => from + i).every(empty))
    throw new AlbertError('EMPTY_INPUT', `${names.context} is empty: it has no tokens to answer with.`)
  const room = roomFor(sequence, 1, limit)
  if (room < 1) {
    const message = `${names.question} leaves no room for the context: at most ${limit} tokens are read at once.`
    throw new AlbertError('INVALID_INPUT', message, { hint: 'Give a smaller max_question_len or a larger max_length.' })
  }
  if (options.doc_stride !== undefined) checkOverlap('doc_stride', options.doc_stride, room)
  return tokenWindows(sequence, 1, room, options.doc_stride ?? Math.min(128, room >> 1))
}
