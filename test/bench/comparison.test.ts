// What ends a comparison: settings that are no numbers, and contenders that do not compute the same.
import { expect, it } from 'vitest'
import { agreement, cosine, settingsFrom } from '../../bench/comparison.mjs'

it('takes settings above zero', () => {
  const usual = { rounds: 5, seconds: 0.5 }
  expect(settingsFrom({ threads: '2', rounds: '3' }, usual)).toEqual({ threads: 2, rounds: 3, seconds: 0.5 })
  for (const threads of ['0', '-1', 'two'])
    expect(() => settingsFrom({ threads }, usual)).toThrow(`--threads ${threads}`)
})

it('tells how far answers are apart, and takes none that differ', () => {
  const both = ['one', 'other']
  expect(agreement(both, [1, 2.0001], [1, 2])).toBeCloseTo(5e-5, 8)
  for (const got of [[1, 2.001], [1, Number.NaN], [1], [1, 2, 3], []])
    expect(() => agreement(both, got, [1, 2])).toThrow('one and other answer differently')
})

it('tells how far vectors are turned', () => {
  expect(cosine([1, 2], [2, 4])).toBeCloseTo(1, 12)
  expect(cosine([1, 0], [0, 3])).toBe(0)
  expect(cosine([1, 1], [1, 0])).toBeCloseTo(Math.SQRT1_2, 12)
  expect(cosine([1, 2], [1])).toBeNaN()
})
