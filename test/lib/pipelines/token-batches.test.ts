import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tokenBatches, tokenBudget } from '../../../lib/pipelines/token-batches.js'

const lengths = fc.array(fc.integer({ min: 1, max: 512 }), { maxLength: 80 })

test('every text is in exactly one batch, within the budget', () => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 9 }), (each, tokens, texts) => {
      const batches = tokenBatches(each, tokens, texts)
      expect(batches.flat().sort((a, b) => a - b)).toEqual(each.map((_, i) => i))
      for (const batch of batches) {
        const sum = batch.reduce((total, i) => total + each[i]!, 0)
        expect(batch.length).toBeLessThanOrEqual(texts)
        expect(sum <= tokens || batch.length === 1).toBe(true)
      }
    }),
  )
})

test('long texts come first and share batches with texts of like length', () => {
  expect(tokenBatches([3, 10, 4, 9], 13)).toEqual([[1], [3, 2], [0]])
})

test('the budget grows with the threads', () => {
  expect(tokenBudget(1)).toBe(tokenBudget(2))
  expect(tokenBudget(8)).toBe(4 * tokenBudget(2))
})
