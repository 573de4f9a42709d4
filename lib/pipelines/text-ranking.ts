// Texts in the order of how well they answer a query, by a model that reads both together and gives one number.
import { AlbertError } from '../errors.js'
import { checkOptions, shown } from '../options.js'
import { pairLogits } from './pair-logits.js'
import { best, sigmoid } from './scores.js'
import { checkString, checkWhole, nameOf, stringList, type TextOptions } from './text-input.js'
import type { TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'

/** Options of `text-ranking`. */
export interface TextRankingOptions extends TextOptions {
  /** Answer only the best. Default: all. */
  top_n?: number
  /** Put the text beside its score. */
  return_documents?: boolean
  /** Logits as they are, instead of the sigmoid of them. */
  raw_scores?: boolean
}

/** A text by its place in the list, and how well it answers the query. */
export interface RankedText {
  /** Place in the list that was given. */
  index: number
  score: number
  /** With `return_documents`. */
  text?: string
  /** True where the query or the text was cut to the model's length; else absent. */
  truncated?: true
}

export interface TextRankingPipeline extends Pipeline {
  /** Best first; of equal scores the text that was given first. */
  (query: string, texts: readonly string[], options?: TextRankingOptions): Promise<RankedText[]>
}

export function textRanking(text: TextModel): TextRankingPipeline {
  const call = async (query: unknown, texts: unknown, options: TextRankingOptions = {}): Promise<RankedText[]> => {
    checkOptions(options)
    checkWhole('top_n', options.top_n, 1, Number.MAX_SAFE_INTEGER)
    checkString('query', query)
    const list = textList(texts)
    const pairs = list.map(text_pair => ({ text: query, text_pair }))
    const answers = await pairLogits(text, pairs, options, index => ({ index, name: nameOf(list, index) }))
    const logits = answers.map(answer => answer.logits[0]!)
    const scores = options.raw_scores ? logits : sigmoid(logits)
    // By logits: far out the sigmoid is 1 for all, and would lose their order.
    return best(logits, options.top_n ?? list.length).map(index => ({
      index,
      score: scores[index]!,
      ...(options.return_documents && { text: list[index]! }),
      ...(answers[index]!.truncated && { truncated: true as const }),
    }))
  }
  return pipelineOf<TextRankingPipeline>(text, call, {})
}

function textList(texts: unknown): string[] {
  if (Array.isArray(texts)) return stringList(texts)
  throw new AlbertError('INVALID_INPUT', `texts must be a list of strings, not ${shown(texts)}.`)
}
