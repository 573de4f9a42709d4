// All pieces of a vocabulary as one tree over UTF-16 units. Nodes are numbers, an edge is an entry of one hash table:
// built in one pass over the pieces, which counts when a program starts, and quick to walk (unigram.ts).
import { invalidTokenizer, limits, quote } from './definition.js'

const ROOT = 0
/** The child where there is no edge: the root is nobody's child. */
const NO_NODE = 0

/** Pieces can be chosen so that all edges fall on one place of the table. No ordinary vocabulary needs 2 looks an edge. */
const MAX_LOOKS = 32

export class Trie {
  /** Node → the piece that ends there, or -1. */
  readonly piece: Int32Array
  readonly #parents: Int32Array
  readonly #units: Uint16Array
  readonly #children: Int32Array
  readonly #shift: number

  constructor(pieces: readonly string[], where: string) {
    const units = countUnits(pieces, where)
    const bits = Math.max(4, Math.ceil(Math.log2(2 * units + 1)))
    this.#shift = 32 - bits
    this.#parents = new Int32Array(2 ** bits)
    this.#units = new Uint16Array(2 ** bits)
    this.#children = new Int32Array(2 ** bits)
    this.piece = new Int32Array(units + 1).fill(-1)
    let nodes = 1
    let looks = 0
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i]!
      let node = ROOT
      for (let k = 0; k < piece.length; k++) {
        const unit = piece.charCodeAt(k)
        let place = this.#place(node, unit)
        for (; this.#children[place] !== NO_NODE; place = this.#next(place)) {
          looks++
          if (this.#parents[place] === node && this.#units[place] === unit) break
        }
        if (this.#children[place] === NO_NODE) {
          this.#parents[place] = node
          this.#units[place] = unit
          this.#children[place] = nodes++
        }
        node = this.#children[place]!
      }
      if (looks > MAX_LOOKS * (units + 1)) throw invalidTokenizer(where, 'has pieces that are chosen to be slow')
      const twin = this.piece[node]!
      if (twin >= 0) throw invalidTokenizer(where, `has the piece ${quote(piece)} twice, as ${twin} and ${i}`)
      this.piece[node] = i
    }
  }

  /** The node for a first unit; 0: no piece begins so. */
  first(unit: number): number {
    return this.child(ROOT, unit)
  }

  /** The node that `unit` leads to from `node`; 0: no piece goes on so. */
  child(node: number, unit: number): number {
    let place = this.#place(node, unit)
    let child = this.#children[place]!
    while (child !== NO_NODE && (this.#parents[place] !== node || this.#units[place] !== unit)) {
      place = this.#next(place)
      child = this.#children[place]!
    }
    return child
  }

  #place(node: number, unit: number): number {
    return Math.imul(Math.imul(node, 0x9e3779b1) + unit, 0x85ebca6b) >>> this.#shift
  }

  #next(place: number): number {
    return (place + 1) & (this.#children.length - 1)
  }
}

/** The length of all pieces together, each of them checked. */
function countUnits(pieces: readonly string[], where: string): number {
  let units = 0
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]!
    if (piece.length === 0) throw invalidTokenizer(where, `has an empty piece, number ${i}`)
    if (piece.length > limits.pieceUnits) {
      throw invalidTokenizer(
        where,
        `has a piece of ${piece.length} characters, number ${i}; ${limits.pieceUnits} are allowed`,
      )
    }
    if (isIllFormed(piece)) throw invalidTokenizer(where, `has half a surrogate pair in piece ${i}`)
    units += piece.length
  }
  if (units <= limits.allPieceUnits) return units
  throw invalidTokenizer(where, `has ${units} characters in its pieces; ${limits.allPieceUnits} are allowed`)
}

function isIllFormed(text: string): boolean {
  let open = false
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (open !== ((unit & 0xfc00) === 0xdc00)) return true
    open = (unit & 0xfc00) === 0xd800
  }
  return open
}
