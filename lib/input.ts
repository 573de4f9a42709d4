// Arrays as callers give them (nested, typed, BigInt, Tensor) read into flat ones with a shape.
// Every complaint names the argument, the value and its place. What the numbers mean is checked by who asks for them.
import { AlbertError } from './errors.js'
import { Tensor } from './tensor.js'

/** One row of numbers. */
export type NumberRow = ArrayLike<number> | ArrayLike<bigint>
/** Numbers for an input: a Tensor, or plain, typed or BigInt arrays, nested as the input has dimensions. */
export type ArrayInput = Tensor | NumberRow | ArrayLike<NumberRow> | ArrayLike<ArrayLike<NumberRow>>

export interface FlatArray {
  name: string
  values: ArrayLike<number | bigint | boolean>
  dims: number[]
  /** The container holds whole numbers only (int64 tensor, Int32Array); plain arrays say nothing. */
  integral: boolean
}

/** No input has more than four dimensions. A list that holds itself has no end. */
const MAX_DEPTH = 8

const floatTypes = new Set(['float32', 'float64'])

export function flatten(name: string, input: ArrayInput): FlatArray {
  if (input instanceof Tensor) {
    return { name, values: input.data, dims: [...input.dims], integral: !floatTypes.has(input.type) }
  }
  if (!isList(input))
    throw new AlbertError('INVALID_INPUT', `${name} must be an array or a Tensor, not ${kindOf(input)}.`)
  const dims: number[] = []
  let level: unknown = input
  while (isList(level)) {
    dims.push(level.length)
    level = level[0]
    if (dims.length > MAX_DEPTH)
      throw new AlbertError('INVALID_INPUT', `${name} is nested more than ${MAX_DEPTH} arrays deep.`)
  }
  if (dims.length === 1) return { name, values: input as NumberRow, dims, integral: isIntegral(input) }
  const values: (number | bigint)[] = []
  let integral = true
  const walk = (list: unknown, depth: number, place: number[]): void => {
    if (!isList(list) || list.length !== dims[depth]) throw raggedError(name, list, place, dims[depth]!)
    if (depth < dims.length - 1) {
      for (let i = 0; i < list.length; i++) walk(list[i], depth + 1, [...place, i])
      return
    }
    integral &&= isIntegral(list)
    for (let i = 0; i < list.length; i++) values.push(list[i] as number)
  }
  walk(input, 0, [])
  return { name, values, dims, integral }
}

/** The values as int32. `rule` says which numbers are right, for the message. */
export function toIntegers(array: FlatArray, min: number, max: number, rule: string): Int32Array {
  const { values } = array
  const integers = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = numberOf(values[i])
    if (!Number.isInteger(value) || value < min || value > max) {
      throw valueError(array, i, rule)
    }
    integers[i] = value
  }
  return integers
}

/** The values as finite floats in `target`, an array of their length. */
export function toFloats<F extends Float32Array | Float64Array>(array: FlatArray, target: F, rule: string): F {
  const { values } = array
  for (let i = 0; i < values.length; i++) {
    const value = numberOf(values[i])
    if (!Number.isFinite(value)) throw valueError(array, i, rule)
    target[i] = value
  }
  return target
}

/** 1 where the value is not zero. NaN is refused: it is neither. */
export function toFlags(array: FlatArray): Uint8Array {
  const { values } = array
  const flags = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] === true ? 1 : values[i] === false ? 0 : numberOf(values[i])
    if (Number.isNaN(value)) throw valueError(array, i, 'a number, zero or not')
    flags[i] = value === 0 ? 0 : 1
  }
  return flags
}

export function checkDims(array: FlatArray, wanted: readonly number[], meaning: string): void {
  const { name, dims } = array
  if (dims.length === wanted.length && dims.every((dim, axis) => dim === wanted[axis])) return
  const message = `${name} has the shape [${dims.join(', ')}]; it must be ${meaning}, here [${wanted.join(', ')}].`
  throw new AlbertError('INVALID_INPUT', message)
}

/** `token_type_ids[1][5] is 7; it must be …` */
export function valueError(array: FlatArray, index: number, rule: string): AlbertError {
  const { name, values, dims } = array
  let rest = index
  const place = dims.map((_, axis) => {
    const stride = dims.slice(axis + 1).reduce((a, b) => a * b, 1)
    const here = Math.floor(rest / stride)
    rest -= here * stride
    return `[${here}]`
  })
  return new AlbertError('INVALID_INPUT', `${name}${place.join('')} is ${show(values[index])}; it must be ${rule}.`)
}

/** NaN for what is no number: strings, null, nested arrays. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

function isIntegral(value: unknown): boolean {
  return ArrayBuffer.isView(value) && !(value instanceof Float32Array) && !(value instanceof Float64Array)
}

function raggedError(name: string, list: unknown, place: number[], wanted: number): AlbertError {
  const where = name + place.map(i => `[${i}]`).join('')
  if (!isList(list)) {
    return new AlbertError('INVALID_INPUT', `${where} is ${show(list)}; it must be an array of ${wanted} numbers.`)
  }
  const message = `${where} has ${list.length} entries where the first has ${wanted}; pad all rows to one length.`
  return new AlbertError('INVALID_INPUT', message)
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : `${show(value)} (${typeof value})`
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value)
}
