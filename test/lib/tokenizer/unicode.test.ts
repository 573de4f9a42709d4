// The fixed Unicode tables, checked over all code points against what the reference library does with each.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AlbertTokenizer } from '../../../lib/tokenizer/index.js'
import { NormalText } from '../../../lib/tokenizer/normal-text.js'
import { Normalizer } from '../../../lib/tokenizer/normalizer.js'
import { readTokenizerJson } from '../../../lib/tokenizer/tokenizer-json.js'
import { decompose, isWhiteSpace, toLower } from '../../../lib/tokenizer/unicode.js'
import { crc32 } from './crc32.js'
import { golden, path } from './files.js'

type Spans = string[]
const unicode = JSON.parse(readFileSync(path('test/golden/tokenizer_unicode.json'), 'utf8')) as {
  strip_accents_removes: Spans
  charsmap_removes: Spans
  charsmap_to_space: Spans
  charsmap_changes: number
  whole_chain_crc32: string
}
const sweep = JSON.parse(readFileSync(path('test/golden/tokenizer_sweep.json'), 'utf8')) as {
  blocks: Record<string, [fast: string, spm: string]>
}
const rules = readTokenizerJson(readFileSync(golden.json), golden.json).normalizer

test('the whole chain over all code points', () => {
  const normalize = normalizer({ ...rules })
  let crc: string | undefined
  let lines: string[] = []
  for (const point of codePoints()) {
    lines.push(normalize(String.fromCodePoint(point)))
    if (lines.length < 65_536 && point < 0x10ffff) continue
    crc = crc === undefined ? crc32(lines.join('\n')) : crc32(`\n${lines.join('\n')}`, crc)
    lines = []
  }
  expect(crc).toBe(unicode.whole_chain_crc32)
})

test('combining marks are those of the reference, not of the engine', () => {
  const removed = [...codePoints()].filter(point => decompose(point)?.length === 0)
  const marks = pointsOf(unicode.strip_accents_removes)
  // Half-width kana sound marks decompose into combining ones.
  expect(removed.filter(point => !marks.has(point)).map(hex)).toEqual(['ff9e', 'ff9f'])
  expect([...marks].filter(point => decompose(point)?.length !== 0)).toEqual([])
})

test('the character map alone over all code points', () => {
  const normalize = normalizer({ ...rules, doubledQuotes: [], decompose: false, lowerCase: false })
  const removed = pointsOf(unicode.charsmap_removes)
  const toSpace = pointsOf(unicode.charsmap_to_space)
  let changes = 0
  for (const point of codePoints()) {
    const text = String.fromCodePoint(point)
    const image = normalize(text)
    if (image !== text) changes++
    if ((image === '') !== removed.has(point)) expect.fail(`${hex(point)} becomes ${JSON.stringify(image)}`)
    if ((image === ' ' && point !== 0x20) !== toSpace.has(point))
      expect.fail(`${hex(point)} becomes ${JSON.stringify(image)}`)
  }
  expect(changes).toBe(unicode.charsmap_changes)
})

test('lower case has no rules for neighbours', () => {
  expect(toLower(0x3a3)).toEqual([0x3c3])
  expect(toLower(0x130)).toEqual([0x69, 0x307])
  expect(toLower(0x61)).toBeUndefined()
})

test('white space is the property White_Space', () => {
  const engine = [...codePoints()].filter(
    point => point < 0x10000 && /^\p{White_Space}$/u.test(String.fromCodePoint(point)),
  )
  expect([...codePoints()].filter(point => point < 0x10000 && isWhiteSpace(point))).toEqual(engine)
})

test.each(Object.entries(golden))('ids of every code point in a text, from %s', async (_, file) => {
  const tokenizer = await AlbertTokenizer.from_pretrained(file)
  const wrong: string[] = []
  for (const [block, [expected]] of Object.entries(sweep.blocks)) {
    let lines = ''
    for (let point = Number.parseInt(block, 16), end = point + 256; point < end; point++) {
      const c = String.fromCodePoint(point)
      const { ids } = tokenizer.encodeIds(`a${c}b 9${c}`, null, { add_special_tokens: false })
      lines += `${ids.join(' ')}\n`
    }
    if (crc32(lines) !== expected) wrong.push(block)
  }
  expect(wrong).toEqual([])
  expect(Object.keys(sweep.blocks).length).toBeGreaterThan(250)
})

function normalizer(settings: typeof rules): (text: string) => string {
  const work = new Normalizer(settings)
  const out = new NormalText()
  return text => {
    out.length = 0
    work.begin(text, text.length)
    work.feed(0, text.length, out)
    return String.fromCharCode(...out.units.subarray(0, out.length))
  }
}

function* codePoints(): Generator<number> {
  for (let point = 0; point < 0x110000; point++) if (point < 0xd800 || point >= 0xe000) yield point
}

function pointsOf(spans: Spans): Set<number> {
  const points = new Set<number>()
  for (const span of spans) {
    const [first, last = first] = span.split('-').map(text => Number.parseInt(text, 16)) as [number, number?]
    for (let point = first; point <= last; point++) points.add(point)
  }
  return points
}

function hex(point: number): string {
  return point.toString(16)
}
