// Weight files in int8: what is handed on, what is refused, and which arithmetic they have been rounded for.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { toBfloat16 } from '../../../lib/checkpoint/half.js'
import { loadCheckpoint } from '../../../lib/checkpoint/load.js'
import { expectedParameters, savedName, WORD_TABLE } from '../../../lib/checkpoint/names.js'
import { quantizationMetadata, readQuantization } from '../../../lib/checkpoint/quantized.js'
import { saveCheckpoint, type WeightSource } from '../../../lib/checkpoint/save.js'
import { type HeadName, parseConfig, readConfig } from '../../../lib/config.js'
import { MemorySink, type RawTensor, safetensorsBytes, temporaryFolder } from './files.js'

const config = parseConfig({
  vocab_size: 13,
  embedding_size: 4,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 6,
})
const BLOCK = 'encoder.albert_layer_groups.0.albert_layers.0.'
const FFN_OUTPUT = `${BLOCK}ffn_output.weight`
const QUERY = `${BLOCK}attention.query.weight`
const VALUE = `${BLOCK}attention.value.weight`
const KEY = `${BLOCK}attention.key.weight`
const parent = temporaryFolder()
let folders = 0

function newFolder(): string {
  const folder = join(parent, String(folders++))
  mkdirSync(folder)
  return folder
}

const isInt8 = (name: string) =>
  name === WORD_TABLE ||
  name === 'pooler.weight' ||
  /^encoder\..*\.(query|key|value|dense|ffn|ffn_output)\.weight$/.test(name)

/** What quality `high` keeps in bfloat16. */
const isDelicate = (name: string) => [VALUE, FFN_OUTPUT, WORD_TABLE, 'pooler.weight'].includes(name)

const isDivided = (name: string) => /\.(query|key|value|ffn)\.weight$/.test(name)

/** Weights as an int8 model keeps them: numbers that tell tensor and place. */
function source(head: HeadName, quality: 'fast' | 'high' = 'fast'): Required<WeightSource> {
  const tensors = expectedParameters(config, head)
  const value = (name: string, at: number) => ((tensors.findIndex(each => each.name === name) * 7 + at) % 64) / 8 - 4
  return {
    dtype: 'int8',
    read: (name, offset, target) => {
      // Biases and norms are kept in float32: a third is no bfloat16.
      const third = name.endsWith('bias') ? 1 / 3 : 0
      for (let i = 0; i < target.length; i++) target[i] = value(name, offset + i) + third
    },
    quantized: {
      quality,
      matrix: name => {
        if (!isInt8(name) || (quality === 'high' && isDelicate(name))) return null
        const [rows, columns] = tensors.find(each => each.name === name)!.shape as [number, number]
        return {
          values: Int8Array.from({ length: rows * columns }, (_, i) => 8 * value(name, i)),
          scales: Float32Array.from({ length: rows }, (_, row) => (row === 0 ? 0 : 1 / 8 + row)),
          divisors: isDivided(name) ? Float32Array.from({ length: columns }, (_, column) => column + 0.5) : null,
        }
      },
    },
  }
}

/** Tensors of a file as it lies on disk. */
function tensorsIn(folder: string): { tensors: RawTensor[]; metadata: Record<string, string> } {
  const file = readFileSync(join(folder, 'model.safetensors'))
  const length = Number(file.readBigUInt64LE(0))
  const { __metadata__: metadata, ...entries } = JSON.parse(file.subarray(8, 8 + length).toString('utf8'))
  const data = file.subarray(8 + length)
  const tensors = Object.entries(entries as Record<string, RawTensor & { data_offsets: [number, number] }>).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => ({ name, dtype, shape, bytes: data.subarray(begin, end) }),
  )
  return { tensors, metadata }
}

async function saved(head: HeadName, quality?: 'fast' | 'high'): Promise<string> {
  const folder = newFolder()
  await saveCheckpoint(folder, config, head, source(head, quality))
  return folder
}

const whole = await saved('none')

describe('saving', () => {
  it('int8 with scales for what is kept so, bfloat16 for other matrices, float32 for vectors', async () => {
    const { tensors, metadata } = tensorsIn(await saved('masked_lm', 'high'))
    const dtypes = Object.fromEntries(tensors.map(({ name, dtype, shape }) => [name, `${dtype} ${shape.join('x')}`]))
    expect(dtypes).toMatchObject({
      [`albert.${WORD_TABLE}`]: 'BF16 13x4',
      [`albert.${QUERY}`]: 'I8 8x8',
      [`albert.${QUERY}_scale`]: 'F32 8',
      [`albert.${QUERY}_divisor`]: 'F32 8',
      [`albert.${FFN_OUTPUT}`]: 'BF16 8x12',
      'albert.embeddings.position_embeddings.weight': 'BF16 6x4',
      'albert.encoder.embedding_hidden_mapping_in.weight': 'BF16 8x4',
      [`albert.${BLOCK}attention.query.bias`]: 'F32 8',
      [`albert.${BLOCK}full_layer_layer_norm.weight`]: 'F32 8',
      'predictions.dense.weight': 'BF16 4x8',
    })
    expect(dtypes).not.toHaveProperty([`albert.${FFN_OUTPUT}_scale`])
    expect(dtypes).not.toHaveProperty([`albert.${WORD_TABLE}_scale`])
    expect(metadata['format']).toBe('albert-native')
    expect(JSON.parse(metadata['albert_quantization']!)).toEqual({
      level: 'int8-d',
      quality: 'high',
      group: 128,
      permutation: null,
      calibration: 'random tokens, 8 x 32, seed 1',
      version: 1,
    })
  })

  it('config.json says int8, so that transformers refuses the folder', async () => {
    expect((await readConfig(join(whole, 'config.json'))).dtype).toBe('int8')
  })

  it('a matrix that bfloat16 does not hold stays float32', async () => {
    const folder = newFolder()
    const { read, ...others } = source('none')
    const uneven: WeightSource = {
      ...others,
      read: (name, offset, target) => {
        read(name, offset, target)
        if (name.includes('position')) target[0] = 1 / 3
      },
    }
    await saveCheckpoint(folder, config, 'none', uneven)
    const { tensors } = tensorsIn(folder)
    expect(tensors.find(({ name }) => name.includes('position'))!.dtype).toBe('F32')
  })

  it('float32 of an int8 model where that is asked for; int8 of another model is refused', async () => {
    const folder = newFolder()
    await saveCheckpoint(folder, config, 'none', source('none'), { dtype: 'float32' })
    expect(new Set(tensorsIn(folder).tensors.map(({ dtype }) => dtype))).toEqual(new Set(['F32']))
    expect((await readConfig(join(folder, 'config.json'))).dtype).toBe('float32')
    const { read } = source('none')
    await expect(saveCheckpoint(folder, config, 'none', { read }, { dtype: 'int8' })).rejects.toMatchObject({
      code: 'UNSUPPORTED_DTYPE',
      message: 'dtype is "int8"; a model is saved as one of float32, bfloat16, float16.',
      hint: expect.stringContaining("loaded with dtype 'int8'"),
    })
  })
})

describe('loading', () => {
  it('hands on scales, then numbers, and knows what they were rounded for', async () => {
    const order: string[] = []
    class Sink extends MemorySink {
      override write(name: string, offset: number, bytes: Uint8Array, dtype: string): void {
        if (order.at(-1) !== name) order.push(name)
        super.write(name, offset, bytes, dtype)
      }
    }
    const sink = new Sink()
    const progress: number[][] = []
    const report = await loadCheckpoint(whole, config, 'none', sink, { onProgress: (...at) => progress.push(at) })
    expect(report).toMatchObject({ missing: [], unexpected: [], stored: { dtype: 'int8', quality: 'fast' } })
    expect(report.quantization).toMatchObject({ level: 'int8-d', quality: 'fast' })
    expect(progress.at(-1)![0]).toBe(progress.at(-1)![1])
    const { matrix } = source('none').quantized
    for (const { name } of expectedParameters(config, 'none')) {
      const kept = matrix(name)
      if (!kept) continue
      const parts = [`${name}_scale`, ...(kept.divisors ? [`${name}_divisor`] : []), name]
      expect(order.slice(order.indexOf(name) - parts.length + 1, order.indexOf(name) + 1)).toEqual(parts)
      expect(sink.tensors.get(`${name}_divisor`), name).toEqual(kept.divisors ? [...kept.divisors] : undefined)
      expect(sink.tensors.get(name), name).toEqual([...kept.values])
      expect(sink.tensors.get(`${name}_scale`), name).toEqual([...kept.scales])
      expect(sink.dtypes.get(name)).toBe('I8')
    }
  })

  it('into a head of another kind: scales of what is not used are no surprise', async () => {
    const report = await loadCheckpoint(whole, config, 'masked_lm', new MemorySink())
    expect(report.unexpected).toEqual(['pooler.bias', 'pooler.weight'])
  })

  const { tensors, metadata } = tensorsIn(whole)
  const scaleOf = (name: string) => tensors.find(each => each.name === `${name}_scale`)!
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
  const replaced = (name: string, change: Partial<RawTensor>) =>
    tensors.map(each => (each.name === name ? { ...each, ...change } : each))
  const scales = (at: number, value: number) => {
    const values = new Float32Array(Uint8Array.from(scaleOf(QUERY).bytes).buffer)
    values[at] = value
    return floats(...values)
  }

  async function load(changed: RawTensor[], said = metadata): Promise<MemorySink> {
    const folder = newFolder()
    writeFileSync(join(folder, 'model.safetensors'), safetensorsBytes(changed, said))
    const sink = new MemorySink()
    await loadCheckpoint(folder, config, 'none', sink)
    return sink
  }

  it.each<[string, RawTensor[], RegExp]>([
    [
      'a matrix without scales',
      tensors.filter(({ name }) => name !== `${QUERY}_scale`),
      /query\.weight" in .* has dtype I8, but its scales are missing: .*query\.weight_scale", F32 \[8\]\.$/,
    ],
    [
      'too few scales',
      replaced(`${QUERY}_scale`, { shape: [7], bytes: scaleOf(QUERY).bytes.subarray(4) }),
      /query\.weight_scale" in .* is F32 \[7\]; the scales of .*query\.weight" must be F32 \[8\]\.$/,
    ],
    [
      'scales as a matrix',
      replaced(`${QUERY}_scale`, { shape: [8, 1] }),
      /query\.weight_scale" in .* is F32 \[8,1\]; the scales of/,
    ],
    [
      'no scale at all',
      replaced(`${QUERY}_scale`, { shape: [0], bytes: new Uint8Array() }),
      /query\.weight_scale" in .* is F32 \[0\]; the scales of/,
    ],
    [
      'scales of another dtype',
      replaced(`${QUERY}_scale`, { dtype: 'F16', bytes: new Uint8Array(16) }),
      /query\.weight_scale" in .* is F16 \[8\]; the scales of/,
    ],
    ['NaN', replaced(`${QUERY}_scale`, { bytes: scales(3, Number.NaN) }), /query\.weight_scale"\[3\] in .* is NaN; a/],
    [
      'a negative scale',
      replaced(`${QUERY}_scale`, { bytes: scales(7, -0.5) }),
      /_scale"\[7\] in .* is -0\.5; a scale/,
    ],
    [
      'a scale so large that weights overflow',
      replaced(`${QUERY}_scale`, { bytes: scales(0, 3e36) }),
      /_scale"\[0\] in .* is 3\.\d+e\+?36; a scale is a finite number/,
    ],
    [
      'too few divisors',
      replaced(`${QUERY}_divisor`, { shape: [7], bytes: floats(1, 1, 1, 1, 1, 1, 1) }),
      /query\.weight_divisor" in .* is F32 \[7\]; the divisors of .*query\.weight" must be F32 \[8\]\.$/,
    ],
    [
      'divisors of a matrix whose inputs nobody divides',
      [...tensors, { name: 'pooler.weight_divisor', dtype: 'F32', shape: [8], bytes: floats(1, 1, 1, 1, 1, 1, 1, 1) }],
      /pooler\.weight_divisor" in .*: only query, key, value and ffn of a layer have divisors\.$/,
    ],
    [
      'a divisor of zero',
      replaced(`${QUERY}_divisor`, { bytes: floats(1, 1, 0, 1, 1, 1, 1, 1) }),
      /_divisor"\[2\] in .* is 0; a divisor is a finite number above 0\.$/,
    ],
    [
      'other divisors for the key than for the query',
      replaced(`${QUERY}_divisor`, { bytes: floats(1, 1, 1, 1, 1, 1, 1, 1) }),
      /query\.weight" and .*key\.weight" in .* read the same inputs, so both must be in I8 with equal divisors/,
    ],
    [
      'a key in float32 beside a query in int8',
      replaced(KEY, { dtype: 'F32', bytes: new Uint8Array(256) }),
      /query\.weight" and .*key\.weight" in .* read the same inputs/,
    ],
    [
      'the number that no rounding makes',
      replaced(QUERY, { bytes: Uint8Array.from({ length: 64 }, (_, i) => (i === 9 ? 0x80 : 1)) }),
      /query\.weight"\[9\] in .* is -128; weights in I8 are -127 to 127\.$/,
    ],
  ])('refuses %s', async (_, changed, message) => {
    await expect(load(changed)).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringMatching(message),
    })
  })

  it('refuses a vector in int8', async () => {
    const name = 'embeddings.LayerNorm.weight'
    await expect(load(replaced(name, { dtype: 'I8', bytes: new Uint8Array(4) }))).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHECKPOINT',
      message: expect.stringMatching(/LayerNorm\.weight" in .* has dtype I8; only matrices can be in it\.$/),
    })
  })

  it('takes a file without metadata: numbers and scales say enough', async () => {
    expect((await load(tensors, { format: 'pt' })).tensors.get(QUERY)).toHaveLength(64)
  })

  it.each<[string, string, string, RegExp]>([
    ['no JSON', '{"level":', 'INVALID_CHECKPOINT', /albert_quantization is ".*, not an object in JSON\.$/],
    ['a list', '[]', 'INVALID_CHECKPOINT', /not an object in JSON/],
    ...(
      [
        ['version', 2, /\.version is 2; this version reads 1\.$/],
        ['level', 'int8-e', /\.level is "int8-e"; this version reads "int8-d"\.$/],
        ['group', 64, /\.group is 64; this version reads 128\.$/],
        ['permutation', [1, 0], /\.permutation is .*; this version reads null\.$/],
        ['quality', 'best', /\.quality is "best"; this version reads "fast" and "high"\.$/],
      ] as const
    ).map(([name, value, message]): [string, string, string, RegExp] => {
      const said = { ...JSON.parse(quantizationMetadata('fast')['albert_quantization']!), [name]: value }
      return [`another ${name}`, JSON.stringify(said), 'UNSUPPORTED_CHECKPOINT', message]
    }),
  ])('metadata with %s is refused', async (_, text, code, message) => {
    await expect(load(tensors, { format: 'pt', albert_quantization: text })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })
})

describe('the arithmetic that a file was rounded for', () => {
  const { tensors } = tensorsIn(whole)
  const asFloats = (dtype: 'F32' | 'BF16', which: (tensor: RawTensor) => boolean): RawTensor[] =>
    tensors.flatMap(each => {
      if (!which(each)) return [each]
      const size = each.shape.reduce((a, b) => a * b, 1)
      return [{ ...each, dtype, bytes: new Uint8Array((dtype === 'F32' ? 4 : 2) * size) }]
    })
  const isMatrix = ({ shape }: RawTensor) => shape.length === 2
  const plain = ({ name }: RawTensor) => !/_(scale|divisor)$/.test(name)

  it.each<[string, RawTensor[], string, string]>([
    ['everything in float32', asFloats('F32', () => true).filter(plain), 'fp32', 'fast'],
    ['matrices in bfloat16, vectors in float32', asFloats('BF16', isMatrix).filter(plain), 'bf16', 'fast'],
    ['everything in bfloat16', asFloats('BF16', () => true).filter(plain), 'bf16', 'fast'],
    [
      'one matrix in float32 among bfloat16',
      asFloats('BF16', isMatrix)
        .map(each => (each.name === QUERY ? { ...each, dtype: 'F32', bytes: new Uint8Array(256) } : each))
        .filter(plain),
      'fp32',
      'fast',
    ],
    ['int8', tensors, 'int8', 'fast'],
    ['int8 with what is delicate in bfloat16', asFloats('BF16', ({ name }) => isDelicate(name)), 'int8', 'high'],
    ['int8 with a product in float32', asFloats('F32', ({ name }) => name === FFN_OUTPUT), 'fp32', 'fast'],
    ['int8 with the word table in bfloat16', asFloats('BF16', ({ name }) => name === WORD_TABLE), 'fp32', 'fast'],
    [
      'only the word table in int8',
      asFloats('BF16', each => isMatrix(each) && each.name !== WORD_TABLE),
      'fp32',
      'fast',
    ],
  ])('%s', async (_, changed, dtype, quality) => {
    const folder = newFolder()
    writeFileSync(join(folder, 'model.safetensors'), safetensorsBytes(changed))
    const { stored } = await loadCheckpoint(folder, config, 'none', new MemorySink())
    expect(stored).toEqual({ dtype, quality })
  })
})

describe('a decoder beside an int8 word table', () => {
  const decoder = 'predictions.decoder.weight'
  async function load(change: (table: RawTensor[]) => RawTensor[]): Promise<string[]> {
    const { tensors, metadata } = tensorsIn(await saved('masked_lm'))
    const word = savedName(WORD_TABLE, config, 'masked_lm')
    const table = [word, `${word}_scale`].map(name => tensors.find(each => each.name === name)!)
    const copies = change(table).map(each => ({ ...each, name: each.name.replace(word, decoder) }))
    const folder = newFolder()
    writeFileSync(join(folder, 'model.safetensors'), safetensorsBytes([...tensors, ...copies], metadata))
    return (await loadCheckpoint(folder, config, 'masked_lm', new MemorySink())).tied
  }

  it('with equal numbers and scales is the table once more', async () => {
    expect(await load(table => table)).toEqual([decoder])
  })

  it('with other scales is another one', async () => {
    const doubled = ([word, scale]: RawTensor[]) => [word!, { ...scale!, bytes: scale!.bytes.map(byte => byte ^ 1) }]
    await expect(load(doubled)).rejects.toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' })
    await expect(load(([word]) => [word!])).rejects.toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' })
  })
})

test('metadata that is written is read', () => {
  expect(readQuantization(quantizationMetadata('high'), 'x')).toMatchObject({ quality: 'high', version: 1 })
  expect(readQuantization({ format: 'pt' }, 'x')).toBeNull()
})

test('values of the fake model are what the test takes them for', () => {
  const target = new Float32Array(4)
  source('none').read('embeddings.position_embeddings.weight', 0, target)
  expect(
    Array.from(target, toBfloat16).every(
      (bits, i) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] === target[i],
    ),
  ).toBe(true)
})
