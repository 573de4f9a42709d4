import { describe, expect, it, test } from 'vitest'
import { checkOptions, shown } from '../../lib/options.js'

describe('checkOptions', () => {
  it('takes options that are there, null, or unknown', () => {
    const signal = AbortSignal.timeout(1e6)
    for (const options of [{}, { signal, normalize: true, onTruncated: () => {} }, { signal: null }, { other: 5 }])
      expect(() => checkOptions(options)).not.toThrow()
  })

  test.each([null, 5, 'mean', ['a'], () => {}])('refuses %s for the whole', options => {
    expect(() => checkOptions(options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: expect.stringMatching(/^Options must be an object, not/),
      }),
    )
  })

  test.each([
    [{ signal: {} }, 'signal must be an AbortSignal, not an object with no keys.'],
    [{ signal: 5 }, 'signal must be an AbortSignal, not 5.'],
    [{ onTruncated: 'say' }, 'onTruncated must be a function, not "say".'],
    [{ progress_callback: {} }, 'progress_callback must be a function, not an object with no keys.'],
    [{ normalize: 'false' }, 'normalize must be true or false, not "false".'],
    [{ output_attentions: 1 }, 'output_attentions must be true or false, not 1.'],
  ])('refuses %j', (options, message) => {
    expect(() => checkOptions(options)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message }))
  })
})

test('every value can be shown, on one short line', () => {
  const endless: unknown[] = []
  endless.push(endless)
  const cases: [unknown, string][] = [
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [5n, '5'],
    [Symbol('s'), 'Symbol(s)'],
    ['a\nb', '"a\\nb"'],
    [[1n], 'a list of 1'],
    [endless, 'a list of 1'],
    [Object.create(null), 'an object with no keys'],
    [{ a: 1, b: 2 }, 'an object with a, b'],
  ]
  for (const [value, text] of cases) expect(shown(value)).toBe(text)
  expect(shown('x'.repeat(1000))).toHaveLength(58)
})
