// Texts and pairs to finished sequences: segmenter, truncation and template put together.
// The public tokenizer and the pipelines both stand on it; tensors and padding are not made here.
import { toCodePoints } from './code-points.js'
import type { TemplatePart, TokenizerDefinition } from './definition.js'
import { allEncodings, type Encoding, encodingOf, specialCount } from './encoding.js'
import { Segmenter } from './segmenter.js'
import type { Steps } from './slices.js'
import { TokenList } from './token-list.js'
import { checkStride, type Truncation, type Windows, windowsOf } from './truncation.js'

/** How offsets count: as JavaScript's strings do, or as Python's. */
export type OffsetUnit = 'utf16' | 'codepoint'

export interface EncodeSettings {
  /** undefined: nothing is cut. */
  truncation: Truncation | undefined
  addSpecialTokens: boolean
  offsets: OffsetUnit
}

interface Parts {
  template: readonly TemplatePart[]
  texts: TokenList[]
  windows: readonly Windows[]
}

export class PairEncoder {
  readonly #segmenter: Segmenter
  readonly #definition: TokenizerDefinition

  constructor(definition: TokenizerDefinition, where: string) {
    this.#definition = definition
    this.#segmenter = new Segmenter(definition, where)
  }

  /** The sequence for a text or a pair. */
  *encode(text: string, pair: string | undefined, settings: EncodeSettings): Steps<Encoding> {
    const { template, texts, windows } = yield* this.#parts(text, pair, settings)
    return yield* encodingOf(template, texts, windows)
  }

  /** The same, then the sequences that cover what was cut off. */
  *encodeAll(text: string, pair: string | undefined, settings: EncodeSettings): Steps<Encoding[]> {
    const { template, texts, windows } = yield* this.#parts(text, pair, settings)
    return yield* allEncodings(template, texts, windows)
  }

  /** The tokens of one text, with what unknown tokens stand for. */
  *tokens(text: string): Steps<TokenList> {
    const tokens = new TokenList({ texts: true })
    yield* this.#segmenter.run(text, tokens)
    return tokens
  }

  template(pair: boolean, addSpecialTokens: boolean): readonly TemplatePart[] {
    const template = pair ? this.#definition.pair : this.#definition.single
    return addSpecialTokens ? template : template.filter(part => 'sequence' in part)
  }

  *#parts(text: string, pair: string | undefined, settings: EncodeSettings): Steps<Parts> {
    const { truncation, addSpecialTokens, offsets } = settings
    const template = this.template(pair !== undefined, addSpecialTokens)
    const specials = specialCount(template)
    if (truncation) checkStride(truncation, specialCount(this.template(false, addSpecialTokens)))
    const texts: TokenList[] = []
    for (const part of pair === undefined ? [text] : [text, pair]) {
      const tokens = new TokenList()
      yield* this.#segmenter.run(part, tokens)
      if (offsets === 'codepoint') yield* toCodePoints(tokens, part)
      texts.push(tokens)
    }
    const lengths = texts.map(tokens => tokens.length)
    const windows = truncation
      ? windowsOf(lengths, specials, truncation)
      : lengths.map(length => [[0, length] as const])
    return { template, texts, windows }
  }
}
