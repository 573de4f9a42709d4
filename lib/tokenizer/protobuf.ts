// The wire format of Protocol Buffers, as far as reading needs it: the fields of one message, one after another, never past its end.
// What the fields mean is the caller's business. A cursor rather than objects, for a vocabulary has a hundred thousand fields.
import { invalidTokenizer } from './definition.js'

export type FieldKind = 'varint' | 'fixed64' | 'bytes' | 'fixed32'

const kinds: readonly (FieldKind | undefined)[] = ['varint', 'fixed64', 'bytes', undefined, undefined, 'fixed32']

export class Message {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #where: string
  #at: number
  #end: number
  /** The field that `next` found. */
  number = 0
  kind: FieldKind = 'varint'
  /** A varint, or the four bytes of a float. */
  value = 0
  /** Length-delimited content: bytes[start..end). */
  start = 0
  end = 0

  /** The message in bytes[start..end); `where` names it in messages. */
  constructor(bytes: Uint8Array, where: string, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#where = where
    this.#at = start
    this.#end = end
  }

  /** Goes on inside bytes[start..end), from its beginning. */
  enter(start: number, end: number): void {
    this.#at = start
    this.#end = end
  }

  /** Moves to the next field; false at the end. */
  next(): boolean {
    if (this.#at >= this.#end) return false
    const from = this.#at
    const tag = this.#varint()
    const kind = kinds[tag % 8]
    this.number = Math.floor(tag / 8)
    if (this.number === 0 || kind === undefined) throw invalidTokenizer(this.#where, `has no field at byte ${from}`)
    this.kind = kind
    this.value = 0
    if (kind === 'varint') this.value = this.#varint()
    else if (kind === 'fixed32') this.value = this.#view.getFloat32(this.#take(4), true)
    else if (kind === 'fixed64') this.#take(8)
    else {
      this.start = this.#take(this.#varint())
      this.end = this.#at
    }
    return true
  }

  /** The content of the field, which must have one. */
  content(): Uint8Array {
    this.expect('bytes')
    return this.bytes.subarray(this.start, this.end)
  }

  expect(kind: FieldKind): void {
    if (this.kind === kind) return
    throw invalidTokenizer(
      this.#where,
      `has field ${this.number} as ${this.kind} before byte ${this.#at}; it must be ${kind}`,
    )
  }

  #varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (this.#at >= this.#end) throw this.#cut('inside a number')
      const byte = this.bytes[this.#at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw invalidTokenizer(this.#where, `has a number of more than 10 bytes before byte ${this.#at}`)
  }

  #take(length: number): number {
    const from = this.#at
    if (length > this.#end - from) throw this.#cut(`${length} bytes were promised at byte ${from}`)
    this.#at += length
    return from
  }

  #cut(what: string): Error {
    return invalidTokenizer(this.#where, `ends at byte ${this.#end}, too early: ${what}`)
  }
}
