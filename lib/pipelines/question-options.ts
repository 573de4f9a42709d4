// The options of question answering, and the checks of them. Those that all pipelines share are checked where texts are read.
import { checkOptions } from '../options.js'
import type { OffsetUnit } from '../tokenizer/index.js'
import { checkWhole, type TextOptions } from './text-input.js'
import { checkOffsets } from './text-offsets.js'

/** Options of `question-answering`. */
export interface QuestionAnsweringOptions extends TextOptions {
  /** Answers a question, best first. Default 1. */
  top_k?: number
  /** Tokens that the windows of a long context share. Default 128, at most half a window. */
  doc_stride?: number
  /** Tokens an answer may have. Default 15. */
  max_answer_len?: number
  /** Tokens of the question that are read. Default 64, at most half of what the model reads. */
  max_question_len?: number
  /** Let "no answer" compete: an empty answer at 0. Default false. */
  handle_impossible_answer?: boolean
  /** How `start` and `end` count. Default `utf16`, as JavaScript's strings do; `codepoint` as Python's. */
  offsets?: OffsetUnit
}

export function checkQuestionOptions(options: QuestionAnsweringOptions): void {
  checkOptions(options)
  const most = Number.MAX_SAFE_INTEGER
  checkWhole('top_k', options.top_k, 1, most)
  checkWhole('doc_stride', options.doc_stride, 0, most)
  checkWhole('max_answer_len', options.max_answer_len, 1, most)
  checkWhole('max_question_len', options.max_question_len, 1, most)
  checkOffsets(options.offsets)
}
