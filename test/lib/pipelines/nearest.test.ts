import { expect, test } from 'vitest'
import { nearest, suggestion } from '../../../lib/pipelines/nearest.js'

const names = ['fill-mask', 'feature-extraction', 'sentence-order']

test('finds what was meant', () => {
  expect(nearest('fillmask', names)).toBe('fill-mask')
  expect(nearest('Fill-Mask', names)).toBe('fill-mask')
  expect(nearest('fill-maks', names)).toBe('fill-mask')
  expect(nearest('feature_extraction', names)).toBe('feature-extraction')
})

test('does not guess where nothing is near', () => {
  expect(nearest('zzz', names)).toBeUndefined()
  expect(suggestion('zzz', names)).toBe('Known: fill-mask, feature-extraction, sentence-order.')
})
