// Fresh weights: the generator against published answers, the distribution, and what depends on what.
import { describe, expect, it } from 'vitest'
import { initialise } from '../../../lib/checkpoint/initialise.js'
import { type ExpectedParameter, expectedParameters } from '../../../lib/checkpoint/names.js'
import { philox, type Words } from '../../../lib/checkpoint/philox.js'
import { parseConfig } from '../../../lib/config.js'
import { MemorySink } from './files.js'

const WORD = 'embeddings.word_embeddings.weight'
const sizes = { vocab_size: 500, embedding_size: 32, hidden_size: 64, num_attention_heads: 4, intermediate_size: 96 }
const config = parseConfig({ ...sizes, num_hidden_layers: 2, pad_token_id: 7 })
const parameters = expectedParameters(config, 'pretraining')

async function drawn(seed: number, list: ExpectedParameter[] = parameters, of = config) {
  const sink = new MemorySink()
  await initialise(list, of, seed, sink)
  return sink.tensors
}

describe('philox', () => {
  // Known answers of Random123, the authors' own library (kat_vectors, philox4x32 10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('of counter %j and key %j', (counter, key, answer) => {
    const words = new Uint32Array(4)
    philox(words, counter as unknown as Words, key as [number, number])
    expect([...words]).toEqual(answer)
  })
})

describe('what is drawn', () => {
  it('biases 0, LayerNorm 1 and 0, the padding row 0, and nothing else 0', async () => {
    const tensors = await drawn(1)
    expect([...tensors.keys()]).toEqual(parameters.map(({ name }) => name))
    for (const { name, shape } of parameters) {
      const values = tensors.get(name)!
      expect(values.length, name).toBe(shape.reduce((a, b) => a * b, 1))
      if (name.endsWith('bias')) expect(new Set(values), name).toEqual(new Set([0]))
      else if (/norm\.weight$/i.test(name)) expect(new Set(values), name).toEqual(new Set([1]))
      else {
        const zeros = values.flatMap((value, i) => (value === 0 ? [i] : []))
        const padding = Array.from({ length: 32 }, (_, i) => 7 * 32 + i)
        expect(zeros, name).toEqual(name === WORD ? padding : [])
      }
    }
  })

  it('a model without a padding token has no row of zeros', async () => {
    const tensors = await drawn(1, parameters.slice(0, 1), { ...config, pad_token_id: null })
    expect(tensors.get(WORD)!.includes(0)).toBe(false)
  })

  it('a padding row across the end of a chunk is 0 whole', async () => {
    const wide = parseConfig({ ...sizes, vocab_size: 1000, embedding_size: 96, pad_token_id: 682 })
    const values = (await drawn(3, [{ name: WORD, shape: [1000, 96] }], wide)).get(WORD)!
    expect(Math.floor((682 * 96) / 65536)).toBeLessThan(Math.floor((682 * 96 + 95) / 65536))
    expect(values.flatMap((value, i) => (value === 0 ? [i] : []))).toEqual(
      Array.from({ length: 96 }, (_, i) => 682 * 96 + i),
    )
  })

  it('weights are normal with deviation initializer_range: mean, deviation, skewness, tails, no correlation', async () => {
    const shape = [400, 500]
    const values = (await drawn(5, [{ name: 'pooler.weight', shape }])).get('pooler.weight')!
    const n = values.length
    const moment = (power: number) => values.reduce((sum, value) => sum + (value / 0.02) ** power, 0) / n
    // Five standard errors of each estimate.
    const near = (value: number, expected: number, variance: number) =>
      expect(Math.abs(value - expected)).toBeLessThan(5 * Math.sqrt(variance / n))
    near(moment(1), 0, 1)
    near(moment(2), 1, 2)
    near(moment(3), 0, 15)
    near(moment(4), 3, 96)
    const beyond = (limit: number) => values.filter(value => Math.abs(value) > 0.02 * limit).length / n
    near(beyond(1), 0.317311, 0.2166)
    near(beyond(3), 0.0027, 0.0027)
    for (const lag of [1, 2, 4, 500]) {
      let sum = 0
      for (let i = lag; i < n; i++) sum += (values[i]! / 0.02) * (values[i - lag]! / 0.02)
      near(sum / n, 0, 1)
    }
  })

  it('initializer_range scales the same numbers', async () => {
    const list = [{ name: 'pooler.weight', shape: [64, 64] }]
    const narrow = (await drawn(5, list)).get('pooler.weight')!
    const wide = (await drawn(5, list, { ...config, initializer_range: 0.08 })).get('pooler.weight')!
    for (const [i, value] of wide.entries()) expect(value).toBeCloseTo(4 * narrow[i]!, 8)
  })
})

describe('the seed', () => {
  it('decides: equal ones give equal models, others give others, beyond 32 bits too', async () => {
    expect(await drawn(42)).toEqual(await drawn(42))
    const words = await Promise.all([0, 1, 2 ** 32, 2 ** 32 + 1].map(async seed => (await drawn(seed)).get(WORD)!))
    expect(new Set(words.map(values => values.slice(0, 8).join())).size).toBe(4)
  })

  it('and the name decide a tensor, whatever else is drawn beside it', async () => {
    const all = await drawn(42)
    const some = parameters.filter((_, i) => i % 3 === 0).reverse()
    for (const [name, values] of await drawn(42, some)) expect(values, name).toEqual(all.get(name))
  })

  it('gives every tensor numbers of its own', async () => {
    const tensors = await drawn(42)
    const weights = parameters.filter(({ name }) => name.endsWith('weight') && !/norm\.weight$/i.test(name))
    const starts = weights.map(({ name }) => tensors.get(name)!.slice(0, 4).join())
    expect(new Set(starts).size).toBe(weights.length)
  })

  it('gives the same numbers in every version: they are part of what a seed means', async () => {
    const values = (await drawn(1, [{ name: 'pooler.weight', shape: [4] }])).get('pooler.weight')!
    expect(values.map(value => value.toFixed(6))).toMatchInlineSnapshot(`
      [
        "0.002517",
        "-0.008833",
        "0.012899",
        "0.005784",
      ]
    `)
  })
})
