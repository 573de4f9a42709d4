// How near texts are to one: cosines of their vectors.
import { AlbertError } from '../errors.js'
import { checkOptions, shown } from '../options.js'
import { type FeatureExtractionOptions, vectorsOf } from './feature-extraction.js'
import { normalizeVector, type Pooling } from './pooling.js'
import { inputList, nameOf, type TextOptions, type TextOrPair } from './text-input.js'
import type { Origin, TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'

/** Options of `sentence-similarity`. */
export interface SentenceSimilarityOptions extends TextOptions {
  /** Default `mean`. */
  pooling?: Exclude<Pooling, 'none'>
  /** Compare only the first numbers of each vector. */
  dimensions?: number
}

export interface SentenceSimilarityPipeline extends Pipeline {
  /** A cosine from -1 to 1 for each text, in the order given. */
  (source: TextOrPair, texts: readonly TextOrPair[], options?: SentenceSimilarityOptions): Promise<number[]>
}

export function sentenceSimilarity(text: TextModel): SentenceSimilarityPipeline {
  const call = async (source: unknown, texts: unknown, options: SentenceSimilarityOptions = {}): Promise<number[]> => {
    checkOptions(options)
    const { pooling = 'mean' } = options
    if (Array.isArray(source))
      throw new AlbertError('INVALID_INPUT', `source must be one text, not a list of ${source.length}.`)
    if (!Array.isArray(texts))
      throw new AlbertError('INVALID_INPUT', `texts must be a list of texts, not ${shown(texts)}.`)
    if ((pooling as Pooling) === 'none')
      throw new AlbertError('INVALID_INPUT', "Similarity needs one vector a text: pooling 'none' has one a token.")
    const inputs = [...inputList(source), ...inputList(texts)]
    options.signal?.throwIfAborted()
    if (texts.length === 0) return []
    const embedding: FeatureExtractionOptions = { ...options, pooling }
    // The source stands before the texts; callers count the texts, and know the source as -1.
    const originOf = (i: number): Origin => ({ index: i - 1, name: i === 0 ? 'The source' : nameOf(texts, i - 1) })
    const [first, ...others] = (await vectorsOf(text, inputs, embedding, originOf)).map(({ data }) =>
      normalizeVector(data as Float64Array),
    )
    return others.map(other => dot(first!, other))
  }
  return pipelineOf<SentenceSimilarityPipeline>(text, call, {})
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return Math.max(-1, Math.min(1, sum))
}
