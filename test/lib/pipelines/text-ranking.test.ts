import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pipeline, type TextRankingPipeline } from '../../../lib/pipelines/index.js'
import { classifierFolder } from './classifier.js'
import { fixture } from './fixture.js'

interface Expected {
  texts: string[]
  /** Scores in the order of the texts. */
  cases: { query: string; scores: number[]; logits: number[] }[]
}
const { folder, expected } = fixture<Expected>('text-ranking')
const { texts, cases } = expected
const query = cases[0]!.query

let rank: TextRankingPipeline
beforeAll(async () => {
  rank = await pipeline('text-ranking', folder)
})
afterAll(() => rank.dispose())

/** Indices of the numbers, largest first. */
const order = (numbers: number[]): number[] =>
  numbers.map((_, i) => i).sort((a, b) => numbers[b]! - numbers[a]! || a - b)

describe('scores are those of transformers', () => {
  test.each(cases)('for "$query"', async ({ query, scores, logits }) => {
    const onTruncated = (): void => {}
    const ranked = await rank(query, texts, { onTruncated })
    expect(ranked.map(each => each.index)).toEqual(order(logits))
    for (const { index, score } of ranked) expect(score).toBeCloseTo(scores[index]!, 5)
    const raw = await rank(query, texts, { raw_scores: true, onTruncated })
    expect(raw.map(each => each.index)).toEqual(order(logits))
    for (const { index, score } of raw) expect(Math.abs(score - logits[index]!)).toBeLessThan(1e-5)
  })
})

describe('shapes', () => {
  const short = texts.slice(0, 3)

  test('top_n and return_documents', async () => {
    const all = await rank(query, short)
    expect(all).toHaveLength(3)
    expect(Object.keys(all[0]!)).toEqual(['index', 'score'])
    expect(await rank(query, short, { top_n: 2 })).toEqual(all.slice(0, 2))
    expect(await rank(query, short, { top_n: 9 })).toEqual(all)
    expect(await rank(query, short, { return_documents: true })).toEqual(
      all.map(each => ({ ...each, text: short[each.index] })),
    )
    expect(await rank(query, [])).toEqual([])
  })

  test('of equal scores the text that was given first comes first', async () => {
    const [a, b] = short as [string, string]
    const ranked = await rank(query, [a, b, a, b, a])
    const [best] = await rank(query, [a, b])
    expect(ranked.map(each => each.index)).toEqual(best!.index === 0 ? [0, 2, 4, 1, 3] : [1, 3, 0, 2, 4])
    expect(new Set(ranked.map(each => each.score)).size).toBe(2)
  })

  test('a text has the same score alone and in any list, to the last bit', async () => {
    const onTruncated = (): void => {}
    const together = await rank(query, texts, { onTruncated })
    const backwards = await rank(query, [...texts].reverse(), { batch_size: 2, onTruncated })
    for (const { index, score } of together) {
      expect((await rank(query, [texts[index]!], { onTruncated }))[0]!.score).toBe(score)
      expect(backwards.find(each => each.index === texts.length - 1 - index)!.score).toBe(score)
    }
  })

  test('what was cut is said, by the place of the text', async () => {
    const cuts: number[] = []
    const ranked = await rank(query, texts, { onTruncated: cut => cuts.push(cut.index) })
    expect(cuts).toEqual([3])
    expect(ranked.filter(each => each.truncated).map(each => each.index)).toEqual([3])
    await expect(rank(query, texts, { truncation: false })).rejects.toMatchObject({
      code: 'TOO_LONG',
      message: expect.stringMatching(/^Text 3 has \d+ tokens.*at most 64 are allowed/),
    })
  })
})

describe('mistakes', () => {
  test.each([
    [[5, texts], 'query must be a string, not 5.'],
    [[query, 'a text'], 'texts must be a list of strings, not "a text".'],
    [[query, ['a', { text: 'b' }]], 'Text 1 must be a string, not an object with text.'],
    [[query, texts, { top_n: 0 }], 'top_n must be a whole number from 1 on, not 0.'],
    [[query, texts, { top_n: 1.5 }], 'top_n must be a whole number from 1 on, not 1.5.'],
    [[query, texts, { raw_scores: 'yes' }], 'raw_scores must be true or false, not "yes".'],
    [[query, texts, { return_documents: 1 }], 'return_documents must be true or false, not 1.'],
    [[query, texts, 3], 'Options must be an object, not 3.'],
  ])('%j', async (args, message) => {
    await expect(rank(...(args as Parameters<TextRankingPipeline>))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message,
    })
  })

  test('a model with two labels does not rank, given by its folder or as an object', async () => {
    const two = await classifierFolder({ num_labels: 2 })
    const refusal = {
      code: 'NO_HEAD',
      message: expect.stringContaining('the task needs a model fine-tuned for ranking'),
    }
    await expect(pipeline('text-ranking', two)).rejects.toMatchObject(refusal)
    const classify = await pipeline('text-classification', two)
    const { tokenizer } = classify
    await expect(pipeline('text-ranking', classify.model, { tokenizer })).rejects.toMatchObject(refusal)
    await classify.dispose()
    rmSync(two, { recursive: true })
  })
})
