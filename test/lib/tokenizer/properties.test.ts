// What holds for every text: order of offsets, cover of windows, one result at once and in slices. Texts are drawn by fast-check.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AlbertTokenizer, type Encoding } from '../../../lib/tokenizer/index.js'
import { golden, pairs } from './files.js'

const tokenizer = await AlbertTokenizer.from_pretrained(golden.json)
const bare = { add_special_tokens: false }

/** Any UTF-16, halves of surrogate pairs included. */
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map(units => String.fromCharCode(...units))
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  anyUnits,
)
/** Characters that the normaliser keeps one by one. */
const plainText = fc.string({ unit: fc.constantFrom(...'abcdefgh stuvwxyz ,.!? THE 0123 é ꙮ 中 '), maxLength: 120 })
const words = fc
  .array(fc.constantFrom('one', 'two', 'three', 'forty-two', 'albert', 'ꙮ'), { maxLength: 60 })
  .map(list => list.join(' '))

test('offsets lie in the text, in order', () => {
  fc.assert(
    fc.property(anyText, text => {
      const { offsets } = tokenizer.encodeIds(text, null, bare)
      let before = 0
      for (const [start, end] of pairs(offsets)) {
        expect(start).toBeGreaterThanOrEqual(before)
        expect(end).toBeGreaterThan(start)
        expect(end).toBeLessThanOrEqual(text.length)
        before = start
      }
    }),
    { numRuns: 600 },
  )
})

test('the spans of plain text put together are the text without its spaces', () => {
  fc.assert(
    fc.property(plainText, text => {
      const { offsets } = tokenizer.encodeIds(text, null, bare)
      let covered = ''
      let done = 0
      for (const [start, end] of pairs(offsets)) {
        covered += text.slice(Math.max(start, done), end)
        done = Math.max(done, end)
      }
      expect(covered).toBe(text.replaceAll(' ', ''))
    }),
    { numRuns: 400 },
  )
})

test('a text is its words', () => {
  fc.assert(
    fc.property(plainText, plainText, (a, b) => {
      const together = tokenizer.encode(`${a} ${b}`, bare)
      expect(together).toEqual([...tokenizer.encode(a, bare), ...tokenizer.encode(b, bare)])
    }),
    { numRuns: 200 },
  )
})

/**
 * Every slice from the start of a word to the end of a word becomes the tokens that it had in the text. Not so, and as in the
 * reference: slices inside a word (its pieces are chosen together), doubled quotes (the offset covers the second one alone),
 * characters that join the one before them, that become several words or that vanish at the start of the text.
 */
test('a slice of whole words is encoded as it was in the text', () => {
  const parts = [
    ...'abcdefgh stuvwxyz ,.!?"$%() THE 0123 \u00e9\u00c5\u00df\u0130\ufb01\u2167\u00bd\u2026\uff21\u3300\ua66e\u4e2d',
    '\u{1f600}',
    '\t',
    ' \n',
  ]
  const singles = fc.string({ unit: fc.constantFrom(...parts), maxLength: 80 })
  fc.assert(
    fc.property(singles, fc.nat(), fc.nat(), (text, a, b) => {
      const { ids, offsets } = tokenizer.encodeIds(text, null, bare)
      const begins = [...ids.keys()].filter(i => beginsWord(ids[i]!))
      if (begins.length === 0) return
      const [from, to] = [a % begins.length, b % begins.length].sort((x, y) => x - y) as [number, number]
      const first = begins[from]!
      const next = begins[to + 1] ?? ids.length
      const slice = text.slice(offsets[2 * first]!, offsets[2 * next - 1]!)
      expect(tokenizer.encode(slice, bare)).toEqual([...ids.subarray(first, next)])
    }),
    { numRuns: 500 },
  )
})

describe('decoding', () => {
  test('gives known words back, with one space between them', () => {
    const known = fc.array(fc.constantFrom('one', 'two', 'three', 'albert', 'a', 'language', 'of'), { maxLength: 30 })
    fc.assert(
      fc.property(known, list => {
        expect(tokenizer.decode(tokenizer.encode(list.join('  '), bare))).toBe(list.join(' '))
        const framed = tokenizer.encode(list.join(' '))
        expect(tokenizer.decode(framed, { skip_special_tokens: true })).toBe(list.join(' '))
      }),
      { numRuns: 100 },
    )
  })

  test('gives a text that becomes the same tokens, where none is unknown', () => {
    fc.assert(
      fc.property(fc.oneof(plainText, anyText), text => {
        const ids = tokenizer.encode(text, bare)
        fc.pre(!ids.includes(tokenizer.unk_token_id!))
        expect(tokenizer.encode(tokenizer.decode(ids), bare)).toEqual(ids)
      }),
      { numRuns: 400 },
    )
  })
})

test('a text is the same in every batch, and what is added is padding', () => {
  const texts = fc.array(fc.oneof(plainText, anyText), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom('left' as const, 'right' as const),
      fc.boolean(),
      (list, padding_side, paired) => {
        const pair = paired ? [...list].reverse() : null
        const options = { return_tensor: false, return_offsets_mapping: true } as const
        const batch = tokenizer(list, { ...options, text_pair: pair, padding: true, padding_side })
        const width = batch.input_ids[0]!.length
        for (const [i, text] of list.entries()) {
          const alone = tokenizer(text, { ...options, text_pair: pair?.[i] ?? null })
          const length = alone.input_ids.length
          const at = padding_side === 'left' ? width - length : 0
          for (const name of ['input_ids', 'attention_mask', 'token_type_ids', 'offset_mapping'] as const) {
            expect(batch[name]![i]!.slice(at, at + length), name).toEqual(alone[name])
          }
          const rest = batch.input_ids[i]!.toSpliced(at, length)
          expect(rest).toEqual(new Array(width - length).fill(tokenizer.pad_token_id))
          expect(batch.attention_mask[i]!.toSpliced(at, length)).toEqual(new Array(width - length).fill(0))
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('half a surrogate pair is U+FFFD, one unit long', () => {
  fc.assert(
    fc.property(anyUnits, text => {
      const replaced = text.replace(/\p{Surrogate}/gu, '\ufffd')
      expect(tokenizer.encodeIds(text)).toEqual(tokenizer.encodeIds(replaced))
    }),
    { numRuns: 400 },
  )
  expect(tokenizer.tokenize('a\ud800b')).toEqual(['\u2581a', '\u2581b'])
})

test('code points count what UTF-16 counts, a pair as one', () => {
  fc.assert(
    fc.property(anyText, text => {
      const units = pairs(tokenizer.encodeIds(text, null, bare).offsets)
      const points = pairs(tokenizer.encodeIds(text, null, { ...bare, offsets: 'codepoint' }).offsets)
      const count = (end: number): number => [...text.slice(0, end)].length
      expect(points).toEqual(units.map(([start, end]) => [count(start), count(end)]))
    }),
    { numRuns: 200 },
  )
})

test('in slices as at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { maxLength: 6 }), fc.integer({ min: 1, max: 400 }), async (texts, times) => {
      const long = texts.map(text => text.repeat(times))
      const sliced = await tokenizer.encodeBatch(long)
      expect(sliced).toEqual(long.map(text => tokenizer.encodeIds(text)))
    }),
    { numRuns: 40 },
  )
})

describe('truncation', () => {
  const settings = fc.record({
    max_length: fc.integer({ min: 4, max: 40 }),
    stride: fc.integer({ min: 0, max: 12 }),
    truncation_side: fc.constantFrom('left' as const, 'right' as const),
  })

  test('windows follow each other with stride shared tokens until the text is covered', () => {
    fc.assert(
      fc.property(words, settings, (text, { max_length, stride, truncation_side }) => {
        fc.pre(stride < max_length - 2)
        const options = { max_length, stride, truncation_side, truncation: true }
        const windows = tokenizer.encodeWindows(text, null, options)
        const whole = tokenizer.encode(text, bare)
        const kept = max_length - 2
        let done = 0
        for (const [i, window] of windows.entries()) {
          const from = i * (kept - stride)
          done = Math.min(from + kept, whole.length)
          const place: [number, number] =
            truncation_side === 'right' ? [from, done] : [whole.length - done, whole.length - from]
          expect(own(window)).toEqual(whole.slice(...place))
        }
        expect(done).toBe(whole.length)
        expect(tokenizer.encodeIds(text, null, options)).toEqual(windows[0])
      }),
      { numRuns: 300 },
    )
  })

  test('with only_second, each window has the first text whole, and windows of the second share the stride', () => {
    fc.assert(
      fc.property(words, words, settings, (question, context, { max_length, stride, truncation_side }) => {
        const first = tokenizer.encode(question, bare)
        const second = tokenizer.encode(context, bare)
        const room = max_length - 3 - first.length
        fc.pre(room > stride && second.length > 0)
        const options = { max_length, stride, truncation_side, truncation: 'only_second' as const }
        const windows = tokenizer.encodeWindows(question, context, options)
        const seen: number[] = []
        for (const [i, window] of windows.entries()) {
          expect(own(window)).toEqual(first)
          const part = own(window, 1)
          expect(part.length).toBeLessThanOrEqual(room)
          const shared = i === 0 ? 0 : stride
          // From the side where the text stays, so that new tokens come at the other one.
          if (truncation_side === 'right') {
            expect(part.slice(0, shared)).toEqual(seen.slice(seen.length - shared))
            seen.push(...part.slice(shared))
          } else {
            expect(part.slice(part.length - shared)).toEqual(seen.slice(0, shared))
            seen.unshift(...part.slice(0, part.length - shared))
          }
        }
        expect(seen).toEqual(second)
      }),
      { numRuns: 300 },
    )
  })

  test('of a pair every token of both texts is in some window', () => {
    fc.assert(
      fc.property(words, words, settings, (a, b, { max_length, stride, truncation_side }) => {
        const lengths = [a, b].map(text => tokenizer.encode(text, bare).length)
        // Each text keeps more than the stride: else there would be no next window.
        const half = Math.floor((max_length - 3) / 2)
        fc.pre(half > stride && Math.min(...lengths) > stride)
        const options = { max_length, stride, truncation_side, truncation: true }
        const windows = tokenizer.encodeWindows(a, b, options)
        for (const [number, text] of [a, b].entries()) {
          const whole = pairs(tokenizer.encodeIds(text, null, bare).offsets).map(String)
          const covered = new Set(windows.flatMap(window => places(window, number)))
          expect([...covered].sort()).toEqual([...new Set(whole)].sort())
        }
      }),
      { numRuns: 200 },
    )
  })

  test('of a pair the kept lengths fill the room, the shorter text first', () => {
    fc.assert(
      fc.property(words, words, fc.integer({ min: 3, max: 60 }), (a, b, max_length) => {
        const first = tokenizer.encode(a, bare).length
        const second = tokenizer.encode(b, bare).length
        const { ids, sequences } = tokenizer.encodeIds(a, b, { truncation: true, max_length })
        const kept = [0, 1].map(number => sequences.filter(sequence => sequence === number).length)
        expect(ids.length).toBe(Math.min(max_length, first + second + 3))
        const half = Math.floor((max_length - 3) / 2)
        expect(Math.min(...kept)).toBeGreaterThanOrEqual(Math.min(first, second, half))
      }),
      { numRuns: 300 },
    )
  })
})

/** The ids of the text itself, or of the other text of a pair. */
function own(encoding: Encoding, sequence = 0): number[] {
  return [...encoding.ids].filter((_, i) => encoding.sequences[i] === sequence)
}

/** Where the tokens of a text lie in it. */
function places(encoding: Encoding, sequence: number): string[] {
  return pairs(encoding.offsets)
    .filter((_, i) => encoding.sequences[i] === sequence)
    .map(String)
}

function beginsWord(id: number): boolean {
  return id === tokenizer.unk_token_id ? false : tokenizer.convert_ids_to_tokens(id).startsWith('\u2581')
}
