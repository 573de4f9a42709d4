// Made-up texts with a known number of tokens: words of the vocabulary in the package, the same on every machine.
import { loadAlbert } from '../albert.mjs'
import { randomNumbers } from '../batch.mjs'

const SEED = 1
/** [CLS] and [SEP]. */
const AROUND = 2
/** What opens a word in the vocabulary. */
const MARK = '\u2581'

/** @typedef {Awaited<ReturnType<typeof packageTokenizer>>} Tokenizer */

/** That of the model in the package. Its ids are few enough for any model. */
export async function packageTokenizer() {
  const { AutoTokenizer } = await loadAlbert()
  return AutoTokenizer.from_pretrained()
}

/** Texts of these many tokens, special ones included. @param {Tokenizer} tokenizer @param {readonly number[]} lengths */
export function wordTexts(tokenizer, lengths) {
  const random = randomNumbers(SEED)
  const words = [...tokenizer.get_vocab().keys()]
    .filter(piece => /^\u2581[a-z]{3,}$/.test(piece))
    .map(piece => piece.replace(MARK, ''))
  return lengths.map(length =>
    Array.from({ length: length - AROUND }, () => words[Math.floor(random() * words.length)]).join(' '),
  )
}
