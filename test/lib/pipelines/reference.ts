// What transformers computed for the model in the package: models/starter-en/reference.{json,safetensors}, float64.
// A reader of its own, so that the tests do not judge the package's reader by itself.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../../models/starter-en')

export interface ReferencePair {
  first: string
  second: string
  ids: number[]
}

export const referencePairs = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as ReferencePair[]

/** One row of numbers for each pair. */
export function referenceRows(name: string): number[][] {
  const file = readFileSync(join(folder, 'reference.safetensors'))
  const start = 8 + Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.subarray(8, start).toString()) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >
  const { dtype, shape, data_offsets } = header[name]!
  const [rows = 0, width = 1] = shape
  const read = (i: number): number => {
    const at = start + data_offsets[0] + 8 * i
    return dtype === 'F64' ? file.readDoubleLE(at) : Number(file.readBigInt64LE(at))
  }
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: width }, (_, column) => read(row * width + column)),
  )
}

/** Largest difference over the largest value, as the tolerances of the package are meant. */
export function relativeError(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let difference = 0
  let largest = 0
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - wanted[i]!))
    largest = Math.max(largest, Math.abs(wanted[i]!))
  }
  return actual.length === wanted.length ? difference / largest : Number.POSITIVE_INFINITY
}
