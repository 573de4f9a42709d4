// The precompiled character map of a SentencePiece normaliser: a double-array trie over UTF-8 and the text that its leaves point into.
// Looks up one short sequence at a time; when a sequence is looked up is the normaliser's business.
import { invalidTokenizer } from './definition.js'

/** No published map has a replacement above 33 bytes; the limit keeps a hostile one from blowing a text up. */
const MAX_REPLACEMENT_BYTES = 255

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class Charsmap {
  /** Units of the trie: label in bits 0-7, has-leaf in bit 8, offset from bit 9 on; a leaf has bit 31 and the place of its text. */
  readonly #units: Uint32Array
  readonly #where: string
  readonly #texts: Uint8Array
  readonly #replacements = new Map<number, readonly number[]>()
  readonly #key = new Uint8Array(8)

  /** `where` names the file and the field in messages. */
  constructor(bytes: Uint8Array, where: string) {
    const trieBytes = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
    if (trieBytes === 0 || trieBytes % 4 !== 0 || 4 + trieBytes >= bytes.length) {
      throw invalidTokenizer(where, `claims a trie of ${trieBytes} bytes in a map of ${bytes.length}`)
    }
    this.#where = where
    // The file and every platform of the addon store the lower byte first.
    this.#units = new Uint32Array(new Uint8Array(bytes.subarray(4, 4 + trieBytes)).buffer)
    this.#texts = new Uint8Array(bytes.subarray(4 + trieBytes))
  }

  /** The replacement of the shortest prefix of points[from..to) that the map has; `to - from` is at most 5 bytes of UTF-8 or one code point. */
  match(points: ArrayLike<number>, from: number, to: number): readonly number[] | undefined {
    const units = this.#units
    const key = this.#key
    let length = 0
    for (let i = from; i < to; i++) length = writeUtf8(key, length, points[i]!)
    let place = offsetOf(units[0]!)
    for (let i = 0; i < length; i++) {
      const byte = key[i]!
      if (byte === 0) return undefined
      place ^= byte
      const unit = units[place]
      if (unit === undefined || (unit & 0x800000ff) !== byte) return undefined
      place ^= offsetOf(unit)
      if (unit & 0x100) return this.#replacement(units[place] ?? 0)
    }
    return undefined
  }

  /** Checked when it is first used: a map has fifteen thousand, a text meets a few. */
  #replacement(leaf: number): readonly number[] {
    const start = leaf & 0x7fffffff
    const known = this.#replacements.get(start)
    if (known) return known
    const end = this.#texts.indexOf(0, start)
    if (start >= this.#texts.length || end < 0 || end - start > MAX_REPLACEMENT_BYTES) {
      const size = this.#texts.length
      throw invalidTokenizer(
        this.#where,
        `has no replacement of at most ${MAX_REPLACEMENT_BYTES} bytes at byte ${start} of ${size}`,
      )
    }
    try {
      const text = decoder.decode(this.#texts.subarray(start, end))
      const replacement = Array.from(text, character => character.codePointAt(0)!)
      this.#replacements.set(start, replacement)
      return replacement
    } catch (cause) {
      throw invalidTokenizer(this.#where, `has a replacement that is not UTF-8 at byte ${start}`, cause)
    }
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6)
}

function writeUtf8(target: Uint8Array, at: number, point: number): number {
  if (point < 0x80) {
    target[at++] = point
    return at
  }
  if (point < 0x800) {
    target[at++] = 0xc0 | (point >> 6)
  } else {
    if (point < 0x10000) {
      target[at++] = 0xe0 | (point >> 12)
    } else {
      target[at++] = 0xf0 | (point >> 18)
      target[at++] = 0x80 | ((point >> 12) & 63)
    }
    target[at++] = 0x80 | ((point >> 6) & 63)
  }
  target[at++] = 0x80 | (point & 63)
  return at
}
