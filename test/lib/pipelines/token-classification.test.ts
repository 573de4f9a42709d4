// Entities: against transformers' own pipeline, by hand where our words and groups are others, and in any company.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { groups, type LabelledPart } from '../../../lib/pipelines/entity-groups.js'
import {
  pipeline,
  type TokenClassificationOptions,
  type TokenClassificationPipeline,
} from '../../../lib/pipelines/index.js'
import { fixture } from './fixture.js'

interface Found {
  score: number
  word: string
  start: number
  end: number
}
interface Case {
  text: string
  options: TokenClassificationOptions
  /** By transformers' own pipeline, which takes whatever has no space before it for the rest of a word. */
  stock: Found[]
  /** By the same with words that begin at a mark, and lone marks without text, where that differs. */
  by_mark?: Found[]
}

const { folder, expected } = fixture<{ cases: Case[] }>('token-classification')
const texts = [...new Set(expected.cases.map(each => each.text))]
const grouped = ['simple', 'first', 'average', 'max'] as const

let ner: TokenClassificationPipeline
beforeAll(async () => {
  ner = await pipeline('token-classification', folder)
})
afterAll(() => ner.dispose())

/** Scores as near as float32 comes, everything else as it is. */
function near(found: readonly Found[]): unknown[] {
  return found.map(each => ({ ...each, score: expect.closeTo(each.score, 5) }))
}

/** It joins the words of a group without the spaces between them: "notthere". */
function withoutSpaces(found: readonly Found[]): Found[] {
  return found.map(each => ({ ...each, word: each.word.replaceAll(' ', '') }))
}

describe('as transformers says', () => {
  const named = expected.cases.map(each => ({
    ...each,
    name: `${JSON.stringify(each.options)} ${each.text.slice(0, 30)}`,
  }))
  test.each(named)('$name', async ({ text, options, stock, by_mark }) => {
    const found = (await ner(text, { ...options, offsets: 'codepoint' })) as unknown as Found[]
    const byWords = ['first', 'average', 'max'].includes(options.aggregation_strategy!)
    expect(byWords ? withoutSpaces(found) : found).toEqual(near(by_mark ?? stock))
  })

  test('it is another only where a piece is a lone mark, or where words end at other white space than a blank', () => {
    const different = expected.cases.filter(each => each.by_mark)
    expect(different.length).toBeLessThan(expected.cases.length)
    for (const { text } of different)
      expect(ner.tokenizer.tokenize(text).includes('\u2581') || /[\n\t]/.test(text)).toBe(true)
  })

  test('words of an entity keep the spaces between them', async () => {
    const found = await ner(texts[1]!, { aggregation_strategy: 'first' })
    expect(found.map(each => each.word)).toContain('not there.')
  })
})

describe('groups', () => {
  /** One part a label, with scores 0.5, 0.6, …; the answer as `TAG: places`. */
  const grouping = (...names: string[]): string[] => {
    const parts = names.map(
      (_, i): LabelledPart => ({ label: i, score: 0.5 + i / 10, pieces: [`\u2581${i}`], start: 2 * i, end: 2 * i + 1 }),
    )
    return groups(parts, label => names[label]!).map(({ tag, word }) => `${tag}: ${word}`)
  }

  test('B and S begin a group, E and S end it, I and labels without a prefix go on', () => {
    expect(grouping('B-A', 'I-A', 'B-A', 'I-A')).toEqual(['A: 0 1', 'A: 2 3'])
    expect(grouping('I-A', 'I-A', 'I-B')).toEqual(['A: 0 1', 'B: 2'])
    expect(grouping('B-A', 'E-A', 'I-A', 'E-A')).toEqual(['A: 0 1', 'A: 2 3'])
    expect(grouping('I-A', 'S-A', 'I-A')).toEqual(['A: 0', 'A: 1', 'A: 2'])
    expect(grouping('A', 'A', 'B-A', 'A')).toEqual(['A: 0 1', 'A: 2 3'])
  })

  test('only these four letters are prefixes: a label with another hyphen stays whole', () => {
    expect(grouping('WORK-OF-ART', 'WORK-OF-ART', 'B-WORK-OF-ART')).toEqual(['WORK-OF-ART: 0 1', 'WORK-OF-ART: 2'])
    expect(grouping('O', 'O', 'B-', 'B-')).toEqual(['O: 0 1', 'B-: 2 3'])
  })

  test('the score of a group is the mean, its place from the first to the last', () => {
    const [group] = groups(
      [
        { label: 0, score: 0.5, pieces: ['\u2581un', 'der'], start: 3, end: 8 },
        { label: 0, score: 1, pieces: ['\u2581way'], start: 9, end: 12 },
      ],
      () => 'I-X',
    )
    expect(group).toEqual({ tag: 'X', score: 0.75, word: 'under way', start: 3, end: 12 })
  })
})

describe('shapes', () => {
  const text = texts[2]!

  test('tokens, or entities; lists of them for a list', async () => {
    const [token] = await ner(text)
    expect(Object.keys(token!)).toEqual(['entity', 'score', 'index', 'word', 'start', 'end'])
    const [group] = await ner(text, { aggregation_strategy: 'simple' })
    expect(Object.keys(group!)).toEqual(['entity_group', 'score', 'word', 'start', 'end'])
    expect(await ner([])).toEqual([])
    expect(await ner('')).toEqual([])
    expect(await ner([''])).toEqual([[]])
    expect((await pipeline('ner', ner.model, { tokenizer: ner.tokenizer })).task).toBe('token-classification')
  })

  test('a text has the same entities alone, in any list, in any order and any batch size', async () => {
    for (const options of [{}, ...grouped.map(strategy => ({ aggregation_strategy: strategy, stride: 5 }))]) {
      const together = await ner([...texts].reverse(), options)
      const alone = []
      for (const each of [...texts].reverse()) alone.push(await ner(each, options))
      expect(together).toEqual(alone)
      expect(await ner.each([...texts].reverse(), { ...options, batch_size: 2 })).toEqual(alone)
    }
  })

  test('offsets count UTF-16 units, so that slice gives the entity', async () => {
    const text = '\u{1f600}\u{1f600} king \u{1f600} king'
    const kings = (await ner(text, { ignore_labels: [] })).filter(each => each.word === 'k')
    expect(kings.map(({ start }) => text.slice(start, start + 4))).toEqual(['king', 'king'])
    const points = (await ner(text, { ignore_labels: [], offsets: 'codepoint' })).filter(each => each.word === 'k')
    expect(points.map(({ start }) => start)).toEqual([3, 10])
  })
})

describe('long texts', () => {
  const long = texts.find(each => each.length > 300)!

  test('are cut, and that is said', async () => {
    const cuts: unknown[] = []
    const options = { aggregation_strategy: 'simple', ignore_labels: [], onTruncated: cuts.push.bind(cuts) } as const
    const found = await ner(['a', long], options)
    expect(cuts).toEqual([{ index: 1, limit: 64 }])
    expect(found[0]!.every(each => each.truncated === undefined)).toBe(true)
    expect(found[1]!.every(each => each.truncated === true)).toBe(true)
    expect(Math.max(...found[1]!.map(each => each.end))).toBeLessThan(long.length / 2)
    await expect(ner(long, { truncation: false })).rejects.toMatchObject({ code: 'TOO_LONG' })
  })

  test('are read to their end with a stride, and nothing is cut', async () => {
    const never = (): never => {
      throw new Error('cut')
    }
    const options = { aggregation_strategy: 'simple', stride: 8, ignore_labels: [], onTruncated: never } as const
    const found = await ner(long, options)
    expect(Math.max(...found.map(each => each.end))).toBe(long.length)
    expect(found.every((each, i) => i === 0 || each.start >= found[i - 1]!.end)).toBe(true)
    await expect(ner(long, { ...options, truncation: false })).rejects.toMatchObject({ code: 'TOO_LONG' })
  })
})

test('mistakes', async () => {
  const wrong = async (input: unknown, options: object, message: string): Promise<void> =>
    expect(ner(input as string, options)).rejects.toMatchObject({ code: 'INVALID_INPUT', message })
  await wrong(1, {}, 'The text must be a string, not 1.')
  await wrong(['a', { text: 'a' }], {}, 'Text 1 must be a string, not an object with text.')
  await wrong(
    'a',
    { aggregation_strategy: 'last' },
    'aggregation_strategy must be one of none, simple, first, average, max, not "last".',
  )
  await wrong('a', { ignore_labels: 'O' }, 'ignore_labels must be a list of strings, not "O".')
  await wrong('a', { ignore_labels: [1] }, 'ignore_labels must be a list of strings, not [1].')
  await wrong('a', { offsets: 'utf8' }, "offsets must be 'utf16' or 'codepoint', not \"utf8\".")
  await wrong('a', { stride: 1 }, 'stride 1 needs an aggregation_strategy other than none.')
  await wrong('a', { stride: -1, aggregation_strategy: 'max' }, 'stride must be a whole number from 0 on, not -1.')
  await wrong(
    'a',
    { stride: 62, aggregation_strategy: 'max' },
    'stride 62 must be smaller than the 62 tokens that a window has room for.',
  )
  await wrong('a', 7 as never, 'Options must be an object, not 7.')
  await expect(pipeline('token-classification')).rejects.toMatchObject({ code: 'NO_HEAD' })
})
