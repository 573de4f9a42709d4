// An array of numbers with a shape, as transformers.js has it: row-major data on the JavaScript side.
// Holds and reads values only; arithmetic lives in the addon and in the pipelines.
import { isDetached } from './detached.js'
import { AlbertError } from './errors.js'
import { shown } from './options.js'

/** What each type of tensor keeps its values in. */
export interface TensorArrays {
  float32: Float32Array
  float64: Float64Array
  int32: Int32Array
  int64: BigInt64Array
  int8: Int8Array
  uint8: Uint8Array
  bool: Uint8Array
}

/** Type of the values of a tensor. */
export type TensorType = keyof TensorArrays
/** Outputs of a model: float32, or float64 for a model loaded with dtype `fp64`. */
export type FloatTensor = Tensor<'float32' | 'float64'>
/** A value of a tensor: a bigint for int64, else a number. */
export type TensorElement<T extends TensorType> = TensorArrays[T][number]
/** Numbers nested as deep as the tensor has dimensions; a tensor without dimensions is a bare number. */
export type Nested<E> = E | Nested<E>[]
/** One index, a half-open range (null = from the start, to the end), or null for a whole axis. Negative numbers count from the end. */
export type TensorIndex = number | readonly [number | null, number | null] | null

const constructors: { [T in TensorType]: { new (length: number): TensorArrays[T]; name: string } } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

/** Numbers with a shape, row by row. Not to be changed in shape or type; the values may be. */
export class Tensor<T extends TensorType = TensorType> {
  /** `tensor[0]`: that entry of the first axis. It has one dimension less and shares the data. */
  readonly [index: number]: Tensor<T>
  readonly type: T
  readonly dims: readonly number[]
  /** Number of elements. */
  readonly size: number
  #data: TensorArrays[T] | undefined

  static {
    // Numbers are caught behind the class, where names go that it does not have; all others cost what they always cost.
    const get = (target: object, name: string | symbol, receiver: object): unknown =>
      typeof name === 'string' && /^-?\d+$/.test(name) && #data in receiver
        ? receiver.#entry(Number(name))
        : Reflect.get(target, name, receiver)
    Object.setPrototypeOf(Tensor.prototype, new Proxy(Object.prototype, { get }))
  }

  constructor(type: T, data: TensorArrays[T], dims: readonly number[]) {
    if (typeof type !== 'string' || !Object.hasOwn(constructors, type)) {
      const known = Object.keys(constructors).join(', ')
      throw new AlbertError('INVALID_INPUT', `A tensor of type ${shown(type)} does not exist; there are ${known}.`)
    }
    if (!(data instanceof constructors[type])) {
      const wanted = constructors[type].name
      throw new AlbertError(
        'INVALID_INPUT',
        `A ${type} tensor keeps its data in a ${wanted}, not in ${describe(data)}.`,
      )
    }
    if (isDetached(data))
      throw new AlbertError('INVALID_INPUT', 'The data of this tensor was detached: its memory is gone.')
    checkDims(dims, data.length)
    this.type = type
    this.dims = Object.freeze([...dims])
    this.size = data.length
    this.#data = data
  }

  /** The values, row by row. Not a copy. */
  get data(): TensorArrays[T] {
    if (!this.#data) throw new AlbertError('DISPOSED', 'The data of this tensor was given up by dispose().')
    return this.#data
  }

  /** The only element of a tensor of size 1, such as a loss. */
  item(): TensorElement<T> {
    if (this.size !== 1) {
      throw new AlbertError('INVALID_INPUT', `item() needs a tensor with one element; this one has ${this.size}.`)
    }
    return this.data[0]!
  }

  /** Nested plain arrays; bigint elements for int64. */
  tolist(): Nested<TensorElement<T>> {
    return nest<TensorElement<T>>(this.data, this.dims, 0, 0)
  }

  /**
   * A part of the tensor, copied. One argument an axis: a number takes that entry and drops the axis, `[start, end]` takes
   * a range (end exclusive, cut where the axis ends), null or a missing argument takes the whole axis.
   */
  slice(...indices: TensorIndex[]): Tensor<T> {
    if (indices.length > this.dims.length) {
      const message = `slice() got ${indices.length} arguments for a tensor with ${this.dims.length} dimensions.`
      throw new AlbertError('INVALID_INPUT', message)
    }
    const ranges = this.dims.map((size, axis) => toRange(indices[axis] ?? null, size, axis))
    const dims = ranges.filter(range => !range.dropped).map(range => range.end - range.start)
    const source = this.data
    const target = new constructors[this.type](dims.reduce((a, b) => a * b, 1))
    let written = 0
    const walk = (axis: number, offset: number): void => {
      const range = ranges[axis]
      if (!range) {
        target[written++] = source[offset]!
        return
      }
      const stride = this.dims.slice(axis + 1).reduce((a, b) => a * b, 1)
      if (axis === ranges.length - 1) {
        target.set(source.subarray(offset + range.start, offset + range.end) as never, written)
        written += range.end - range.start
        return
      }
      for (let i = range.start; i < range.end; i++) walk(axis + 1, offset + i * stride)
    }
    walk(0, 0)
    return new Tensor(this.type, target, dims)
  }

  /** Lets go of the data; afterwards reading it is an error. */
  dispose(): void {
    this.#data = undefined
  }

  /** The entries of the first axis: tensors with one dimension less, which share the data; plain elements of a vector. */
  *[Symbol.iterator](): Generator<Tensor<T> | TensorElement<T>> {
    const [length] = this.dims
    if (length === undefined) throw new AlbertError('INVALID_INPUT', 'A tensor without dimensions cannot be iterated.')
    for (let i = 0; i < length; i++) yield this.dims.length === 1 ? this.data[i]! : this.#entry(i)
  }

  #entry(index: number): Tensor<T> {
    const [length = 0, ...rest] = this.dims
    if (index < -length || index >= length) {
      const message = `tensor[${index}] does not exist; a tensor [${this.dims.join(', ')}] has ${length} entries on its first axis.`
      throw new AlbertError('INVALID_INPUT', message)
    }
    const start = index < 0 ? index + length : index
    const stride = rest.reduce((a, b) => a * b, 1)
    return new Tensor(this.type, this.data.subarray(start * stride, (start + 1) * stride) as TensorArrays[T], rest)
  }
}

export function floatTensor(data: Float32Array | Float64Array, dims: readonly number[]): FloatTensor {
  return data instanceof Float64Array ? new Tensor('float64', data, dims) : new Tensor('float32', data, dims)
}

function checkDims(dims: readonly number[], length: number): void {
  if (!Array.isArray(dims) || !dims.every(dim => Number.isSafeInteger(dim) && dim >= 0)) {
    throw new AlbertError('INVALID_INPUT', `dims must be an array of whole numbers >= 0, not ${shown(dims)}.`)
  }
  const size = dims.reduce((a, b) => a * b, 1)
  if (size !== length) {
    const message = `dims [${dims.join(', ')}] make ${size} elements, but the data has ${length}.`
    throw new AlbertError('INVALID_INPUT', message)
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? `${value.constructor?.name ?? 'an object'}` : typeof value
}

function nest<E>(data: ArrayLike<E>, dims: readonly number[], axis: number, offset: number): Nested<E> {
  const length = dims[axis]
  if (length === undefined) return data[offset]!
  const stride = dims.slice(axis + 1).reduce((a, b) => a * b, 1)
  return Array.from({ length }, (_, i) => nest(data, dims, axis + 1, offset + i * stride))
}

function toRange(index: TensorIndex, size: number, axis: number): { start: number; end: number; dropped: boolean } {
  if (index === null) return { start: 0, end: size, dropped: false }
  const dropped = typeof index === 'number'
  const [first, last] = dropped ? [index, null] : index
  const place = (value: number): number => (value < 0 ? value + size : value)
  if (![first ?? 0, last ?? 0].every(Number.isInteger) || (dropped && (place(index) < 0 || place(index) >= size))) {
    const message = `slice(): ${shown(index)} does not lie on axis ${axis}, which has ${size} entries.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  const start = Math.max(0, Math.min(size, place(first ?? 0)))
  const end = dropped ? start + 1 : Math.max(start, Math.min(size, place(last ?? size)))
  return { start, end, dropped }
}
