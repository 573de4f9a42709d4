// Names of dtypes, and what each runs as for a file and a processor.
import { describe, expect, it, test } from 'vitest'
import { arithmeticOf, checkDtype, type Dtype, fastDtypes, floatArray } from '../../lib/dtype.js'

const heard: string[] = []
const hear = (message: string) => void heard.push(message)
const fp32 = { dtype: 'fp32', quality: 'fast' } as const
const bf16 = { dtype: 'bf16', quality: 'fast' } as const
const int8High = { dtype: 'int8', quality: 'high' } as const

describe('checkDtype', () => {
  it.each([
    ['auto', 'auto'],
    ['fp32', 'fp32'],
    ['fp64', 'fp64'],
    ['fp16', 'fp32'],
    ['bf16', 'bf16'],
    ['int8', 'int8'],
    ['q8', 'int8'],
  ] as const)('%s runs as %s', (typed, dtype) => {
    expect(checkDtype(typed, undefined, hear)).toEqual({ dtype, quality: undefined })
  })

  it('says that fp16 is a form of storage', () => {
    heard.length = 0
    checkDtype('fp16', undefined, hear)
    expect(heard).toEqual(["dtype 'fp16' is a form of storage here: the model runs as fp32."])
  })

  it.each(['uint8', 'q4', 'q4f16', 'bnb4', 'q2', 'q1'])(
    '%s of transformers.js: what there is, and what to take',
    name => {
      expect(() => checkDtype(name as Dtype)).toThrow(
        expect.objectContaining({
          code: 'UNSUPPORTED_DTYPE',
          message: `dtype "${name}" is not supported; this version runs auto, fp32, fp64, fp16, bf16, int8, q8.`,
          hint: expect.stringContaining("'int8'"),
        }),
      )
    },
  )

  it.each([null, 5, ['int8'], {}, 'toString', 'float32'])('refuses %j', dtype => {
    expect(() => checkDtype(dtype as unknown as Dtype)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_DTYPE' }))
  })

  it('takes a quality with int8 alone', () => {
    expect(checkDtype('int8', 'high')).toEqual({ dtype: 'int8', quality: 'high' })
    expect(checkDtype('q8', 'fast')).toEqual({ dtype: 'int8', quality: 'fast' })
    expect(checkDtype('bf16', null)).toEqual({ dtype: 'bf16', quality: undefined })
    for (const dtype of ['auto', 'fp32', 'bf16', undefined] as const)
      expect(() => checkDtype(dtype, 'high')).toThrow(
        expect.objectContaining({
          code: 'INVALID_INPUT',
          message: `quality is "high", but dtype is "${dtype ?? 'auto'}"; quality belongs to dtype 'int8' alone.`,
        }),
      )
    expect(() => checkDtype('int8', 'best' as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: 'quality is "best"; it must be one of fast, high.',
      }),
    )
  })
})

describe('arithmeticOf', () => {
  const auto = checkDtype('auto')

  it('auto follows the file, and bf16 only where the processor multiplies it', () => {
    expect(arithmeticOf(auto, fp32, ['fp32', 'bf16', 'int8'])).toEqual(fp32)
    expect(arithmeticOf(auto, bf16, ['fp32', 'bf16'])).toEqual(bf16)
    expect(arithmeticOf(auto, bf16, ['fp32', 'int8'])).toEqual(fp32)
    expect(arithmeticOf(auto, int8High, ['fp32'])).toEqual(int8High)
  })

  it('a dtype that is named runs whatever the file and the processor', () => {
    expect(arithmeticOf(checkDtype('bf16'), fp32, ['fp32'])).toEqual(bf16)
    expect(arithmeticOf(checkDtype('fp64'), bf16, ['fp32']).dtype).toBe('fp64')
    expect(arithmeticOf(checkDtype('fp32'), int8High, ['fp32']).dtype).toBe('fp32')
  })

  it('int8 without a quality takes that of an int8 file, else fast', () => {
    expect(arithmeticOf(checkDtype('int8'), int8High, [])).toEqual(int8High)
    expect(arithmeticOf(checkDtype('int8'), bf16, [])).toEqual({ dtype: 'int8', quality: 'fast' })
    expect(arithmeticOf(checkDtype('int8', 'fast'), int8High, [])).toEqual({ dtype: 'int8', quality: 'fast' })
  })
})

test('fastDtypes: what the usable rows up to the one in use multiply', () => {
  const row = (name: string, usable = true) => ({ name, compiled: true, usable })
  const rows = [
    row('reference'),
    row('avx2'),
    row('avx_vnni', false),
    row('avx512'),
    row('avx512_vnni'),
    row('avx512_bf16'),
  ]
  expect(fastDtypes(rows, '')).toEqual(['fp32', 'bf16', 'int8'])
  expect(fastDtypes(rows, 'avx512_vnni')).toEqual(['fp32', 'int8'])
  expect(fastDtypes(rows, 'avx512')).toEqual(['fp32'])
  expect(fastDtypes(rows.slice(0, 3), '')).toEqual(['fp32'])
  expect(fastDtypes([row('reference'), row('neon'), row('neon_dot'), row('neon_bf16')], '')).toEqual([
    'fp32',
    'bf16',
    'int8',
  ])
})

test('numbers are float64 for fp64 alone', () => {
  expect(floatArray('fp64', 2)).toBeInstanceOf(Float64Array)
  for (const dtype of ['fp32', 'bf16', 'int8'] as const) expect(floatArray(dtype, 2)).toBeInstanceOf(Float32Array)
})
