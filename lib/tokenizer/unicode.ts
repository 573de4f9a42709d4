// What the normaliser knows of Unicode, independent of the engine's ICU: decomposition, lower case, grapheme clusters, white space.
// A table of unicode-table.ts is read when the first character outside ASCII asks for it, and searched as it is: by runs of code points.
import { controls, decompositions, digits, joiners, lowerCase, prepends } from './unicode-table.js'

/** How a code point takes part in a grapheme cluster. */
export const cluster = { other: 0, joiner: 1, prepend: 2, control: 3 } as const

let decompositionTable: RunTable | undefined
let lowerCaseTable: RunTable | undefined
let clusterClasses: Uint8Array | undefined
let digitTable: RunTable | undefined

const HANGUL_FIRST = 0xac00
const HANGUL_COUNT = 11172

/** NFKD without its combining marks; undefined: the code point stays. */
export function decompose(point: number): readonly number[] | undefined {
  const syllable = point - HANGUL_FIRST
  if (syllable >= 0 && syllable < HANGUL_COUNT) {
    const initial = 0x1100 + Math.floor(syllable / 588)
    const vowel = 0x1161 + Math.floor((syllable % 588) / 28)
    return syllable % 28 === 0 ? [initial, vowel] : [initial, vowel, 0x11a7 + (syllable % 28)]
  }
  decompositionTable ??= new RunTable(decompositions)
  return decompositionTable.image(point)
}

/** Lower case of one code point, without the rules that look at neighbours; undefined: the code point stays. */
export function toLower(point: number): readonly number[] | undefined {
  lowerCaseTable ??= new RunTable(lowerCase)
  return lowerCaseTable.image(point)
}

/** One of `cluster`. */
export function clusterClass(point: number): number {
  clusterClasses ??= readClusterClasses()
  return clusterClasses[point]!
}

/** Python's str.isdigit. */
export function isDigit(point: number): boolean {
  digitTable ??= new RunTable(digits)
  return digitTable.has(point)
}

/** The property White_Space; no character outside the first plane has it. */
export function isWhiteSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 9 && unit <= 0xd)
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0
  if (unit >= 0x2000 && unit <= 0x205f) {
    return unit <= 0x200a || (unit | 1) === 0x2029 || unit === 0x202f || unit === 0x205f
  }
  return unit === 0x3000 || unit === 0x1680
}

/** One byte a code point: asked for twice a character, and hardly a page of it is touched. */
function readClusterClasses(): Uint8Array {
  const classes = new Uint8Array(0x110000)
  new RunTable(joiners).fill(classes, cluster.joiner)
  new RunTable(prepends).fill(classes, cluster.prepend)
  new RunTable(controls).fill(classes, cluster.control)
  return classes
}

const COLON = 0x3a
const DOT = 0x2e
const steps = new Map([
  [0x2a, 0],
  [0x2b, 1],
  [0x25, 2],
])

/** Runs of code points in the notation of unicode-table.py: `gap`, `gap*n`, `gap+n`, `gap%n`, each with or without `:image.image`. */
class RunTable {
  readonly #firsts: number[] = []
  readonly #lasts: number[] = []
  /** Distance of members and of their images; 0: neighbours with the same image. */
  readonly #steps: number[] = []
  readonly #images: (readonly number[])[] = []
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    let end = 0
    while (this.#skipSpace()) {
      const first = end + this.#number()
      const step = steps.get(text.charCodeAt(this.#at))
      if (step !== undefined) this.#at++
      const count = step === undefined ? 1 : this.#number()
      const last = first + (count - 1) * (step || 1)
      this.#firsts.push(first)
      this.#lasts.push(last)
      this.#steps.push(step ?? 0)
      this.#images.push(text.charCodeAt(this.#at) === COLON ? this.#image() : [])
      end = last + 1
    }
  }

  has(point: number): boolean {
    return this.#find(point) >= 0
  }

  /** undefined: the code point stands for itself. */
  image(point: number): readonly number[] | undefined {
    const run = this.#find(point)
    if (run < 0) return undefined
    const image = this.#images[run]!
    const distance = point - this.#firsts[run]!
    return this.#steps[run] === 0 || distance === 0 ? image : [image[0]! + distance]
  }

  /** Writes `value` at every code point of the runs. */
  fill(values: Uint8Array, value: number): void {
    for (const [i, first] of this.#firsts.entries()) values.fill(value, first, this.#lasts[i]! + 1)
  }

  #find(point: number): number {
    let low = 0
    let high = this.#firsts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#firsts[middle]! <= point) low = middle
      else high = middle - 1
    }
    const first = this.#firsts[low]!
    const inside = point >= first && point <= this.#lasts[low]! && (point - first) % (this.#steps[low] || 1) === 0
    return inside ? low : -1
  }

  #skipSpace(): boolean {
    while (isWhiteSpace(this.#text.charCodeAt(this.#at))) this.#at++
    return this.#at < this.#text.length
  }

  #image(): number[] {
    const image: number[] = []
    do {
      this.#at++
      if (this.#at < this.#text.length && !isWhiteSpace(this.#text.charCodeAt(this.#at))) image.push(this.#number())
    } while (this.#text.charCodeAt(this.#at) === DOT)
    return image
  }

  /** Base 36. */
  #number(): number {
    let value = 0
    for (; ; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit >= 0x61 && unit <= 0x7a) value = value * 36 + unit - 0x57
      else if (unit >= 0x30 && unit <= 0x39) value = value * 36 + unit - 0x30
      else return value
    }
  }
}
