// The unigram model: the most probable pieces of one word, by Viterbi over its code points, in double precision.
// Ties go to the first found, unknown code points in a row become one token; both as in the reference library.
import { limits } from './definition.js'
import type { NormalText } from './normal-text.js'
import type { TokenList } from './token-list.js'
import type { Trie } from './trie.js'

/** Below the lowest score of the vocabulary. */
const UNKNOWN_PENALTY = 10

export class Unigram {
  readonly #trie: Trie
  readonly #scores: Float64Array
  readonly #unknownId: number
  readonly #unknownScore: number

  constructor(trie: Trie, scores: Float64Array, unknownId: number) {
    this.#trie = trie
    this.#scores = scores
    this.#unknownId = unknownId
    this.#unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY
  }

  /**
   * Extends the best paths from the starts in [from, to) of the word that begins at `begin` and ends at `end`.
   * A word may be worked through in several calls; the first one has from = begin. Returns where the next call starts.
   */
  advance(path: BestPath, text: NormalText, begin: number, end: number, from: number, to: number): number {
    const trie = this.#trie
    const pieceOf = trie.piece
    path.ready(Math.min(end, to + limits.pieceUnits) - begin)
    const { score, back, piece } = path
    const scores = this.#scores
    const units = text.units
    let start = from
    while (start < to) {
      const here = score[start - begin]!
      const width = (units[start]! & 0xfc00) === 0xd800 ? 2 : 1
      let single = false
      let node = trie.first(units[start]!)
      let next = start + 1
      while (node !== 0) {
        const id = pieceOf[node]!
        if (id >= 0) {
          const candidate = scores[id]! + here
          const target = next - begin
          if (back[target]! < 0 || candidate > score[target]!) {
            score[target] = candidate
            back[target] = start - begin
            piece[target] = id
          }
          if (next - start === width) single = true
        }
        if (next === end) break
        node = trie.child(node, units[next++]!)
      }
      const target = start + width - begin
      if (!single) {
        const candidate = this.#unknownScore + here
        if (back[target]! < 0 || candidate > score[target]!) {
          score[target] = candidate
          back[target] = start - begin
          piece[target] = this.#unknownId
        }
      }
      start += width
    }
    return start
  }

  /**
   * Turns the best path around, from `place` back over at most `limit` pieces, and joins neighbouring unknowns.
   * The first call has place = the length of the word. Returns where the next call goes on, 0 at the end.
   */
  turn(path: BestPath, length: number, place: number, limit: number): number {
    const { back, next, piece } = path
    const unknown = this.#unknownId
    for (let i = 0; i < limit && place > 0; i++) {
      const before = back[place]!
      const joined = piece[place] === unknown && place < length && piece[next[place]!] === unknown
      next[before] = joined ? next[place]! : place
      place = before
    }
    return place
  }

  /** Appends at most `limit` tokens of the turned path from `place` on; returns where the next call goes on, at the end the length of the word. */
  collect(
    path: BestPath,
    text: NormalText,
    begin: number,
    length: number,
    place: number,
    limit: number,
    tokens: TokenList,
  ): number {
    const { next, piece } = path
    for (let i = 0; i < limit && place < length; i++) {
      const stop = next[place]!
      const id = piece[stop]!
      if (id === this.#unknownId)
        tokens.texts?.set(tokens.length, textOf(text.units.subarray(begin + place, begin + stop)))
      tokens.push(id, text.starts[begin + place]!, text.ends[begin + stop - 1]!)
      place = stop
    }
    return place
  }
}

/** The work space of one word: for each place in it, the best path that ends there. */
export class BestPath {
  score = new Float64Array(64)
  /** Where the last piece of the path starts; -1: no path yet. */
  back = new Int32Array(64)
  /** The last piece of the path. */
  piece = new Int32Array(64)
  /** After `turn`: where the token that starts here ends. */
  next = new Int32Array(64)

  /** Places below have no path of another word. */
  #ready = 0

  /** Begins a word of `length` units. */
  begin(length: number): void {
    if (length >= this.back.length) {
      const size = Math.max(this.back.length * 2, length + 1)
      this.score = new Float64Array(size)
      this.back = new Int32Array(size)
      this.piece = new Int32Array(size)
      this.next = new Int32Array(size)
    }
    this.score[0] = 0
    this.#ready = 0
  }

  /** Empties the places up to `place`, part by part: all of a long word at once would take too long. */
  ready(place: number): void {
    if (place < this.#ready) return
    this.back.fill(-1, this.#ready, place + 1)
    this.#ready = place + 1
  }
}

/** String.fromCharCode in parts, for arguments are limited. */
function textOf(units: Uint16Array): string {
  let text = ''
  for (let i = 0; i < units.length; i += 4096) text += String.fromCharCode(...units.subarray(i, i + 4096))
  return text
}
