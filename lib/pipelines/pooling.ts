// One vector for a text out of the vectors of its tokens: which rows are needed, and how they become one.
import { AlbertError } from '../errors.js'
import type { NativeArray } from '../native.js'
import { shown } from '../options.js'

/** `cls` = `first_token`, the vector of [CLS]; `eos` = `last_token`, that of the closing [SEP]; `none` = no pooling. */
export type Pooling = 'none' | 'mean' | 'cls' | 'first_token' | 'last_token' | 'eos' | 'max'

const poolings: Record<Pooling, 'all' | 'first' | 'last'> = {
  none: 'all',
  mean: 'all',
  cls: 'first',
  first_token: 'first',
  last_token: 'last',
  eos: 'last',
  max: 'all',
}

export function checkPooling(pooling: string): asserts pooling is Pooling {
  if (typeof pooling !== 'string' || !Object.hasOwn(poolings, pooling))
    throw new AlbertError(
      'INVALID_INPUT',
      `pooling ${shown(pooling)} does not exist; it is one of ${Object.keys(poolings).join(', ')}.`,
    )
}

/** Packed rows that the pooling reads, one a text; undefined = every row. Other rows skip the model's last layer. */
export function pooledRows(pooling: Pooling, starts: Int32Array): Int32Array | undefined {
  const take = poolings[pooling]
  if (take === 'all') return undefined
  return take === 'first' ? starts.slice(0, -1) : starts.slice(1).map(end => end - 1)
}

/** The first `width` numbers of the vector of one text, whose rows [first, end) lie in `hidden` ([rows, size]). */
export function pool(
  pooling: Pooling,
  hidden: NativeArray,
  size: number,
  first: number,
  end: number,
  width: number,
): Float64Array {
  const pooled = new Float64Array(width)
  for (let j = 0; j < width; j++) pooled[j] = hidden[first * size + j]!
  for (let row = first + 1; row < end; row++) {
    const offset = row * size
    if (pooling === 'max') for (let j = 0; j < width; j++) pooled[j] = Math.max(pooled[j]!, hidden[offset + j]!)
    else for (let j = 0; j < width; j++) pooled[j]! += hidden[offset + j]!
  }
  if (pooling === 'mean') for (let j = 0; j < width; j++) pooled[j]! /= end - first
  return pooled
}

/** Length 1, in place; a vector of zeros stays. */
export function normalizeVector<Vector extends Float64Array | Float32Array>(vector: Vector): Vector {
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.sqrt(squares)
  if (length > 0) for (let j = 0; j < vector.length; j++) vector[j]! /= length
  return vector
}
