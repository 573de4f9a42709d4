// One text to tokens: added tokens, the stretches between them normalised, split into words, each word by the unigram model.
// Written as a generator that pauses every few hundred characters, so that a caller may let the event loop live; see slices.ts.
import { AddedTokens, withWhiteSpace } from './added-tokens.js'
import { type TokenizerDefinition, WORD_MARK_UNIT } from './definition.js'
import { NormalText } from './normal-text.js'
import { Normalizer } from './normalizer.js'
import type { Steps } from './slices.js'
import type { TokenList } from './token-list.js'
import { Trie } from './trie.js'
import { isWhiteSpace } from './unicode.js'
import { BestPath, Unigram } from './unigram.js'

/** Raw characters, or places in a word, between two pauses: 0.02 ms for ordinary text, 1 ms for U+FDFA, which becomes 18 characters. */
const PART = 256
/** A work space that grew beyond is not kept for the next text. */
const MAX_KEPT_UNITS = 65_536
const SPACE = 0x20

/** What one running text needs for itself: several may be under way, each between two pauses. */
interface WorkSpace {
  normalizer: Normalizer
  text: NormalText
  path: BestPath
}

export class Segmenter {
  readonly #definition: TokenizerDefinition
  readonly #added: AddedTokens
  readonly #unigram: Unigram
  readonly #free: WorkSpace[] = []

  constructor(definition: TokenizerDefinition, where: string) {
    this.#definition = definition
    this.#added = new AddedTokens(definition.addedTokens)
    this.#unigram = new Unigram(new Trie(definition.pieces, where), definition.scores, definition.unknownId)
  }

  /** Appends the tokens of `text`. */
  *run(text: string, tokens: TokenList): Steps<void> {
    const work = this.#free.pop() ?? this.#workSpace()
    let done = 0
    let searched = 0
    while (searched < text.length) {
      const found = this.#added.next(text, searched)
      if (typeof found === 'number') {
        searched = found
        if (searched < text.length) yield
        continue
      }
      const { token, start, end } = yield* withWhiteSpace(found, text, done)
      if (done < start) yield* this.#stretch(work, text, done, start, tokens)
      tokens.texts?.set(tokens.length, text.slice(start, end))
      tokens.push(token.id, start, end)
      done = searched = end
      yield
    }
    if (done < text.length) yield* this.#stretch(work, text, done, text.length, tokens)
    if (work.text.units.length <= MAX_KEPT_UNITS) this.#free.push(work)
  }

  #workSpace(): WorkSpace {
    return { normalizer: new Normalizer(this.#definition.normalizer), text: new NormalText(), path: new BestPath() }
  }

  /** A stretch without added tokens. In front of each word a unit is free for its mark: at first a gap, then the space before it. */
  *#stretch(work: WorkSpace, raw: string, from: number, to: number, tokens: TokenList): Steps<void> {
    const { normalizer, text } = work
    const { splitAtWhiteSpace, normalizer: rules } = this.#definition
    text.begin(to - from)
    let begin = 1
    let at = 1
    let lastSpace = 0
    normalizer.begin(raw, to)
    for (let fed = from; fed < to; ) {
      fed = normalizer.feed(fed, Math.min(fed + PART, to), text)
      for (; at < text.length; at++) {
        const unit = text.units[at]!
        if (splitAtWhiteSpace && isWhiteSpace(unit)) {
          if (at - begin > PART) yield* this.#longWord(work, begin, at, tokens)
          else if (at > begin) this.#word(work, begin, at, tokens)
          begin = at + 1
        } else if (unit === WORD_MARK_UNIT || (unit === SPACE && !splitAtWhiteSpace)) {
          const collapsed = rules.collapseSpaces && unit === SPACE && lastSpace === at - 1
          if (at - begin > PART) yield* this.#longWord(work, begin, at, tokens)
          else if (at > begin && !collapsed) this.#word(work, begin, at, tokens)
          if (unit === SPACE) lastSpace = at
          text.units[at] = WORD_MARK_UNIT
          begin = at
        }
      }
      text.discard(begin - 1)
      lastSpace -= begin - 1
      at -= begin - 1
      begin = 1
      if (fed < to) yield
    }
    if (at > begin) yield* this.#longWord(work, begin, at, tokens)
  }

  #word(work: WorkSpace, begin: number, end: number, tokens: TokenList): void {
    const { text, path } = work
    const start = markWord(text, begin)
    const length = end - start
    path.begin(length)
    this.#unigram.advance(path, text, start, end, start, end)
    this.#unigram.turn(path, length, length, length)
    this.#unigram.collect(path, text, start, length, 0, length, tokens)
  }

  /** The same with pauses. */
  *#longWord(work: WorkSpace, begin: number, end: number, tokens: TokenList): Steps<void> {
    const { text, path } = work
    const start = markWord(text, begin)
    const length = end - start
    path.begin(length)
    for (let at = start; at < end; ) {
      at = this.#unigram.advance(path, text, start, end, at, Math.min(at + PART, end))
      if (at < end) yield
    }
    for (let place = length; place > 0; ) {
      place = this.#unigram.turn(path, length, place, 64 * PART)
      if (place > 0) yield
    }
    for (let place = 0; place < length; ) {
      place = this.#unigram.collect(path, text, start, length, place, 64 * PART, tokens)
      if (place < length) yield
    }
  }
}

/** Where the word starts: at its own mark, or at the free unit before it, which becomes its mark and shares the span of its first character. */
function markWord(text: NormalText, begin: number): number {
  if (text.units[begin] === WORD_MARK_UNIT) return begin
  text.units[begin - 1] = WORD_MARK_UNIT
  text.starts[begin - 1] = text.starts[begin]!
  text.ends[begin - 1] = text.ends[begin]!
  return begin - 1
}
