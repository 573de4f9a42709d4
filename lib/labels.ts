// Labels as callers give them, checked and brought into the form of the packed call.
// Rules and defaults are those of transformers.
import type { ProblemType } from './config.js'
import { floatArray } from './dtype.js'
import { AlbertError } from './errors.js'
import { type ArrayInput, checkDims, type FlatArray, flatten, toFloats, toIntegers, valueError } from './input.js'
import type { NativeArray, NativeDtype } from './native.js'
import type { Packing, PaddedBatch } from './padded.js'

/** A label that does not count. */
const IGNORED = -100

/** A label for each token, [B,S] flat. */
export interface TokenLabels {
  values: Int32Array
  /** For packing: 1 where a label counts. */
  needs: { labelled: Uint8Array }
}

export function tokenLabels(
  input: ArrayInput | undefined,
  padded: PaddedBatch,
  classes: number,
): TokenLabels | undefined {
  if (input == null) return undefined
  const array = flatten('labels', input)
  if (array.dims.length === 1 && padded.dims.length === 2) array.dims.unshift(1)
  checkDims(array, padded.dims, 'as the tokens')
  const values = classLabels(array, classes)
  return { values, needs: { labelled: Uint8Array.from(values, label => (label === IGNORED ? 0 : 1)) } }
}

/** The labels of the packed rows. */
export function packedLabels(labels: TokenLabels, packing: Packing): Int32Array {
  return packing.places.map(place => labels.values[place]!)
}

/** One class for each of `count` texts. */
export function textLabels(
  name: string,
  input: ArrayInput | undefined,
  count: number,
  classes: number,
): Int32Array | undefined {
  if (input == null) return undefined
  return classLabels(perText(name, input, count), classes)
}

/** What sequence classification is about, if the configuration does not say: settled by the first labels. */
export function problemTypeOf(labels: ArrayInput, classes: number): ProblemType {
  if (classes === 1) return 'regression'
  const { integral, dims, values } = flatten('labels', labels)
  const counted = integral || (dims.length === 1 && Array.prototype.every.call(values, Number.isInteger))
  return counted ? 'single_label_classification' : 'multi_label_classification'
}

export interface SequenceLabels {
  labels: Int32Array | NativeArray
  problem: 'single_label' | 'multi_label' | 'regression'
}

export function sequenceLabels(
  input: ArrayInput,
  type: ProblemType,
  texts: number,
  classes: number,
  dtype: NativeDtype,
): SequenceLabels {
  if (type === 'single_label_classification') {
    return { labels: textLabels('labels', input, texts, classes)!, problem: 'single_label' }
  }
  const array = classes === 1 ? perText('labels', input, texts) : flatten('labels', input)
  if (classes > 1) checkDims(array, [texts, classes], `one number a text and class (problem_type ${type})`)
  const labels = toFloats(array, floatArray(dtype, array.values.length), 'a finite number')
  return { labels, problem: type === 'regression' ? 'regression' : 'multi_label' }
}

/** [B] columns where answers begin or end: clamped to [0, S], where S does not count. */
export function answerColumns(
  name: string,
  input: ArrayInput | undefined,
  padded: PaddedBatch,
): Int32Array | undefined {
  if (input == null) return undefined
  const array = perText(name, input, padded.texts)
  const columns = toIntegers(array, -(2 ** 31), 2 ** 31 - 1, 'a whole number')
  return columns.map(column => Math.max(0, Math.min(padded.columns, column)))
}

/** As `answerColumns`, but what lies outside the text is refused. */
export function insideColumns(
  name: string,
  input: ArrayInput | undefined,
  padded: PaddedBatch,
): Int32Array | undefined {
  if (input == null) return undefined
  const last = padded.columns - 1
  return toIntegers(perText(name, input, padded.texts), 0, last, `a column, 0 to ${last}`)
}

/** Marks the columns, so that packing keeps them. */
export function markColumns(padded: PaddedBatch, ...columns: (Int32Array | undefined)[]): Uint8Array {
  const marks = new Uint8Array(padded.texts * padded.columns)
  for (const each of columns) {
    each?.forEach((column, text) => {
      if (column < padded.columns) marks[text * padded.columns + column] = 1
    })
  }
  return marks
}

/** Rows inside the packed texts of columns; -1 for a column that does not count. */
export function packedColumns(columns: Int32Array, packing: Packing): Int32Array {
  const { places, padded, batch } = packing
  return columns.map((column, text) => {
    if (column >= padded.columns) return -1
    const start = batch.starts[text]!
    return places.subarray(start, batch.starts[text + 1]).indexOf(text * padded.columns + column)
  })
}

/** [B] or [B,1]. */
function perText(name: string, input: ArrayInput, count: number): FlatArray {
  const array = flatten(name, input)
  if (array.dims.length === 2 && array.dims[1] === 1) array.dims.pop()
  checkDims(array, [count], 'one entry a text')
  return array
}

function classLabels(array: FlatArray, classes: number): Int32Array {
  const rule = `a class, 0 to ${classes - 1}, or ${IGNORED} for none`
  const labels = toIntegers(array, IGNORED, classes - 1, rule)
  const wrong = labels.findIndex(label => label < 0 && label !== IGNORED)
  if (wrong >= 0) throw valueError(array, wrong, rule)
  return labels
}

/** Refuses half of a pair of labels. */
export function bothOrNone(first: string, one: unknown, second: string, other: unknown): void {
  if ((one == null) === (other == null)) return
  const [given, absent] = one == null ? [second, first] : [first, second]
  throw new AlbertError('INVALID_INPUT', `${given} without ${absent}: the loss needs both.`)
}
