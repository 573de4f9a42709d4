// Rounding to the half formats, against formulas that share nothing with the code: exact values there and back, and the
// definition of "nearest, ties to even" in float64.
import { describe, expect, it } from 'vitest'
import { toBfloat16, toBytes, toFloat16 } from '../../../lib/checkpoint/half.js'
import { seededRandom } from './files.js'

/** The value of a format's bits, by its definition. */
function decoded(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >>> (exponentBits + fractionBits) ? -1 : 1
  const exponent = (bits >>> fractionBits) & (2 ** exponentBits - 1)
  const fraction = bits & (2 ** fractionBits - 1)
  const bias = 2 ** (exponentBits - 1) - 1
  if (exponent === 2 ** exponentBits - 1) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - fractionBits)
  return sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias)
}

/** The nearest value of a format, ties to even, computed on the grid of the value's binade. */
function nearest(value: number, exponentBits: number, fractionBits: number): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const bias = 2 ** (exponentBits - 1) - 1
  let exponent = Math.floor(Math.log2(Math.abs(value)))
  if (2 ** exponent > Math.abs(value)) exponent--
  const step = 2 ** (Math.max(exponent, 1 - bias) - fractionBits)
  const steps = value / step
  const low = Math.floor(steps)
  const up = steps - low > 0.5 || (steps - low === 0.5 && low % 2 !== 0)
  const rounded = (low + (up ? 1 : 0)) * step
  const largest = (2 - 2 ** -fractionBits) * 2 ** bias
  return Math.abs(rounded) > largest ? Math.sign(rounded) * Number.POSITIVE_INFINITY : rounded
}

const formats = [
  ['float16', toFloat16, 5, 10],
  ['bfloat16', toBfloat16, 8, 7],
] as const

describe.each(formats)('%s', (_, convert, exponentBits, fractionBits) => {
  it('gives back all 65 536 patterns, NaNs as NaNs', () => {
    const wrong: number[] = []
    for (let bits = 0; bits < 65536; bits++) {
      const value = decoded(bits, exponentBits, fractionBits)
      const back = convert(value)
      const right = Number.isNaN(value) ? Number.isNaN(decoded(back, exponentBits, fractionBits)) : back === bits
      if (!right) wrong.push(bits)
    }
    expect(wrong).toEqual([])
  })

  it('rounds 200 000 floats of every size to the nearest, ties to even', () => {
    const random = seededRandom(7)
    const float = new Float32Array(1)
    const pattern = new Uint32Array(float.buffer)
    const wrong: number[] = []
    for (let i = 0; i < 200_000; i++) {
      pattern[0] = random() * 2 ** 32
      // Half of them near the format's own range, a quarter exactly between two of its values.
      if (i % 2) float[0] = (random() - 0.5) * 2 ** (Math.floor(random() * 44) - 27)
      if (i % 4 === 1) pattern[0] = (pattern[0]! & ~(2 ** (23 - fractionBits) - 1)) | (2 ** (22 - fractionBits))
      const value = float[0]!
      if (Number.isNaN(value)) continue
      const rounded = decoded(convert(value), exponentBits, fractionBits)
      if (!Object.is(rounded, nearest(value, exponentBits, fractionBits)) && rounded !== 0) wrong.push(value)
      if (rounded === 0 && nearest(value, exponentBits, fractionBits) !== 0) wrong.push(value)
    }
    expect(wrong).toEqual([])
  })

  it('rounds halves to even in every binade', () => {
    const lastNormal = 2 ** (exponentBits - 1) - 1
    for (let exponent = 2 - 2 ** (exponentBits - 1); exponent <= lastNormal; exponent++) {
      const unit = 2 ** (exponent - fractionBits)
      const even = 2 ** exponent
      expect(decoded(convert(even + unit / 2), exponentBits, fractionBits)).toBe(even)
      expect(decoded(convert(even + 1.5 * unit), exponentBits, fractionBits)).toBe(even + 2 * unit)
    }
  })

  it('keeps the sign of zero, and infinities', () => {
    for (const value of [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(decoded(convert(value), exponentBits, fractionBits)).toBe(value)
    }
  })
})

it('float16 overflows from 65520 on, and its smallest value is 2^-24', () => {
  expect(decoded(toFloat16(65519), 5, 10)).toBe(65504)
  expect(decoded(toFloat16(65520), 5, 10)).toBe(Number.POSITIVE_INFINITY)
  expect(toFloat16(2 ** -24)).toBe(1)
  expect(toFloat16(2 ** -25)).toBe(0)
  expect(toFloat16(2 ** -25 * 1.0001)).toBe(1)
})

it('a NaN whose mark lies in the lower half alone does not become an infinity', () => {
  const pattern = Uint32Array.of(0x7f800001)
  const [value] = new Float32Array(pattern.buffer)
  expect(decoded(toBfloat16(value!), 8, 7)).toBeNaN()
  expect(decoded(toFloat16(value!), 5, 10)).toBeNaN()
})

describe('bytes of a checkpoint', () => {
  it('are little-endian', () => {
    expect([...toBytes(Float32Array.of(1), 'F32')]).toEqual([0, 0, 0x80, 0x3f])
    expect([...toBytes(Float32Array.of(1), 'BF16')]).toEqual([0x80, 0x3f])
    expect([...toBytes(Float32Array.of(1, -2), 'F16')]).toEqual([0, 0x3c, 0, 0xc0])
  })

  it('of a view are those of the view alone', () => {
    const values = Float32Array.of(1, 2, 3)
    expect([...toBytes(values.subarray(1, 2), 'F32')]).toEqual([0, 0, 0, 0x40])
  })
})
