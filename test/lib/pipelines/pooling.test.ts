import { expect, test } from 'vitest'
import { checkPooling, normalizeVector, pool, pooledRows } from '../../../lib/pipelines/pooling.js'

const starts = Int32Array.of(0, 2, 5)
const hidden = Float32Array.of(9, 9, 9, 9, 1, -5, 2, 7, 6, 1)

test('pools the rows of one text only', () => {
  expect([...pool('mean', hidden, 2, 2, 5, 2)]).toEqual([3, 1])
  expect([...pool('max', hidden, 2, 2, 5, 2)]).toEqual([6, 7])
  expect([...pool('cls', hidden, 2, 2, 3, 2)]).toEqual([1, -5])
})

test('keeps the first numbers only', () => {
  expect([...pool('mean', hidden, 2, 2, 5, 1)]).toEqual([3])
})

test('asks for the rows that are read', () => {
  expect(pooledRows('mean', starts)).toBeUndefined()
  expect(pooledRows('none', starts)).toBeUndefined()
  expect([...pooledRows('first_token', starts)!]).toEqual([0, 2])
  expect([...pooledRows('eos', starts)!]).toEqual([1, 4])
})

test('normalises to length 1 and leaves a vector of zeros', () => {
  expect([...normalizeVector(Float64Array.of(3, 4))]).toEqual([0.6, 0.8])
  expect([...normalizeVector(Float64Array.of(0, 0))]).toEqual([0, 0])
})

test('names the poolings there are', () => {
  expect(() => checkPooling('avg')).toThrow(/pooling "avg" does not exist; it is one of none, mean, cls/)
})

test('what is no word is refused, too', () => {
  for (const none of [Symbol('x'), Object.create(null), 5, null])
    expect(() => checkPooling(none as never)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})
