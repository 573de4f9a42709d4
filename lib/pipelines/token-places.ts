// Where tokens stand in the caller's text: the tokenizer's offsets, which are those of the reference library, but for
// three surprises of that library. A lone word mark has the place of the letter behind it: here it has none. What vanishes
// at the very start shifts everything behind it: here it does not. Of `` and '' only the second half is told: here both.
import type { AlbertTokenizer, Encoding } from '../tokenizer/index.js'

const WORD_MARK = '\u2581'

export class TokenPlaces {
  readonly #tokenizer: AlbertTokenizer
  /** -1 where the vocabulary has no lone mark. */
  readonly #mark: number

  constructor(tokenizer: AlbertTokenizer) {
    const id = tokenizer.convert_tokens_to_ids(WORD_MARK)
    this.#tokenizer = tokenizer
    this.#mark = tokenizer.convert_ids_to_tokens(id) === WORD_MARK ? id : -1
  }

  /** How many UTF-16 units at the start of a text are controls and marks of which nothing remains. */
  vanishing(text: string): number {
    const [start = ''] = /^[\p{Cc}\p{M}]+/u.exec(text) ?? []
    return start !== '' && this.#tokenizer.tokenize(start).length === 0 ? start.length : 0
  }

  /** Corrects the offsets of a sequence that was made of `texts` without the `vanished` units of each. */
  correct({ ids, offsets, sequences }: Encoding, texts: readonly string[], vanished: readonly number[]): void {
    // Backwards: a mark stands where the next token begins.
    for (let at = ids.length - 1; at >= 0; at--) {
      const part = sequences[at]!
      if (part < 0) continue
      offsets[2 * at]! += vanished[part]!
      offsets[2 * at + 1]! += vanished[part]!
      if (ids[at] === this.#mark) {
        if (sequences[at + 1] === part) offsets[2 * at] = offsets[2 * at + 2]!
        offsets[2 * at + 1] = offsets[2 * at]!
      } else if (this.#isHalfQuote(texts[part]!, offsets[2 * at]!, ids[at]!)) offsets[2 * at]! -= 1
    }
  }

  #isHalfQuote(text: string, start: number, id: number): boolean {
    const letter = text[start]
    if ((letter !== '`' && letter !== "'") || text[start - 1] !== letter) return false
    return this.#tokenizer.convert_ids_to_tokens(id).replace(WORD_MARK, '').startsWith('"')
  }
}
