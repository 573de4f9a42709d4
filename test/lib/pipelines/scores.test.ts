import fc from 'fast-check'
import { expect, test } from 'vitest'
import { best, sigmoid, softmax } from '../../../lib/pipelines/scores.js'

test('softmax sums to one and survives logits that overflow exp', () => {
  expect([...softmax([1000, 1000])]).toEqual([0.5, 0.5])
  expect([...softmax([-1000, 0])][1]).toBe(1)
  // An entry of the largest absolute value that is not the maximum must not be subtracted.
  expect([...softmax([-800, 10, 11])].every(Number.isFinite)).toBe(true)
  const scores = softmax([0.3, -1.2, 2.5])
  expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 15)
  expect(scores[2]! / scores[0]!).toBeCloseTo(Math.exp(2.2), 12)
})

test('sigmoid', () => {
  expect([...sigmoid([0, 800, -800])]).toEqual([0.5, 1, 0])
})

test('best is what sorting finds, with ties by index, for few and for many', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 200 })
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 100 }), (values, count) => {
      const sorted = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b)
      expect(best(values, count)).toEqual(sorted.slice(0, count))
    }),
  )
})
