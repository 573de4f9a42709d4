// The last step of the normaliser: characters wait here until their grapheme cluster is known, then go through the character map.
// A cluster of up to 5 bytes is looked up as a whole first, then character by character; that is how the reference library does it.
// Spans are the reference's, too, also where they surprise: what is removed before anything was kept shifts all spans behind it.
// Left out: clusters that only emoji sequences or Indic conjuncts make, when their parts have rules of their own in the map.
import type { Charsmap } from './charsmap.js'
import type { NormalText } from './normal-text.js'
import { cluster, clusterClass } from './unicode.js'

const MAX_CLUSTER_BYTES = 5
const CR = 0x0d
const LF = 0x0a
/** No character below joins the one before it or behind it. */
const FIRST_JOINER = 0x300

export class MappedText {
  /** Characters that must be known behind one that is settled: the rest of its cluster and the next one. */
  static readonly lookahead = 2 * (MAX_CLUSTER_BYTES + 1)

  readonly #charsmap: Charsmap | undefined
  /** Code points and their spans; those before #head are settled. */
  #points = new Int32Array(256)
  #starts = new Int32Array(256)
  #ends = new Int32Array(256)
  #head = 0
  #count = 0
  /** By how many characters the spans lag behind. */
  #lag = 0
  #kept = false
  /** Characters from #head on whose cluster is not in the map as a whole. */
  #singles = 0
  /** Inside a cluster of more than 5 bytes. */
  #long = false
  /** Class of the last settled character. */
  #last: number = cluster.other

  constructor(charsmap: Charsmap | undefined) {
    this.#charsmap = charsmap
  }

  begin(): void {
    this.#head = 0
    this.#count = 0
    this.#lag = 0
    this.#kept = false
    this.#singles = 0
    this.#long = false
  }

  /** Nothing waits, and spans do not lag: characters without a rule may go by. */
  get empty(): boolean {
    return this.#count === 0
  }

  get waiting(): number {
    return this.#count - this.#head
  }

  /** Characters went by and were kept. */
  skipped(): void {
    this.#kept = true
    this.#long = false
  }

  add(point: number, start: number, end: number): void {
    if (this.#count === this.#points.length) this.#makeRoom()
    this.#points[this.#count] = point
    this.#starts[this.#count] = start
    this.#ends[this.#count++] = end
  }

  /** Sends all but the last `rest` characters through the map. */
  settle(rest: number, out: NormalText): void {
    const charsmap = this.#charsmap
    const points = this.#points
    while (this.#count - this.#head > rest) {
      const length = charsmap ? this.#lookupLength() : 1
      const image = charsmap?.match(points, this.#head, this.#head + length)
      if (image === undefined && length > 1) this.#singles = length
      else this.#replace(length, image, out)
    }
    if (this.#lag === 0 && this.#head === this.#count) this.#head = this.#count = 0
  }

  /** Puts `image` in the place of `length` characters; undefined: the one character stays. */
  #replace(length: number, image: readonly number[] | undefined, out: NormalText): void {
    const first = this.#head - this.#lag
    const point = this.#points[this.#head]!
    this.#head += length
    if (this.#singles > 0) this.#singles--
    if (this.#long) this.#last = clusterClass(point)
    if (!image) {
      out.push(point, this.#starts[first]!, this.#ends[first]!)
    } else if (image.length === 0) {
      if (!this.#kept) this.#lag += length
      return
    } else {
      for (let i = 0; i < image.length; i++) {
        let source = first + Math.min(i, length - 1)
        // The last of several new characters takes the place of a removed one behind it.
        if (i >= length && i === image.length - 1 && this.#nextIsRemoved()) source = first + length
        out.push(image[i]!, this.#starts[source]!, this.#ends[source]!)
      }
    }
    this.#kept = true
  }

  #nextIsRemoved(): boolean {
    if (this.#head === this.#count) return false
    const length = this.#singles > 0 ? 1 : Math.max(1, this.#clusterLength())
    const image = this.#charsmap?.match(this.#points, this.#head, this.#head + length)
    return image?.length === 0
  }

  /** How many characters from #head on are looked up together. */
  #lookupLength(): number {
    if (this.#singles > 0) return 1
    const point = this.#points[this.#head]!
    const next = this.#head + 1 < this.#count ? this.#points[this.#head + 1]! : 0
    if (point < FIRST_JOINER && next < FIRST_JOINER && point !== CR) {
      this.#long = false
      return 1
    }
    const length = this.#clusterLength()
    if (this.#long && length === 0) return 1
    this.#long = length < 0
    if (length < 0) {
      this.#singles = -length
      this.#last = cluster.other
    }
    return Math.max(1, length)
  }

  /** Length of the cluster at #head; 0: goes on with a long one; negative: the known length of a new one that is too long. */
  #clusterLength(): number {
    const points = this.#points
    const count = this.#count
    let at = this.#head
    let kind = clusterClass(points[at]!)
    if (this.#long && (kind === cluster.joiner || (this.#last === cluster.prepend && kind !== cluster.control)))
      return 0
    if (points[at] === CR && at + 1 < count && points[at + 1] === LF) return 2
    if (kind === cluster.control) return 1
    let bytes = utf8Length(points[at++]!)
    while (at < count && bytes <= MAX_CLUSTER_BYTES) {
      const next = clusterClass(points[at]!)
      if (next !== cluster.joiner && (kind !== cluster.prepend || next === cluster.control)) break
      kind = next
      bytes += utf8Length(points[at++]!)
    }
    return bytes > MAX_CLUSTER_BYTES && at - this.#head > 1 ? this.#head - at : at - this.#head
  }

  #makeRoom(): void {
    if (this.#lag === 0 && this.#head > this.#count / 2) {
      for (const values of [this.#points, this.#starts, this.#ends]) values.copyWithin(0, this.#head, this.#count)
      this.#count -= this.#head
      this.#head = 0
      return
    }
    this.#points = twice(this.#points)
    this.#starts = twice(this.#starts)
    this.#ends = twice(this.#ends)
  }
}

function utf8Length(point: number): number {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
}

function twice(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2)
  larger.set(values)
  return larger
}
