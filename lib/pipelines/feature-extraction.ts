// Vectors of texts: one a token, or pooled to one a text, on request normalised, cut and quantised.
import { AlbertError } from '../errors.js'
import type { NativeArray } from '../native.js'
import { checkOptions } from '../options.js'
import { Tensor } from '../tensor.js'
import { Pace } from '../tokenizer/slices.js'
import { checkPooling, normalizeVector, type Pooling, pool, pooledRows } from './pooling.js'
import { checkPrecision, type Precision, quantize, quantizedType } from './quantization.js'
import { checkWhole, inputList, type TextOptions, type TextOrPair } from './text-input.js'
import type { Origin, ReadAnswer, TextBatch, TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'
import type { AnswerStream, InputStream } from './text-stream.js'

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
  /** One tensor a text, as they come. */
  (texts: InputStream<TextOrPair>, options?: FeatureExtractionOptions): AnswerStream<EmbeddingTensor>
  /** One tensor a text, each as for that text alone. */
  each(texts: readonly TextOrPair[], options?: FeatureExtractionOptions): Promise<EmbeddingTensor[]>
}

/** The vectors of one text, one a token or just one. */
interface Vectors {
  rows: number
  /** One after another. */
  data: NativeArray | Int8Array | Uint8Array
}

export function featureExtraction(text: TextModel): FeatureExtractionPipeline {
  const call = async (inputs: unknown, options: FeatureExtractionOptions = {}): Promise<EmbeddingTensor> =>
    toTensor(text, await vectorsOf(text, inputList(inputs), options), options)
  const each = async (
    inputs: readonly TextOrPair[],
    options: FeatureExtractionOptions = {},
  ): Promise<EmbeddingTensor[]> => {
    const tensors: EmbeddingTensor[] = []
    const pace = new Pace()
    for (const vectors of await vectorsOf(text, inputList(inputs), options)) {
      if (pace.due) await pace.pause()
      tensors.push(await toTensor(text, [vectors], options))
    }
    return tensors
  }
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
  const pooled = (vector: Float64Array): Vectors => {
    if (normalize) normalizeVector(vector)
    return { rows: 1, data: options.quantize ? quantize(vector, precision) : vector }
  }
  const answer = async (batch: TextBatch): Promise<ReadAnswer<Vectors>> => {
    const rows = pooledRows(pooling, batch.starts)
    const { last_hidden_state } = await batch.forward(['last_hidden_state'], rows)
    const hidden = last_hidden_state!.data
    return i => {
      const [first, end] = rows ? [i, i + 1] : [batch.starts[i]!, batch.starts[i + 1]!]
      if (pooling !== 'none') return pooled(pool(pooling, hidden, size, first, end, width))
      return { rows: end - first, data: rowsOf(hidden.subarray(first * size, end * size), size, width, normalize) }
    }
  }
  return text.each(inputs, options, answer, originOf)
}

/** A copy of the rows, of each the first `width` numbers. */
function rowsOf(hidden: NativeArray, size: number, width: number, normalize: boolean): NativeArray {
  if (width === size && !normalize) return hidden.slice()
  const rows = hidden.length / size
  const copy = hidden instanceof Float64Array ? new Float64Array(rows * width) : new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const vector = new Float64Array(hidden.subarray(row * size, row * size + width))
    copy.set(normalize ? normalizeVector(vector) : vector, row * width)
  }
  return copy
}

async function toTensor(
  text: TextModel,
  texts: Vectors[],
  options: FeatureExtractionOptions,
): Promise<EmbeddingTensor> {
  const { pooling = 'none', precision = 'binary' } = options
  const numbers = options.dimensions ?? text.model.config.hidden_size
  const width = options.quantize && precision !== 'int8' ? numbers / 8 : numbers
  const rows = pooling === 'none' ? texts.reduce((most, vectors) => Math.max(most, vectors.rows), 0) : 1
  const dims = pooling === 'none' ? [texts.length, rows, width] : [texts.length, width]
  const tensor = emptyTensor(text, options.quantize ? precision : undefined, dims)
  const pace = new Pace()
  for (const [i, { data }] of texts.entries()) {
    if (pace.due) await pace.pause()
    tensor.data.set(data as never, i * rows * width)
  }
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
