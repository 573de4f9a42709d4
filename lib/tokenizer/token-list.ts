// The tokens of one text while it is read: ids and places in the raw text, in arrays that grow.
// Special tokens around the text and padding come later, in encoding.ts and batch-encoding.ts.

export class TokenList {
  length = 0
  ids = new Int32Array(64)
  /** UTF-16 units of the raw text, end exclusive. */
  starts = new Int32Array(64)
  ends = new Int32Array(64)
  /** What unknown and added tokens stand for, by place in the list; only where someone wants to read tokens. */
  readonly texts: Map<number, string> | undefined

  constructor(options: { texts?: boolean } = {}) {
    this.texts = options.texts ? new Map() : undefined
  }

  push(id: number, start: number, end: number): void {
    if (this.length === this.ids.length) this.#grow()
    this.ids[this.length] = id
    this.starts[this.length] = start
    this.ends[this.length++] = end
  }

  #grow(): void {
    this.ids = twice(this.ids)
    this.starts = twice(this.starts)
    this.ends = twice(this.ends)
  }
}

function twice(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2)
  larger.set(values)
  return larger
}
