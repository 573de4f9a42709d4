// Vectors of texts: one a token, or pooled to one a text, on request normalised, cut and quantised.
import { AlbertError } from '../errors.js'
import type { NativeArray } from '../native.js'
import { checkOptions } from '../options.js'
import { Tensor } from '../tensor.js'
import { checkPooling, normalizeVector, type Pooling, pool, pooledRows } from './pooling.js'
import { checkPrecision, type Precision, quantize, quantizedType } from './quantization.js'
import { checkWhole, inputList, type TextOptions, type TextOrPair } from './text-input.js'
import type { Origin, TextBatch, TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'

/** Options of `feature-extraction`. */
export interface FeatureExtractionOptions extends TextOptions {
  /** Default `none`: one vector a token. */
  pooling?: Pooling
  /** Scale each vector to length 1. */
  normalize?: boolean
  /** Keep only the first numbers of each vector; normalised afterwards. */
  dimensions?: number
  /** Answer small vectors, see `precision`. Needs a pooling. */
  quantize?: boolean
  /** Default `binary`. */
  precision?: Precision
}

/** Vectors: float32 (float64 for a model of dtype `fp64`), or small ones where `quantize` asked for them. */
export type EmbeddingTensor = Tensor<'float32' | 'float64' | 'int8' | 'uint8'>

export interface FeatureExtractionPipeline extends Pipeline {
  /** [N,H], or [N,T,H] without pooling, shorter texts filled with zeros. N is 1 for a single text. */
  (texts: TextOrPair | readonly TextOrPair[], options?: FeatureExtractionOptions): Promise<EmbeddingTensor>
  /** One tensor a text, each as for that text alone. */
  each(texts: readonly TextOrPair[], options?: FeatureExtractionOptions): Promise<EmbeddingTensor[]>
}

/** The vectors of one text, one a token or just one. */
type Vectors = (Float64Array | Int8Array | Uint8Array)[]

export function featureExtraction(text: TextModel): FeatureExtractionPipeline {
  const call = async (inputs: unknown, options: FeatureExtractionOptions = {}): Promise<EmbeddingTensor> =>
    toTensor(text, await vectorsOf(text, inputList(inputs), options), options)
  const each = async (
    inputs: readonly TextOrPair[],
    options: FeatureExtractionOptions = {},
  ): Promise<EmbeddingTensor[]> =>
    (await vectorsOf(text, inputList(inputs), options)).map(vectors => toTensor(text, [vectors], options))
  return pipelineOf<FeatureExtractionPipeline>(text, call, { each })
}

export function vectorsOf(
  text: TextModel,
  inputs: TextOrPair[],
  options: FeatureExtractionOptions,
  originOf?: (index: number) => Origin,
): Promise<Vectors[]> {
  checkOptions(options)
  const { pooling = 'none', normalize = false, precision = 'binary' } = options
  const size = text.model.config.hidden_size
  checkPooling(pooling)
  checkWhole('dimensions', options.dimensions, 1, size)
  const width = options.dimensions ?? size
  if (options.quantize) checkPrecision(precision, width)
  if (options.quantize && pooling === 'none')
    throw new AlbertError('INVALID_INPUT', "quantize needs one vector a text: give a pooling such as 'mean'.")
  const finish = (vector: Float64Array): Vectors[number] => {
    if (normalize) normalizeVector(vector)
    return options.quantize ? quantize(vector, precision) : vector
  }
  const answer = async (batch: TextBatch): Promise<Vectors[]> => {
    const rows = pooledRows(pooling, batch.starts)
    const { last_hidden_state } = await batch.forward(['last_hidden_state'], rows)
    const hidden = last_hidden_state!.data
    return batch.texts.map((_, i) => {
      const [first, end] = rows ? [i, i + 1] : [batch.starts[i]!, batch.starts[i + 1]!]
      if (pooling !== 'none') return [finish(pool(pooling, hidden, size, first, end, width))]
      return Array.from({ length: end - first }, (_, at) => finish(rowOf(hidden, (first + at) * size, width)))
    })
  }
  return text.each(inputs, options, answer, originOf)
}

function rowOf(hidden: NativeArray, offset: number, width: number): Float64Array {
  return Float64Array.from(hidden.subarray(offset, offset + width))
}

function toTensor(text: TextModel, texts: Vectors[], options: FeatureExtractionOptions): EmbeddingTensor {
  const { pooling = 'none', precision = 'binary' } = options
  const numbers = options.dimensions ?? text.model.config.hidden_size
  const width = options.quantize && precision !== 'int8' ? numbers / 8 : numbers
  const rows = pooling === 'none' ? texts.reduce((most, vectors) => Math.max(most, vectors.length), 0) : 1
  const dims = pooling === 'none' ? [texts.length, rows, width] : [texts.length, width]
  const tensor = emptyTensor(text, options.quantize ? precision : undefined, dims)
  for (const [i, vectors] of texts.entries())
    for (const [row, vector] of vectors.entries()) tensor.data.set(vector as never, (i * rows + row) * width)
  return tensor
}

function emptyTensor(text: TextModel, precision: Precision | undefined, dims: number[]): EmbeddingTensor {
  const size = dims.reduce((a, b) => a * b, 1)
  if (precision === undefined)
    return text.model.dtype === 'fp64'
      ? new Tensor('float64', new Float64Array(size), dims)
      : new Tensor('float32', new Float32Array(size), dims)
  return quantizedType(precision) === 'int8'
    ? new Tensor('int8', new Int8Array(size), dims)
    : new Tensor('uint8', new Uint8Array(size), dims)
}
