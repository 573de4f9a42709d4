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

/** The ids of the text itself. */
function own(encoding: Encoding): number[] {
  return [...encoding.ids].filter((_, i) => encoding.sequences[i] === 0)
}
