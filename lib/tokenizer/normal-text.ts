// A stretch of normalised text, as UTF-16 units that know which part of the raw text they stand for.

/** Room that is made by doubling. */
const MAX_DOUBLED = 65_536

export class NormalText {
  length = 0
  units = new Uint16Array(256)
  /** Span of the raw text that each unit stands for, in UTF-16 units, end exclusive. */
  starts = new Int32Array(256)
  ends = new Int32Array(256)
  #expected = 0

  /** Empties it for a stretch of `rawUnits`; one unit is free in front. */
  begin(rawUnits: number): void {
    this.length = 1
    this.#expected = rawUnits + 2
  }

  /** Makes room for `more` units, so that the caller may write into the arrays itself. */
  reserve(more: number): void {
    if (this.length + more <= this.units.length) return
    const doubled = Math.max(this.units.length * 2, this.length + more)
    // A word that outgrows this is likely all of the stretch: moving it once, while it is short, spares long pauses.
    const size = doubled > MAX_DOUBLED ? Math.max(doubled, this.#expected) : doubled
    this.units = enlarged(this.units, new Uint16Array(size))
    this.starts = enlarged(this.starts, new Int32Array(size))
    this.ends = enlarged(this.ends, new Int32Array(size))
  }

  push(point: number, start: number, end: number): void {
    this.reserve(2)
    if (point >= 0x10000) {
      this.#write(0xd7c0 + (point >> 10), start, end)
      this.#write(0xdc00 | (point & 0x3ff), start, end)
    } else {
      this.#write(point, start, end)
    }
  }

  /** Forgets everything before `from`. */
  discard(from: number): void {
    if (from === 0) return
    this.units.copyWithin(0, from, this.length)
    this.starts.copyWithin(0, from, this.length)
    this.ends.copyWithin(0, from, this.length)
    this.length -= from
  }

  #write(unit: number, start: number, end: number): void {
    this.units[this.length] = unit
    this.starts[this.length] = start
    this.ends[this.length++] = end
  }
}

function enlarged<A extends Uint16Array | Int32Array>(from: A, to: A): A {
  to.set(from)
  return to
}
