// Tokenizers as files, small enough for thousands of cases a second: a dozen pieces, or some hundred of a real vocabulary.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  bytesField,
  floatField,
  tinyCharsmap,
  tinyJson,
  tinyPieces,
  tinySpiece,
  varintField,
} from '../../lib/tokenizer/tiny.js'

/** The fuzzer runs as a bundle: paths begin at the folder where it was started. */
const goldenJson = join(process.cwd(), 'test/golden/tokenizer/tokenizer.json')

const CONTROL = 3
const settings = {
  tokenizer_class: 'AlbertTokenizer',
  model_max_length: 16,
  do_lower_case: true,
  keep_accents: false,
  clean_up_tokenization_spaces: true,
  mask_token: { content: '[MASK]', lstrip: true },
  truncation_side: 'left',
}
export const settingsFile = Buffer.from(JSON.stringify(settings))

/** Pieces of the tiny vocabulary and then the first of a real one. */
function somePieces(): [piece: string, score: number][] {
  const { model } = JSON.parse(readFileSync(goldenJson, 'utf8')) as { model: { vocab: [string, number][] } }
  const known = new Set(tinyPieces.map(([piece]) => piece))
  return model.vocab.filter(([piece]) => !known.has(piece)).slice(0, 200)
}

export function spieceSeeds(): Buffer[] {
  const more = somePieces().map(([piece, score]) =>
    bytesField(1, Buffer.concat([bytesField(1, Buffer.from(piece)), floatField(2, score), varintField(3, 1)])),
  )
  const userDefined = bytesField(1, Buffer.concat([bytesField(1, Buffer.from('<x>')), varintField(3, CONTROL + 1)]))
  return [
    tinySpiece(),
    tinySpiece(tinyCharsmap('\u00e9', 'e!')),
    Buffer.concat([tinySpiece(), ...more]),
    Buffer.concat([userDefined, tinySpiece(tinyCharsmap('b', ''))]),
  ]
}

export function jsonSeeds(): Buffer[] {
  const larger = tinyJson()
  larger.model.vocab.push(...somePieces())
  const spaces = tinyJson()
  spaces.normalizer.normalizers.push({ type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' })
  const { replacement, prepend_scheme, split } = spaces.decoder
  const onlySpaces = { ...spaces, pre_tokenizer: { type: 'Metaspace', replacement, prepend_scheme, split } }
  const bare = { ...tinyJson(), normalizer: null, added_tokens: [] }
  return [tinyJson(), larger, onlySpaces, bare].map(file => Buffer.from(JSON.stringify(file)))
}
