// A thousand real sentences, with emoji, accents, combining marks and whatever else changes when text is normalised: the
// slice of every token, entity and answer is what the model saw there. Judged by normalising the slice on its own.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AlbertForQuestionAnswering, AlbertForTokenClassification } from '../../../lib/heads.js'
import { type AggregationStrategy, pipeline, type TokenLabel } from '../../../lib/pipelines/index.js'
import { AutoTokenizer } from '../../../lib/tokenizer/index.js'

const root = join(import.meta.dirname, '../../..')
const lines = readFileSync(join(root, 'test/golden/text/sentences.txt'), 'utf8').split('\n').filter(Boolean)
const config = {
  ...(JSON.parse(readFileSync(join(root, 'models/starter-en/config.json'), 'utf8')) as object),
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  initializer_range: 0.4,
  dtype: 'float32',
}

/** Numbers from 0 to 1, the same in every run. */
function drawing(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const insertions = [
  '\u{1f600}', // one code point, two units
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', // a family, joined
  '\u{1f44d}\u{1f3fd}', // with a skin colour
  '\u{1f1eb}\u{1f1f7}', // a flag
  '3\ufe0f\u20e3', // a keycap
  '\u2764\ufe0f', // with a variation selector
  '\u00df',
  '\u2026', // one letter that becomes three
  '\u00bd',
  '\u00a0', // spaces of other kinds
  '\u3000',
  '\u200b',
  '\u00ad', // a soft hyphen
  '\u0301', // a mark on whatever is before
  '``',
  "''",
  '\u7532\u9aa8',
  '\u0645\u0631\u062d',
  '\u0001', // vanishes
  '\ud83d', // half a pair
]
const replacements: [RegExp, (letter: string) => string][] = [
  [/[aeiou]/gi, letter => `${letter}\u0301`.normalize('NFC')],
  [/[aeiounc]/gi, letter => `${letter}\u0327\u0302`],
  [/[a-z0-9]/gi, letter => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)], // full width
  [/fi|ff|fl/g, letters => ({ fi: '\ufb01', ff: '\ufb00', fl: '\ufb02' })[letters]!],
  [/ss/g, () => '\u00df'],
  [/i/g, () => '\u0130'], // becomes two characters in lower case
]

function decorated(sentence: string, seed: number): string {
  const draw = drawing(seed)
  let text = sentence
  for (const [pattern, other] of replacements)
    if (draw() < 0.5) text = text.replace(pattern, found => (draw() < 0.2 ? other(found) : found))
  for (let count = Math.floor(draw() * 6); count > 0; count--) {
    const at = draw() < 0.2 ? 0 : Math.floor(draw() * text.length)
    text = text.slice(0, at) + insertions[Math.floor(draw() * insertions.length)]! + text.slice(at)
  }
  return text
}

const sentences = Array.from({ length: 1000 }, (_, i) => decorated(lines[i % lines.length]!, i + 1))
const starter = join(root, 'models/starter-en')
const tokenizer = await AutoTokenizer.from_pretrained(starter)
const ner = await pipeline('ner', await AlbertForTokenClassification.from_config(config, { seed: 5 }), { tokenizer })
const qa = await pipeline('question-answering', await AlbertForQuestionAnswering.from_config(config, { seed: 6 }), {
  tokenizer,
})
const everything = { ignore_labels: [] }

interface Place {
  start: number
  end: number
}

/** Tokens of each sentence, with what the model sees of each. */
let tokens: (TokenLabel & { seen: string })[][]
beforeAll(async () => {
  const labelled = await ner(sentences, everything)
  tokens = labelled.map((list, i) => {
    const pieces = tokenizer.tokenize(sentences[i]!)
    return list.map(token => ({ ...token, seen: withoutMarks(pieces[token.index - 1]!) }))
  })
})
afterAll(async () => {
  for (const { model } of [ner, qa]) await model.dispose()
})

function withoutMarks(pieces: string): string {
  return pieces.replaceAll('\u2581', '')
}

/** What the model sees of a text alone. */
function seenAlone(text: string): string {
  return withoutMarks(tokenizer.tokenize(text).join(''))
}

/**
 * Checks the places in sentence `i`. Where a border is inside a letter, as among the three dots of an ellipsis, the slice
 * has the whole letter; else it is exact. Answers how many are.
 */
function check(i: number, places: readonly Place[]): number {
  const wrong: unknown[] = []
  let exact = 0
  for (const { start, end } of places) {
    const alone = seenAlone(sentences[i]!.slice(start, end))
    const there = tokens[i]!.filter(token => token.end > token.start && token.start < end && token.end > start)
    const inside = there.filter(token => token.start >= start && token.end <= end)
    const right =
      there.length === inside.length
        ? alone === seenOf(there)
        : seenOf(there).includes(alone) && alone.includes(seenOf(inside))
    if (there.length === inside.length) exact++
    if (!right) wrong.push({ text: sentences[i], start, end, alone, saw: seenOf(there) })
  }
  expect(wrong).toEqual([])
  return exact
}

function seenOf(list: readonly { seen: string }[]): string {
  return list.map(token => token.seen).join('')
}

test('the sentences have what makes offsets hard', () => {
  const text = sentences.join('')
  for (const part of insertions) expect(text).toContain(part)
  for (const letters of ['\ufb01', '\ufb00', '\uff4e', '\u00e1', 'o\u0327\u0302', '\u0130'])
    expect(text).toContain(letters)
  const changed = sentences.filter((each, i) => each !== lines[i % lines.length])
  expect(changed.length).toBeGreaterThan(900)
})

test('tokens', () => {
  const places = tokens.map(list => list.filter(token => token.seen !== ''))
  const exact = places.reduce((sum, list, i) => sum + check(i, list), 0)
  expect(exact / places.flat().length).toBeGreaterThan(0.95)
})

test('the tokens cover the text: between two of them there is only what vanishes', () => {
  for (const [i, list] of tokens.entries()) {
    const text = sentences[i]!
    const gaps: string[] = []
    let at = 0
    for (const { start, end } of list) {
      if (start > at) gaps.push(text.slice(at, start))
      at = Math.max(at, end)
    }
    expect([...gaps, text.slice(at)].filter(gap => seenAlone(gap) !== '')).toEqual([])
  }
})

test.each<AggregationStrategy>(['simple', 'first', 'average', 'max'])('entities by %s', async strategy => {
  const found = await ner(sentences, { ...everything, aggregation_strategy: strategy })
  const exact = found.reduce((sum, entities, i) => sum + check(i, entities), 0)
  expect(exact / found.flat().length).toBeGreaterThan(0.98)
  expect(found.flat().length).toBeGreaterThan(2000)
  for (const [i, entities] of found.entries()) {
    const slices = entities.map(({ start, end }) => sentences[i]!.slice(start, end))
    expect(slices.filter(slice => slice !== slice.trim())).toEqual([])
    // Together they are the text.
    const words = entities.map(each => each.word).join('')
    expect(words.replaceAll(' ', '')).toBe(
      tokens[i]!.map(each => each.word)
        .join('')
        .replaceAll(/[\u2581 ]/g, ''),
    )
  }
})

test('entities hold the tokens of their label, and no others', async () => {
  const found = await ner(sentences, { ...everything, aggregation_strategy: 'simple' })
  let exact = 0
  for (const [i, entities] of found.entries()) {
    const runs = runsOf(tokens[i]!)
    expect(entities.map(each => each.entity_group)).toEqual(runs.map(run => run.label))
    const slices = entities.map(({ start, end }) => seenAlone(sentences[i]!.slice(start, end)))
    expect(slices.filter((slice, n) => !slice.includes(runs[n]!.seen))).toEqual([])
    exact += slices.filter((slice, n) => slice === runs[n]!.seen).length
  }
  expect(exact / found.flat().length).toBeGreaterThan(0.98)
})

/** Neighbouring tokens of one label, those without any text left out. */
function runsOf(list: (TokenLabel & { seen: string })[]): { label: string; seen: string }[] {
  const runs: { label: string; seen: string }[] = []
  for (const { entity, seen } of list) {
    if (runs.at(-1)?.label === entity) runs.at(-1)!.seen += seen
    else runs.push({ label: entity, seen })
  }
  return runs.filter(run => run.seen !== '')
}

test('answers', async () => {
  const asked = sentences.map(context => ({ question: 'Who was there?', context }))
  const found = await qa(asked, { top_k: 3 })
  const exact = found.reduce((sum, answers, i) => sum + check(i, answers), 0)
  expect(exact / found.flat().length).toBeGreaterThan(0.98)
  for (const [i, answers] of found.entries()) {
    expect(answers.length).toBeGreaterThan(0)
    for (const { answer, start, end } of answers) expect(answer).toBe(sentences[i]!.slice(start, end).trim())
  }
})

test('code points are those of Python', async () => {
  const points = await ner(sentences, { ...everything, offsets: 'codepoint' })
  for (const [i, list] of points.entries()) {
    const letters = Array.from(sentences[i]!)
    const slices = list.map(({ start, end }) => letters.slice(start, end).join(''))
    expect(slices).toEqual(tokens[i]!.map(({ start, end }) => sentences[i]!.slice(start, end)))
  }
})
