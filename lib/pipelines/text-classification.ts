// Labels for a text or a pair of texts, with scores.
import { labelCount } from '../config.js'
import { AlbertError } from '../errors.js'
import { checkOptions } from '../options.js'
import type { FloatTensor } from '../tensor.js'
import { best, sigmoid, softmax } from './scores.js'
import { checkWhole, inputList, type TextOptions, type TextOrPair } from './text-input.js'
import type { EncodedText, TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'
import type { AnswerStream, InputStream } from './text-stream.js'

/** `auto`: sigmoid for several labels at once or a single one, none for regression, else softmax. */
export type FunctionToApply = 'auto' | 'softmax' | 'sigmoid' | 'none'

/** Options of `text-classification`. */
export interface TextClassificationOptions extends TextOptions {
  /** Labels a text, best first. Default 1; null = all. */
  top_k?: number | null
  function_to_apply?: FunctionToApply
}

/** A label and its score. */
export interface TextClassificationLabel {
  label: string
  score: number
  /** True where the text was cut to the model's length; else absent. */
  truncated?: true
}

export interface TextClassificationPipeline extends Pipeline {
  (text: TextOrPair, options?: TextClassificationOptions): Promise<TextClassificationLabel[]>
  /** A list of labels a text, as they come. */
  (texts: InputStream<TextOrPair>, options?: TextClassificationOptions): AnswerStream<TextClassificationLabel[]>
  /** `top_k: 1`, the default: one label a text. */
  (
    texts: readonly TextOrPair[],
    options?: TextClassificationOptions & { top_k?: 1 },
  ): Promise<TextClassificationLabel[]>
  /** One list of labels a text. */
  (
    texts: readonly TextOrPair[],
    options: TextClassificationOptions & { top_k: number | null },
  ): Promise<TextClassificationLabel[][]>
  (
    texts: readonly TextOrPair[],
    options: TextClassificationOptions,
  ): Promise<TextClassificationLabel[] | TextClassificationLabel[][]>
  /** One result a text, each as for that text alone. */
  each(texts: readonly TextOrPair[], options?: TextClassificationOptions): Promise<TextClassificationLabel[][]>
}

export function textClassification(text: TextModel): TextClassificationPipeline {
  const answers = (inputs: unknown, options: TextClassificationOptions): Promise<TextClassificationLabel[][]> => {
    checkOptions(options)
    const { top_k = 1 } = options
    if (top_k !== null) checkWhole('top_k', top_k, 1, Number.MAX_SAFE_INTEGER)
    const scoresOf = scoring(text, options.function_to_apply ?? 'auto')
    return text.each(inputList(inputs), options, async batch => {
      const { logits } = await batch.forward(['logits'])
      const rows = [...logits!] as FloatTensor[]
      return i => labels(text, batch.texts[i]!, scoresOf(rows[i]!.data), top_k)
    })
  }
  const call = async (inputs: unknown, options: TextClassificationOptions = {}): Promise<unknown> => {
    const results = await answers(inputs, options)
    if (!Array.isArray(inputs)) return results[0]
    return (options.top_k ?? 1) === 1 && options.top_k !== null ? results.map(result => result[0]) : results
  }
  return pipelineOf<TextClassificationPipeline>(text, call, {
    each: async (texts, options = {}) => answers(texts, options),
  })
}

function scoring(text: TextModel, wanted: FunctionToApply): (logits: ArrayLike<number>) => Float64Array {
  const functions = { softmax, sigmoid, none: (logits: ArrayLike<number>) => Float64Array.from(logits) }
  if (wanted !== 'auto' && !Object.hasOwn(functions, wanted))
    throw new AlbertError(
      'INVALID_INPUT',
      `function_to_apply '${wanted}' does not exist; it is one of auto, softmax, sigmoid, none.`,
    )
  if (wanted !== 'auto') return functions[wanted]
  const { config } = text.model
  if (config.problem_type === 'regression') return functions.none
  return config.problem_type === 'multi_label_classification' || labelCount(config) === 1 ? sigmoid : softmax
}

function labels(
  text: TextModel,
  encoded: EncodedText,
  scores: Float64Array,
  count: number | null,
): TextClassificationLabel[] {
  const names = text.model.config.id2label
  return best(scores, count ?? scores.length).map(id => ({
    label: names[id] ?? `LABEL_${id}`,
    score: scores[id]!,
    ...(encoded.truncated && { truncated: true as const }),
  }))
}
