// Raw text to normalised text: doubled quotes, decomposition without marks, lower case; then the character map (mapped-text.ts).
// Works through a stretch of text in parts and remembers for every character which part of the raw text it stands for.
import type { NormalizerRules } from './definition.js'
import { MappedText } from './mapped-text.js'
import type { NormalText } from './normal-text.js'
import { decompose, toLower } from './unicode.js'

const REPLACEMENT_CHARACTER = 0xfffd
const CR = 0x0d
/** In the table of ASCII: its neighbours matter, or it does not stay one character. */
const SPECIAL = 0

export class Normalizer {
  readonly #rules: NormalizerRules
  readonly #mapped: MappedText
  /** What an ASCII character becomes, or SPECIAL. */
  readonly #ascii = new Uint8Array(128)
  #text = ''
  #end = 0

  constructor(rules: NormalizerRules) {
    this.#rules = rules
    this.#mapped = new MappedText(rules.charsmap)
    for (let unit = 1; unit < 128; unit++) {
      const lower = this.#lowerAscii(unit)
      const image = rules.charsmap?.match([lower], 0, 1) ?? [lower]
      const alone = unit !== CR && !rules.doubledQuotes.includes(String.fromCharCode(unit))
      if (alone && image.length === 1 && image[0]! < 128) this.#ascii[unit] = image[0]!
    }
  }

  /** Begins with a stretch of `text` that ends at `end`. */
  begin(text: string, end: number): void {
    this.#text = text
    this.#end = end
    this.#mapped.begin()
  }

  /** Appends what the raw units from `from` to about `to` become; returns where the next call goes on. Holds back what the next call may change. */
  feed(from: number, to: number, out: NormalText): number {
    const text = this.#text
    const mapped = this.#mapped
    let at = from
    while (at < to) {
      const unit = text.charCodeAt(at)
      const plain = unit < 0x80 && this.#ascii[unit]! !== SPECIAL && !(this.#unitAt(at + 1) >= 0x80)
      if (plain && mapped.empty) {
        at = this.#copyAscii(at, to, out)
        mapped.skipped()
      } else {
        at = this.#read(at, unit)
        // Nothing behind a plain character can change it or what stands before it.
        if (plain) mapped.settle(0, out)
        else if (mapped.waiting > 64) mapped.settle(MappedText.lookahead, out)
      }
    }
    if (at >= this.#end) mapped.settle(0, out)
    return at
  }

  /** The common case: plain ASCII followed by ASCII, nothing waiting. */
  #copyAscii(from: number, to: number, out: NormalText): number {
    const ascii = this.#ascii
    out.reserve(to - from)
    const { units, starts, ends } = out
    let length = out.length
    let at = from
    let image = ascii[this.#unitAt(at)]!
    while (at < to) {
      const next = this.#unitAt(at + 1)
      if (image === SPECIAL || next >= 0x80) break
      units[length] = image
      starts[length] = at
      ends[length++] = ++at
      image = ascii[next]!
    }
    out.length = length
    return at
  }

  /** The raw unit, 0 behind the end of the stretch. */
  #unitAt(at: number): number {
    return at < this.#end ? this.#text.charCodeAt(at) : 0
  }

  #lowerAscii(unit: number): number {
    return this.#rules.lowerCase && unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit
  }

  /** Takes one raw character, or a pair of quotes, up to the character map. Of a pair, the second stands for both. */
  #read(at: number, unit: number): number {
    const next = this.#unitAt(at + 1)
    if (unit < 0x80) {
      const doubled = next === unit && this.#rules.doubledQuotes.includes(this.#text[at]!)
      if (doubled) this.#mapped.add(0x22, at + 1, at + 2)
      else this.#mapped.add(this.#lowerAscii(unit), at, at + 1)
      return doubled ? at + 2 : at + 1
    }
    const high = unit >= 0xd800 && unit < 0xdc00 && (next & 0xfc00) === 0xdc00
    const lone = !high && (unit & 0xf800) === 0xd800
    const point = high ? ((unit & 0x3ff) << 10) + (next & 0x3ff) + 0x10000 : lone ? REPLACEMENT_CHARACTER : unit
    const end = high ? at + 2 : at + 1
    const parts = this.#rules.decompose ? decompose(point) : undefined
    if (!parts) this.#addLower(point, at, end)
    else for (const part of parts) this.#addLower(part, at, end)
    return end
  }

  #addLower(point: number, start: number, end: number): void {
    const lower = this.#rules.lowerCase ? toLower(point) : undefined
    if (!lower) this.#mapped.add(point, start, end)
    else for (const part of lower) this.#mapped.add(part, start, end)
  }
}
