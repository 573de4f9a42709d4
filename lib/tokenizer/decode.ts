// Ids back to text. What the normaliser changed (case, accents, spaces) does not come back.
import { WORD_MARK } from './definition.js'
import type { Vocabulary } from './vocabulary.js'

/** Options of `decode` and `batch_decode`. */
export interface DecodeOptions {
  /** Leave out [CLS], [SEP], padding and the like. Default false. */
  skip_special_tokens?: boolean
  /** Remove the space before punctuation and English contractions. Default: as tokenizer_config.json says, else false. */
  clean_up_tokenization_spaces?: boolean | null
}

/** Joins the tokens; a word mark becomes a space, but in the first token nothing. */
export function decodeIds(ids: Iterable<number>, vocabulary: Vocabulary, skipSpecial: boolean): string {
  let text: string | undefined
  for (const id of ids) {
    const token = vocabulary.tokenOf(id)
    if (skipSpecial && vocabulary.isSpecial(token)) continue
    text = text === undefined ? token.replaceAll(WORD_MARK, '') : text + token.replaceAll(WORD_MARK, ' ')
  }
  return text ?? ''
}

/** What transformers calls clean_up_tokenization. */
export function cleanUp(text: string): string {
  return text
    .replaceAll(' .', '.')
    .replaceAll(' ?', '?')
    .replaceAll(' !', '!')
    .replaceAll(' ,', ',')
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re")
}
