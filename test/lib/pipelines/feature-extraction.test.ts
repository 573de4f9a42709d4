import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type EmbeddingTensor,
  type FeatureExtractionPipeline,
  type Pooling,
  pipeline,
} from '../../../lib/pipelines/index.js'
import { referencePairs, referenceRows, relativeError } from './reference.js'

let embed: FeatureExtractionPipeline
beforeAll(async () => {
  // The reference is float64; what bf16 rounds is test/lib/arithmetic.test.ts's business.
  embed = await pipeline('feature-extraction', null, { dtype: 'fp32' })
})
afterAll(() => embed.dispose())

const texts = ['A cat sat on the mat.', 'Rain.', 'The committee met on Tuesday to discuss the annual report.']
const rows = (tensor: EmbeddingTensor): number[][] => tensor.tolist() as number[][]
const lengthOf = (vector: number[]): number => Math.hypot(...vector)

test('mean vectors are those of the reference', async () => {
  const pairs = referencePairs.map(({ first, second }) => ({ text: first, text_pair: second }))
  const vectors = rows(await embed(pairs, { pooling: 'mean' }))
  for (const [i, wanted] of referenceRows('mean_pooled').entries())
    expect(relativeError(vectors[i]!, wanted)).toBeLessThan(1e-5)
})

describe('shapes', () => {
  test('without pooling: a vector a token, shorter texts filled with zeros', async () => {
    const one = await embed(texts[1]!)
    expect(one.type).toBe('float32')
    expect(one.dims).toEqual([1, 4, 256])
    const all = await embed(texts)
    expect(all.dims.slice(0, 1)).toEqual([3])
    expect(all.dims[1]).toBe(embed.tokenizer.encode(texts[2]!).length)
    expect([...all.slice(1, [0, 4]).data]).toEqual([...one.data])
    expect(new Set(all.slice(1, [4, null]).data)).toEqual(new Set([0]))
  })

  test.each(['mean', 'cls', 'first_token', 'last_token', 'eos', 'max'] satisfies Pooling[])(
    'pooling %s',
    async pooling => {
      const all = await embed(texts, { pooling })
      expect(all.dims).toEqual([3, 256])
      expect((await embed(texts[0]!, { pooling })).dims).toEqual([1, 256])
      const tokens = rows(await embed(texts[0]!)).at(0) as unknown as number[][]
      const wanted = tokens[0]!.map((_, j) => {
        const column = tokens.map(token => token[j]!)
        if (pooling === 'mean') return column.reduce((a, b) => a + b) / column.length
        if (pooling === 'max') return Math.max(...column)
        return pooling === 'cls' || pooling === 'first_token' ? column[0]! : column.at(-1)!
      })
      expect(relativeError(rows(all)[0]!, wanted)).toBeLessThan(1e-6)
    },
  )

  test('an empty list', async () => {
    expect((await embed([], { pooling: 'mean' })).dims).toEqual([0, 256])
    expect((await embed([])).dims).toEqual([0, 0, 256])
  })

  test('each: one tensor a text, as for it alone', async () => {
    const each = await embed.each(texts, { pooling: 'mean' })
    for (const [i, text] of texts.entries()) expect(each[i]).toEqual(await embed(text, { pooling: 'mean' }))
  })
})

describe('what becomes of the vectors', () => {
  test('normalize', async () => {
    const [vector] = rows(await embed(texts[0]!, { pooling: 'mean', normalize: true }))
    expect(lengthOf(vector!)).toBeCloseTo(1, 6)
    const tokens = (await embed(texts[0]!, { normalize: true })).tolist() as number[][][]
    for (const token of tokens[0]!) expect(lengthOf(token)).toBeCloseTo(1, 6)
  })

  test('dimensions: cut first, normalised afterwards', async () => {
    const [whole] = rows(await embed(texts[0]!, { pooling: 'mean' }))
    const [part] = rows(await embed(texts[0]!, { pooling: 'mean', dimensions: 64 }))
    expect(part).toEqual(whole!.slice(0, 64))
    const [unit] = rows(await embed(texts[0]!, { pooling: 'mean', dimensions: 64, normalize: true }))
    expect(lengthOf(unit!)).toBeCloseTo(1, 6)
  })

  test('quantize: signs in bits, or bytes', async () => {
    const [vector] = rows(await embed(texts[0]!, { pooling: 'mean' }))
    const binary = await embed(texts[0]!, { pooling: 'mean', quantize: true })
    const ubinary = await embed(texts, { pooling: 'mean', quantize: true, precision: 'ubinary' })
    expect([binary.type, ...binary.dims]).toEqual(['int8', 1, 32])
    expect([ubinary.type, ...ubinary.dims]).toEqual(['uint8', 3, 32])
    const bits = vector!.map(value => (value > 0 ? '1' : '0')).join('')
    expect(rows(ubinary)[0]).toEqual(bits.match(/.{8}/g)!.map(byte => Number.parseInt(byte, 2)))
    expect(rows(binary)[0]).toEqual(rows(ubinary)[0]!.map(byte => byte - 128))
    const bytes = await embed(texts[0]!, { pooling: 'mean', quantize: true, precision: 'int8' })
    expect([bytes.type, ...bytes.dims]).toEqual(['int8', 1, 256])
    const largest = Math.max(...vector!.map(Math.abs))
    expect(
      relativeError(
        rows(bytes)[0]!.map(byte => (byte * largest) / 127),
        vector!,
      ),
    ).toBeLessThan(0.005)
  })

  test('float64 in reference arithmetic', async () => {
    const exact = await pipeline('feature-extraction', null, { dtype: 'fp64' })
    const vector = await exact(texts[1]!, { pooling: 'mean' })
    expect(vector.type).toBe('float64')
    expect(
      relativeError((await embed(texts[1]!, { pooling: 'mean' })).data as Float32Array, vector.data as Float64Array),
    ).toBeLessThan(1e-5)
    await exact.dispose()
  })
})

describe('mistakes', () => {
  test.each([
    [{ pooling: 'average' }, 'pooling "average" does not exist'],
    [{ pooling: 'mean', dimensions: 257 }, 'dimensions must be a whole number from 1 to 256, not 257.'],
    [{ quantize: true }, 'quantize needs one vector a text'],
    [{ pooling: 'mean', quantize: true, dimensions: 12 }, '12 numbers do not fill whole bytes'],
    [{ pooling: 'mean', quantize: true, precision: 'int4' }, 'precision "int4" does not exist'],
    [{ max_length: 513 }, 'max_length must be a whole number from 3 to 512, not 513.'],
    [{ truncation: 'longest' }, 'truncation must be true or false, not "longest".'],
  ])('%j', async (options, message) => {
    await expect(embed(texts, options as never)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    })
  })
})
