// Results of one native call, copied into JavaScript's memory: as they are packed, or back to padded places.
// Copies go in slices, and the event loop gets a turn between them: one copy of 100 MB would stop it.
import { setImmediate } from 'node:timers/promises'
import { floatArray } from './dtype.js'
import type { NativeArray, NativeDtype, NativeResult } from './native.js'
import type { Packing } from './padded.js'
import { type FloatTensor, floatTensor } from './tensor.js'

const SLICE_BYTES = 4 << 20

export class Answer {
  readonly #result: NativeResult
  readonly #dtype: NativeDtype
  readonly #signal: AbortSignal | undefined
  #copiedBytes = 0

  constructor(result: NativeResult, dtype: NativeDtype, signal: AbortSignal | undefined) {
    this.#result = result
    this.#dtype = dtype
    this.#signal = signal
  }

  /** Frees the results; nothing can be read afterwards. */
  release(): void {
    this.#result.release()
  }

  /** Names of the results that `outputs` asks for: themselves, but of attentions one a block and sequence. */
  named(outputs: readonly string[]): string[] {
    const attentions = /^attentions\.\d+\.\d+$/
    return Object.keys(this.#result.dims).filter(
      name => outputs.includes(name) || (attentions.test(name) && outputs.includes('attentions')),
    )
  }

  get losses(): Record<string, FloatTensor> {
    return Object.fromEntries(Object.keys(this.#result.losses).map(name => [name, this.loss(name)!]))
  }

  /** A mean loss as a tensor without dimensions, undefined if none was computed. */
  loss(name: string): FloatTensor | undefined {
    const value = this.#result.losses[name]
    return value === undefined ? undefined : floatTensor(floatArray(this.#dtype, 1).fill(value), [])
  }

  /** An output as it is packed. */
  async whole(name: string, dims: readonly number[] = this.#dimsOf(name)): Promise<FloatTensor> {
    const data = floatArray(this.#dtype, sizeOf(dims))
    await this.#copy(name, 0, data)
    return floatTensor(data, dims)
  }

  /** A row-wise output [T,W] (or [T]) in its padded places; rows that were left out hold `fill`. */
  async padded(name: string, packing: Packing, fill: number): Promise<FloatTensor> {
    const [, ...width] = this.#dimsOf(name)
    const data = floatArray(this.#dtype, packing.padded.types.length * sizeOf(width))
    if (fill !== 0) data.fill(fill)
    await this.#copyRows(name, 0, sizeOf(width), packing.places, data)
    return floatTensor(data, [...packing.padded.dims, ...width])
  }

  /** One [B,S,H] for the input of the first block and for the output of each. */
  async hiddenStates(packing: Packing): Promise<FloatTensor[]> {
    const [states, tokens, width] = this.#dimsOf('hidden_states') as [number, number, number]
    const { texts, columns } = packing.padded
    const tensors: FloatTensor[] = []
    for (let state = 0; state < states; state++) {
      const data = floatArray(this.#dtype, texts * columns * width)
      await this.#copyRows('hidden_states', state * tokens * width, width, packing.places, data)
      tensors.push(floatTensor(data, [texts, columns, width]))
    }
    return tensors
  }

  /** One [B,A,S,S] a block; zero where the query or the key was left out. */
  async attentions(packing: Packing): Promise<FloatTensor[]> {
    const { texts, columns } = packing.padded
    const tensors: FloatTensor[] = []
    for (let block = 0; `attentions.${block}.0` in this.#result.dims; block++) {
      const heads = this.#dimsOf(`attentions.${block}.0`)[0]!
      const data = floatArray(this.#dtype, texts * heads * columns * columns)
      for (let text = 0; text < texts; text++) {
        const size = heads * columns * columns
        await this.#copyAttention(
          `attentions.${block}.${text}`,
          packing,
          text,
          data.subarray(text * size, (text + 1) * size),
        )
      }
      tensors.push(floatTensor(data, [texts, heads, columns, columns]))
    }
    return tensors
  }

  async #copyAttention(name: string, packing: Packing, text: number, target: NativeArray): Promise<void> {
    const { columns } = packing.padded
    const { starts } = packing.batch
    const kept = packing.places.subarray(starts[text], starts[text + 1]).map(place => place - text * columns)
    const length = kept.length
    if (length === columns) return this.#copy(name, 0, target)
    const packed = floatArray(this.#dtype, sizeOf(this.#dimsOf(name)))
    await this.#copy(name, 0, packed)
    for (let row = 0; row * length < packed.length; row++) {
      const head = Math.floor(row / length)
      const line = (head * columns + kept[row % length]!) * columns
      for (let key = 0; key < length; key++) target[line + kept[key]!] = packed[row * length + key]!
    }
  }

  /** Packed rows from element `offset` on to the rows `places` of the target, whole runs at a time. */
  async #copyRows(name: string, offset: number, width: number, places: Int32Array, target: NativeArray): Promise<void> {
    for (let row = 0; row < places.length; ) {
      let end = row + 1
      while (end < places.length && places[end] === places[end - 1]! + 1) end++
      const place = places[row]!
      await this.#copy(name, offset + row * width, target.subarray(place * width, (place + end - row) * width))
      row = end
    }
  }

  async #copy(name: string, offset: number, target: NativeArray): Promise<void> {
    const step = SLICE_BYTES / target.BYTES_PER_ELEMENT
    for (let at = 0; at < target.length; at += step) {
      const slice = target.subarray(at, at + step)
      if (this.#copiedBytes + slice.byteLength > SLICE_BYTES) {
        await setImmediate()
        this.#signal?.throwIfAborted()
        this.#copiedBytes = 0
      }
      this.#result.copy(name, offset + at, slice)
      this.#copiedBytes += slice.byteLength
    }
  }

  #dimsOf(name: string): number[] {
    return this.#result.dims[name]!
  }
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1)
}
