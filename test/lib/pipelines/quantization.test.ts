import { expect, test } from 'vitest'
import { checkPrecision, quantize } from '../../../lib/pipelines/quantization.js'

const vector = [0.5, -0.1, 0, 2, -3, 1e-9, -1e-9, 4, 1, 1, 1, 1, 1, 1, 1, 1]

test('binary forms hold the signs, first in the highest bit, as numpy.packbits does', () => {
  expect([...quantize(vector, 'ubinary')]).toEqual([0b10010101, 255])
  expect([...quantize(vector, 'binary')]).toEqual([0b10010101 - 128, 127])
  expect([...quantize(new Float64Array(8), 'binary')]).toEqual([-128])
})

test('int8 scales by the largest number of the vector', () => {
  expect([...quantize([1, -2, 0.5, 0], 'int8')]).toEqual([64, -127, 32, 0])
  expect([...quantize([0, 0], 'int8')]).toEqual([0, 0])
})

test('refuses what does not fill bytes, and unknown precisions', () => {
  expect(() => checkPrecision('binary', 12)).toThrow(/12 numbers do not fill whole bytes/)
  expect(() => checkPrecision('int4', 8)).toThrow(/precision "int4" does not exist; it is one of binary, ubinary, int8/)
  expect(() => checkPrecision('int8', 12)).not.toThrow()
})

test('what is no word is refused, too', () => {
  for (const none of [Symbol('x'), Object.create(null), 5, null])
    expect(() => checkPrecision(none as never, 8)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})
