// Does the second sentence follow the first, or were they swapped? The question ALBERT is pretrained on.
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'
import type { FloatTensor } from '../tensor.js'
import { firstOf, partOf, placeOf } from './list-part.js'
import { softmax } from './scores.js'
import type { TextOptions } from './text-input.js'
import type { TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'
import type { AnswerStream, InputStream } from './text-stream.js'

/** Two sentences in the order in which they stand. */
export interface SentencePair {
  first: string
  second: string
}

/** Whether the second sentence follows the first; the two scores sum to 1. */
export interface SentenceOrderResult {
  label: 'in_order' | 'swapped'
  /** Of the label. */
  score: number
  scores: { in_order: number; swapped: number }
  /** True where the pair was cut to the model's length; else absent. */
  truncated?: true
}

export interface SentenceOrderPipeline extends Pipeline {
  (first: string, second: string, options?: TextOptions): Promise<SentenceOrderResult>
  (pair: SentencePair, options?: TextOptions): Promise<SentenceOrderResult>
  /** One result a pair, as they come. */
  (pairs: InputStream<SentencePair>, options?: TextOptions): AnswerStream<SentenceOrderResult>
  (pairs: readonly SentencePair[], options?: TextOptions): Promise<SentenceOrderResult[]>
  /** One result a pair. */
  each(pairs: readonly SentencePair[], options?: TextOptions): Promise<SentenceOrderResult[]>
}

export function sentenceOrder(text: TextModel): SentenceOrderPipeline {
  const each = (pairs: readonly SentencePair[], options: TextOptions = {}): Promise<SentenceOrderResult[]> => {
    const inputs = pairs.map(pair => ({ text: pair.first, text_pair: pair.second }))
    return text.each(partOf(inputs, firstOf(pairs)), options, async batch => {
      const { sop_logits } = await batch.forward(['sop_logits'])
      const rows = [...sop_logits!] as FloatTensor[]
      return i => ({
        ...result(softmax(rows[i]!.data)),
        ...(batch.texts[i]!.truncated && { truncated: true as const }),
      })
    })
  }
  const call = async (first: unknown, ...rest: unknown[]): Promise<unknown> => {
    const two = typeof first === 'string'
    const [options = {}] = (two ? rest.slice(1) : rest) as [TextOptions?]
    if (Array.isArray(first)) return each(checkedList(first), options)
    return (await each([checked(two ? { first, second: rest[0] } : first, 'The pair')], options))[0]
  }
  return pipelineOf<SentenceOrderPipeline>(text, call, {
    each: async (pairs, options) => each(checkedList(pairs), options),
  })
}

function result([in_order = 0, swapped = 0]: Float64Array): SentenceOrderResult {
  const label = in_order >= swapped ? 'in_order' : 'swapped'
  return { label, score: Math.max(in_order, swapped), scores: { in_order, swapped } }
}

function checkedList(pairs: unknown): SentencePair[] {
  if (!Array.isArray(pairs))
    throw new AlbertError('INVALID_INPUT', `Pairs must be a list of { first, second }, not ${shown(pairs)}.`)
  const list = Array.from(pairs, (pair, i) => checked(pair, `Pair ${placeOf(pairs, i)}`))
  return partOf(list, firstOf(pairs))
}

function checked(pair: unknown, name: string): SentencePair {
  const { first, second } = (typeof pair === 'object' && pair !== null ? pair : {}) as Partial<SentencePair>
  if (typeof first === 'string' && typeof second === 'string') return { first, second }
  throw new AlbertError('INVALID_INPUT', `${name} must be { first, second }, two strings, not ${shown(pair)}.`)
}
