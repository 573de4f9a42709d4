// Models in bf16 and int8: what runs for which file, what is kept, and files that give the same bits again.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it, test } from 'vitest'
import type { AlbertPreTrainedModel, ModelClass } from '../../lib/albert.js'
import { packEncodings } from '../../lib/batch.js'
import { SafetensorsFile } from '../../lib/checkpoint/safetensors-file.js'
import { type Dtype, fastDtypes, type Quality } from '../../lib/dtype.js'
import {
  AlbertForMaskedLM,
  AlbertForPreTraining,
  AlbertForSequenceClassification,
  AlbertForSquad2,
  AlbertModel,
} from '../../lib/heads.js'
import { nativeAddon, packageRoot } from '../../lib/native-loader.js'
import { presets } from '../../lib/presets.js'
import { readSafetensors, writeSafetensors } from '../golden/numeric-case.js'
import { someIds, tinyConfig } from './models.js'

const parent = mkdtempSync(join(tmpdir(), 'albert-dtype-'))
afterAll(() => rmSync(parent, { recursive: true }))
let folders = 0
const newFolder = () => join(parent, String(folders++))

const rows = nativeAddon().machine().isas
const texts = packEncodings(someIds(3, 9).map(ids => ({ ids, types: ids.map(() => 0) })))
type AnyModel = AlbertPreTrainedModel<never, unknown>
type AnyClass = ModelClass<AnyModel> & Pick<typeof AlbertPreTrainedModel, 'from_config' | 'from_pretrained'>

const hidden = async (model: AnyModel, name = 'last_hidden_state') =>
  (await model.forward(texts, { outputs: [name] }))[name]!.data
const parametersOf = (model: AnyModel) =>
  new Map(Array.from(model.parameters(), ([name, { data }]) => [name, [...data()]]))

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, left, right] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!
    left += a[i]! ** 2
    right += b[i]! ** 2
  }
  return product / Math.sqrt(left * right)
}

describe('auto', () => {
  it('runs the model in the package, which is in bfloat16, as bf16 where the processor multiplies it', async () => {
    await using model = await AlbertForPreTraining.from_pretrained()
    expect(model.dtype).toBe(fastDtypes(rows, '').includes('bf16') ? 'bf16' : 'fp32')
    await using plain = await AlbertForPreTraining.from_pretrained(undefined, { isa: 'reference' })
    expect(plain.dtype).toBe('fp32')
  })

  it('runs float32 and float16 files, and fresh models, as fp32', async () => {
    await using fresh = await AlbertModel.from_config(tinyConfig)
    expect(fresh.dtype).toBe('fp32')
    for (const dtype of ['float32', 'float16'] as const) {
      const folder = newFolder()
      await fresh.save_pretrained(folder, { dtype })
      await using model = await AlbertModel.from_pretrained(folder)
      expect(model.dtype).toBe('fp32')
    }
  })
})

describe('a dtype that is named', () => {
  it.each<[Dtype, Quality | undefined, string, Quality | null, string]>([
    ['fp32', undefined, 'fp32', null, 'fp32'],
    ['bf16', undefined, 'bf16', null, 'bf16'],
    ['int8', undefined, 'int8', 'fast', 'int8'],
    ['q8', 'fast', 'int8', 'fast', 'int8'],
    ['int8', 'high', 'int8', 'high', 'int8 (high)'],
  ])('%s, quality %s', async (dtype, quality, runs, level, shown) => {
    const options = { dtype, threads: 1, ...(quality && { quality }) }
    await using model = await AlbertModel.from_config(tinyConfig, options)
    expect({ dtype: model.dtype, quality: model.quality }).toEqual({ dtype: runs, quality: level })
    expect(inspect(model)).toBe(`AlbertModel (${shown}, ${model.isa}, 1 thread)`)
    const found = await hidden(model)
    expect(found).toBeInstanceOf(Float32Array)
    await using exact = await AlbertModel.from_config(tinyConfig, { dtype: 'fp64' })
    expect(cosine(found, await hidden(exact))).toBeGreaterThan(runs === 'int8' ? 0.995 : 0.9999)
  })

  it('high is nearer to fp32 than fast', async () => {
    await using exact = await AlbertModel.from_config(tinyConfig, { dtype: 'fp64' })
    await using fast = await AlbertModel.from_config(tinyConfig, { dtype: 'int8' })
    await using high = await AlbertModel.from_config(tinyConfig, { dtype: 'int8', quality: 'high' })
    const wanted = await hidden(exact)
    expect(cosine(await hidden(high), wanted)).toBeGreaterThan(cosine(await hidden(fast), wanted))
  })

  it('a quality beside another dtype is refused', async () => {
    await expect(AlbertModel.from_pretrained(undefined, { quality: 'high' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('quality is "high", but dtype is "auto"'),
    })
  })
})

describe.each(['fast', 'high'] as const)('a file in int8, quality %s', quality => {
  it.each<[string, AnyClass, string]>([
    ['AlbertModel', AlbertModel, 'pooler_output'],
    ['AlbertForMaskedLM', AlbertForMaskedLM, 'logits'],
    ['AlbertForPreTraining', AlbertForPreTraining, 'prediction_logits'],
    ['AlbertForSequenceClassification', AlbertForSequenceClassification, 'logits'],
    ['AlbertForSquad2', AlbertForSquad2, 'cls_logits'],
  ] as const)(
    '%s: the same bits as the model that was quantised in memory, and the same file again',
    async (_, Class, output) => {
      const [plain, folder, again] = [newFolder(), newFolder(), newFolder()]
      const models: AnyModel[] = []
      try {
        const fresh = await Class.from_config(tinyConfig, { seed: 5 })
        models.push(fresh)
        await fresh.save_pretrained(plain)
        const model = await Class.from_pretrained(plain, { dtype: 'int8', quality })
        models.push(model)
        await model.save_pretrained(folder)
        const loaded = await Class.from_pretrained(folder)
        models.push(loaded)
        expect({ dtype: loaded.dtype, quality: loaded.quality }).toEqual({ dtype: 'int8', quality })
        expect(loaded.config.dtype).toBe('int8')
        for (const name of ['last_hidden_state', output])
          expect(await hidden(loaded, name), name).toEqual(await hidden(model, name))
        expect(parametersOf(loaded)).toEqual(parametersOf(model))
        await loaded.save_pretrained(again)
        const [first, second] = [folder, again].map(each => readFileSync(join(each, 'model.safetensors')))
        expect(first!.equals(second!)).toBe(true)
      } finally {
        for (const model of models) await model.dispose()
      }
    },
  )

  it('other dtypes take its numbers times its scales', async () => {
    const folder = newFolder()
    await using model = await AlbertForPreTraining.from_config(tinyConfig, { dtype: 'int8', quality })
    await model.save_pretrained(folder)
    const kept = parametersOf(model)
    await using exact = await AlbertForPreTraining.from_pretrained(folder, { dtype: 'fp32' })
    expect(exact.dtype).toBe('fp32')
    expect(parametersOf(exact)).toEqual(kept)
    await using double = await AlbertForPreTraining.from_pretrained(folder, { dtype: 'fp64' })
    expect(parametersOf(double)).toEqual(kept)
    await using half = await AlbertForPreTraining.from_pretrained(folder, { dtype: 'bf16' })
    for (const [name, values] of parametersOf(half))
      for (const [i, value] of values.entries())
        expect(Math.abs(value - kept.get(name)![i]!), name).toBeLessThanOrEqual(Math.abs(kept.get(name)![i]!) / 256)
    // What is saved from there is what any program reads.
    const floats = newFolder()
    await exact.save_pretrained(floats)
    await using again = await AlbertForPreTraining.from_pretrained(floats)
    expect(again.config.dtype).toBe('float32')
    expect(parametersOf(again)).toEqual(kept)
  })

  it('named int8 without a quality, it keeps its own', async () => {
    const folder = newFolder()
    await using model = await AlbertModel.from_config(tinyConfig, { dtype: 'int8', quality })
    await model.save_pretrained(folder)
    await using loaded = await AlbertModel.from_pretrained(folder, { dtype: 'int8' })
    expect(loaded.quality).toBe(quality)
  })
})

test('groups, inner groups and ways of sharing go into int8 and back', async () => {
  for (const own of [
    { num_hidden_groups: 3 },
    { num_hidden_layers: 2, inner_group_num: 2 },
    { sharing: { attention_groups: 1, ffn_groups: 3 } },
    { model_type: 'bert' as const, embedding_size: 48 },
  ]) {
    const folder = newFolder()
    await using model = await AlbertForMaskedLM.from_config({ ...tinyConfig, ...own }, { dtype: 'int8' })
    await model.save_pretrained(folder)
    await using loaded = await AlbertForMaskedLM.from_pretrained(folder)
    expect(loaded.dtype, JSON.stringify(own)).toBe('int8')
    expect(await hidden(loaded, 'logits')).toEqual(await hidden(model, 'logits'))
  }
})

describe('a bf16 model', () => {
  const dtypesIn = async (folder: string) => {
    const file = await SafetensorsFile.open(join(folder, 'model.safetensors'))
    await file.close()
    return new Map(Array.from(file.tensors.values(), ({ name, dtype }) => [name, dtype]))
  }
  const OUTPUT = 'albert.encoder.albert_layer_groups.0.albert_layers.0.ffn_output'

  it('of a bfloat16 file is saved as the same file', async () => {
    const folder = newFolder()
    await using model = await AlbertForPreTraining.from_pretrained(undefined, { dtype: 'bf16' })
    await model.save_pretrained(folder)
    const [ours, theirs] = [folder, join(packageRoot(), 'models/starter-en')].map(each =>
      readFileSync(join(each, 'model.safetensors')),
    )
    expect(ours!.equals(theirs!)).toBe(true)
  })

  it('of a float32 file keeps its matrices in bfloat16 and its biases as they are, and comes back to the bit', async () => {
    const [plain, folder, floats] = [newFolder(), newFolder(), newFolder()]
    await using fresh = await AlbertForMaskedLM.from_config(tinyConfig)
    await fresh.save_pretrained(plain)
    const file = join(plain, 'model.safetensors')
    const tensors = readSafetensors(file)
    const bias = tensors.get(`${OUTPUT}.bias`)!
    bias.bytes = Buffer.from(Float32Array.from({ length: 48 }, (_, i) => (i - 20) / 300).buffer)
    writeSafetensors(file, tensors)
    await using model = await AlbertForMaskedLM.from_pretrained(plain, { dtype: 'bf16' })
    await model.save_pretrained(folder)
    const dtypes = await dtypesIn(folder)
    expect([dtypes.get(`${OUTPUT}.weight`), dtypes.get(`${OUTPUT}.bias`)]).toEqual(['BF16', 'F32'])
    await model.save_pretrained(floats, { dtype: 'float32' })
    for (const each of [folder, floats]) {
      await using loaded = await AlbertForMaskedLM.from_pretrained(each, { dtype: 'bf16' })
      expect(await hidden(loaded, 'logits')).toEqual(await hidden(model, 'logits'))
    }
    await model.save_pretrained(folder, { dtype: 'bfloat16' })
    expect(new Set((await dtypesIn(folder)).values())).toEqual(new Set(['BF16']))
  })
})

test('ALBERT base in int8 is a file of at most 12.5 MB', async () => {
  const folder = newFolder()
  await using model = await AlbertForPreTraining.from_config(presets.albertBaseV2, { dtype: 'int8' })
  await model.save_pretrained(folder)
  const { size } = statSync(join(folder, 'model.safetensors'))
  expect(size).toBeLessThanOrEqual(12_500_000)
  expect(size).toBeGreaterThan(11_500_000)
})
