import { afterAll, beforeAll, expect, test } from 'vitest'
import { pipeline, type SentenceOrderPipeline } from '../../../lib/pipelines/index.js'
import { referencePairs, referenceRows } from './reference.js'

let order: SentenceOrderPipeline
beforeAll(async () => {
  // The reference is float64.
  order = await pipeline('sentence-order', null, { dtype: 'fp32' })
})
afterAll(() => order.dispose())

test('odds are those of the reference, and the label follows them', async () => {
  const results = await order(referencePairs.map(({ first, second }) => ({ first, second })))
  for (const [i, [in_order, swapped]] of referenceRows('sop_logits').entries()) {
    const { label, score, scores } = results[i]!
    expect(Math.log(scores.in_order / scores.swapped)).toBeCloseTo(in_order! - swapped!, 4)
    expect(label).toBe(in_order! >= swapped! ? 'in_order' : 'swapped')
    expect(score).toBe(scores[label])
    expect(scores.in_order + scores.swapped).toBeCloseTo(1, 12)
  }
})

test('two texts, a pair and a list of pairs', async () => {
  const pair = { first: 'John is a doctor.', second: 'He works in a hospital.' }
  const one = await order(pair.first, pair.second)
  expect(await order(pair)).toEqual(one)
  expect(await order([pair])).toEqual([one])
  expect(await order.each([pair])).toEqual([one])
  expect(await order([])).toEqual([])
})

test('mistakes', async () => {
  await expect(order('Only one.' as never)).rejects.toThrow('The pair must be { first, second }, two strings')
  await expect(order([{ first: 'a' }] as never)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('Pair 0 must be'),
  })
  await expect(order.each('ab' as never)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('Pairs must be a list of { first, second }, not "ab"'),
  })
})
