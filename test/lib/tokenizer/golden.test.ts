// The package's tokenizer against the reference library, line by line: test/golden/tokenizer.jsonl, from both kinds of file.
import { describe, expect, test } from 'vitest'
import { isAlbertError } from '../../../lib/errors.js'
import { AlbertTokenizer, type Encoding, type TruncationStrategy } from '../../../lib/tokenizer/index.js'
import { facts, golden, jsonLines, pairs, path, sentences } from './files.js'

interface TextLine {
  n: number
  cat: string
  text: string
  ids: number[]
  tokens: string[]
  offsets: [number, number][]
  decoded: string
}

interface PairLine {
  n: number
  cat: 'pair'
  a: string
  b: string | null
  strategy: TruncationStrategy | null
  max_length?: number
  stride?: number
  direction?: 'left' | 'right'
  encodings?: {
    ids: number[]
    type_ids: number[]
    tokens: string[]
    offsets: [number, number][]
    special_tokens_mask: number[]
    sequence_ids: (number | null)[]
  }[]
  overflow_count?: number
  error?: string
}

const lines = jsonLines<TextLine | PairLine>('test/golden/tokenizer.jsonl')
const texts = lines.filter((line): line is TextLine => line.cat !== 'pair')
const pairLines = lines.filter((line): line is PairLine => line.cat === 'pair')

describe.each(Object.entries(golden))('from %s', async (_, file) => {
  const tokenizer = await AlbertTokenizer.from_pretrained(file)

  test(`all ${texts.length} texts: ids, tokens, offsets, decoding`, () => {
    expect(texts.length).toBe(1665)
    for (const { n, text, ids, tokens, offsets, decoded } of texts) {
      expect(facts(tokenizer, text), `line ${n}`).toEqual({ ids, tokens, offsets })
      expect(tokenizer.decode(ids, { skip_special_tokens: true }), `line ${n}`).toBe(decoded)
    }
  })

  test('offsets in UTF-16 are those in code points, with two for each character above U+FFFF', () => {
    for (const { n, text, offsets } of texts) {
      const unitOf = [0]
      for (const character of text) unitOf.push(unitOf[unitOf.length - 1]! + character.length)
      const found = tokenizer.encodeIds(text, null, { add_special_tokens: false })
      expect(pairs(found.offsets), `line ${n}`).toEqual(offsets.map(([start, end]) => [unitOf[start], unitOf[end]]))
    }
  })

  test(`all ${pairLines.length} pairs: every window of every truncation, and the settings that are refused`, () => {
    expect(pairLines.length).toBe(200)
    for (const line of pairLines) {
      const encode = (): Encoding[] =>
        tokenizer.encodeWindows(line.a, line.b, {
          truncation: line.strategy ?? 'do_not_truncate',
          ...(line.max_length === undefined ? {} : { max_length: line.max_length }),
          ...(line.stride === undefined ? {} : { stride: line.stride }),
          ...(line.direction === undefined ? {} : { truncation_side: line.direction }),
          offsets: 'codepoint',
        })
      if (line.error !== undefined) {
        expect(refusal(encode), `line ${line.n}: ${line.error}`).toBe('INVALID_INPUT')
        continue
      }
      const windows = encode()
      expect(windows.length - 1, `line ${line.n}`).toBe(line.overflow_count)
      expect(windows.slice(0, 6).map(plain), `line ${line.n}`).toEqual(
        line.encodings!.map(({ tokens, ...rest }) => rest),
      )
      expect(windows[0]!.truncated, `line ${line.n}`).toBe(line.overflow_count! > 0)
    }
  })
})

test('the package model gives the same from tokenizer.json and from spiece.model', async () => {
  const fromJson = await AlbertTokenizer.from_pretrained(path('models/starter-en/tokenizer.json'))
  const fromSpiece = await AlbertTokenizer.from_pretrained(path('models/starter-en/spiece.model'))
  for (const sentence of sentences()) expect(facts(fromSpiece, sentence)).toEqual(facts(fromJson, sentence))
  expect(fromSpiece.get_vocab()).toEqual(fromJson.get_vocab())
})

function plain(encoding: Encoding) {
  return {
    ids: [...encoding.ids],
    type_ids: [...encoding.types],
    offsets: pairs(encoding.offsets),
    special_tokens_mask: [...encoding.special],
    sequence_ids: Array.from(encoding.sequences, sequence => (sequence < 0 ? null : sequence)),
  }
}

function refusal(call: () => unknown): string {
  try {
    call()
    return 'none'
  } catch (error) {
    if (isAlbertError(error)) return error.code
    throw error
  }
}
