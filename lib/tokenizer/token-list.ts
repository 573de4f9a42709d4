// The tokens of one text while it is read: ids and places in the raw text, in blocks, so that one more token never takes long.
// Special tokens around the text and padding come later, in encoding.ts and batch-encoding.ts.

/** Tokens next to each other, read and written in place. */
export interface TokenBlock {
  ids: Int32Array
  /** UTF-16 units of the raw text, end exclusive. */
  starts: Int32Array
  ends: Int32Array
}

/** Tokens of a full block. The first one begins small, for most texts are. */
const BLOCK = 65_536
const FIRST = 64

export class TokenList {
  length = 0
  /** What unknown and added tokens stand for, by place in the list; only where someone wants to read tokens. */
  readonly texts: Map<number, string> | undefined
  readonly #blocks: TokenBlock[] = []
  #last = emptyBlock(FIRST)
  /** Place in the list where the last block begins, and where it ends. */
  #begin = 0
  #end = FIRST

  constructor(options: { texts?: boolean } = {}) {
    this.texts = options.texts ? new Map() : undefined
    this.#blocks.push(this.#last)
  }

  push(id: number, start: number, end: number): void {
    if (this.length === this.#end) this.#grow()
    const { ids, starts, ends } = this.#last
    const at = this.length++ - this.#begin
    ids[at] = id
    starts[at] = start
    ends[at] = end
  }

  /** The tokens from place `from` to place `to`, block by block. */
  *blocks(from: number, to: number): Generator<TokenBlock> {
    for (let at = from; at < to; ) {
      const { ids, starts, ends } = this.#blocks[Math.floor(at / BLOCK)]!
      const first = at % BLOCK
      const last = Math.min(BLOCK, first + to - at)
      yield { ids: ids.subarray(first, last), starts: starts.subarray(first, last), ends: ends.subarray(first, last) }
      at += last - first
    }
  }

  #grow(): void {
    const size = this.#last.ids.length
    if (size < BLOCK) {
      const larger = emptyBlock(2 * size)
      for (const name of ['ids', 'starts', 'ends'] as const) larger[name].set(this.#last[name])
      this.#blocks[0] = this.#last = larger
    } else {
      this.#last = emptyBlock(BLOCK)
      this.#blocks.push(this.#last)
      this.#begin = this.#end
    }
    this.#end = this.#begin + this.#last.ids.length
  }
}

function emptyBlock(size: number): TokenBlock {
  return { ids: new Int32Array(size), starts: new Int32Array(size), ends: new Int32Array(size) }
}
