// What is done with each tensor of a checkpoint: loaded, tied, ignored, missing, unexpected, refused.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type LoadReport, loadCheckpoint } from '../../../lib/checkpoint/load.js'
import { type ExpectedParameter, expectedParameters, savedName } from '../../../lib/checkpoint/names.js'
import { reportSentences } from '../../../lib/checkpoint/report.js'
import { type AlbertConfig, type HeadName, parseConfig } from '../../../lib/config.js'
import { floatTensor, MemorySink, type RawTensor, temporaryFolder, writeTensors } from './files.js'

const config = parseConfig({
  vocab_size: 13,
  embedding_size: 4,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 6,
})
const parent = temporaryFolder()
let folders = 0

function newFolder(): string {
  const folder = join(parent, String(folders++))
  mkdirSync(folder)
  return folder
}

const sizeOf = ({ shape }: ExpectedParameter) => shape.reduce((a, b) => a * b, 1)

/** Values that tell tensor and place, exact in every format. */
const valuesOf = (index: number, size: number) => Array.from({ length: size }, (_, i) => ((index * 7 + i) % 64) / 8 - 4)

/** All tensors of a model as a file of transformers has them. */
function tensorsOf(head: HeadName, of: AlbertConfig = config): RawTensor[] {
  return expectedParameters(of, head).map((each, index) =>
    floatTensor(savedName(each.name, of, head), each.shape, valuesOf(index, sizeOf(each))),
  )
}

async function load(
  tensors: RawTensor[],
  head: HeadName,
  of: AlbertConfig = config,
): Promise<{ report: LoadReport; sink: MemorySink }> {
  const folder = newFolder()
  writeTensors(join(folder, 'model.safetensors'), tensors)
  const sink = new MemorySink()
  return { report: await loadCheckpoint(folder, of, head, sink), sink }
}

const without = (tensors: RawTensor[], ...names: string[]) => tensors.filter(({ name }) => !names.includes(name))
const named = (tensors: RawTensor[], name: string) => tensors.find(each => each.name === name)!

describe('a whole checkpoint', () => {
  it.each(['none', 'masked_lm', 'pretraining', 'sequence_classification', 'squad2'] as const)('%s', async head => {
    const { report, sink } = await load(tensorsOf(head), head)
    const expected = expectedParameters(config, head)
    expect(report).toMatchObject({ missing: [], missingHead: [], unexpected: [], ignored: [], dtype: 'F32' })
    expect(report.loaded).toEqual(expected.map(({ name }) => name))
    expected.forEach((each, index) => {
      expect(sink.tensors.get(each.name), each.name).toEqual(valuesOf(index, sizeOf(each)))
    })
    expect(reportSentences(report, 'model')).toEqual([])
  })

  it('BERT, with the names of BertForMaskedLM', async () => {
    const bert = parseConfig({
      ...config,
      other: {},
      model_type: 'bert',
      embedding_size: 8,
      sharing: null,
      embedding_projection: false,
    })
    const tensors = tensorsOf('masked_lm', bert)
    expect(tensors.map(({ name }) => name)).toContain('bert.encoder.layer.1.attention.output.LayerNorm.weight')
    const { report, sink } = await load(tensors, 'masked_lm', bert)
    expect(report).toMatchObject({ missing: [], unexpected: [] })
    expectedParameters(bert, 'masked_lm').forEach((each, index) => {
      expect(sink.tensors.get(each.name), each.name).toEqual(valuesOf(index, sizeOf(each)))
    })
  })

  it.each([
    ['F16', 2],
    ['BF16', 2],
    ['F64', 8],
  ])('%s is handed on as it lies', async (dtype, width) => {
    const tensors = tensorsOf('none').map(each => ({
      ...each,
      dtype,
      bytes: Uint8Array.from({ length: (each.bytes.length / 4) * width }, (_, i) => i % 60),
    }))
    const { report, sink } = await load(tensors, 'none')
    expect(report.dtype).toBe(dtype)
    expect(new Set(sink.dtypes.values())).toEqual(new Set([dtype]))
    const first = tensors[0]!.bytes
    const view = new DataView(first.buffer)
    const value = width === 2 ? view.getUint16(2, true) : view.getFloat64(8, true)
    expect(sink.tensors.get('embeddings.word_embeddings.weight')![1]).toBe(value)
  })

  it('of a file named itself', async () => {
    const path = join(newFolder(), 'weights.safetensors')
    writeTensors(path, tensorsOf('none'))
    expect((await loadCheckpoint(path, config, 'none', new MemorySink())).missing).toEqual([])
  })
})

describe('prefixes', () => {
  it('a bare file goes into a model with a head, whose own tensors are missing and drawn', async () => {
    const { report, sink } = await load(tensorsOf('none'), 'sequence_classification')
    expect(report.missing).toEqual(['classifier.weight', 'classifier.bias'])
    expect(report.missingHead).toEqual(report.missing)
    expect(sink.tensors.get('classifier.bias')).toEqual([0, 0])
    expect(Math.max(...sink.tensors.get('classifier.weight')!.map(Math.abs))).toBeGreaterThan(0)
    expect(reportSentences(report, 'mine')).toEqual([
      expect.stringMatching(/mine.*newly initialised.*classifier\.weight/),
    ])
  })

  it('a file with a head goes into the bare model; the pooler that it lacks is random, and that is said', async () => {
    const { report } = await load(tensorsOf('masked_lm'), 'none')
    expect(report.missing).toEqual(['pooler.weight', 'pooler.bias'])
    expect(report.missingHead).toEqual([])
    expect(report.unexpected).toContain('predictions.dense.weight')
    expect(reportSentences(report, 'mine').join(' ')).toMatch(/pooler is newly initialised.*random/)
  })

  it('the same tensor with and without prefix is refused', async () => {
    const tensors = tensorsOf('none')
    const twice = { ...tensors[0]!, name: `albert.${tensors[0]!.name}` }
    await expect(load([...tensors, twice], 'none')).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringContaining('albert.embeddings.word_embeddings.weight'),
    })
  })
})

describe('the tied decoder', () => {
  const tensors = tensorsOf('masked_lm')
  const word = named(tensors, 'albert.embeddings.word_embeddings.weight')
  const bias = named(tensors, 'predictions.bias')
  const decoder = { ...word, name: 'predictions.decoder.weight' }
  const decoderBias = { ...bias, name: 'predictions.decoder.bias' }
  const other = (tensor: RawTensor) => ({
    ...tensor,
    bytes: tensor.bytes.map((byte, i) => (i === 2 ? byte ^ 1 : byte)),
  })

  it('equal duplicates of both are dropped, and named', async () => {
    const { report, sink } = await load([...tensors, decoder, decoderBias], 'masked_lm')
    expect(report).toMatchObject({ missing: [], unexpected: [] })
    expect(report.tied).toEqual(['predictions.decoder.weight', 'predictions.decoder.bias'])
    expect(sink.tensors.has('predictions.decoder.weight')).toBe(false)
  })

  it('a decoder weight that differs is refused', async () => {
    await expect(load([...tensors, other(decoder)], 'masked_lm')).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHECKPOINT',
      message: expect.stringMatching(/predictions\.decoder\.weight.*differs.*word_embeddings/),
    })
  })

  it('a decoder bias that differs is refused', async () => {
    await expect(load([...tensors, other(decoderBias)], 'masked_lm')).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHECKPOINT',
      message: expect.stringMatching(/predictions\.decoder\.bias.*differs/),
    })
  })

  it('a decoder bias alone is the bias', async () => {
    const { report, sink } = await load([...without(tensors, 'predictions.bias'), decoderBias], 'masked_lm')
    expect(report).toMatchObject({ missing: [], unexpected: [] })
    expect(sink.tensors.get('predictions.bias')).toEqual([...new Float32Array(Uint8Array.from(bias.bytes).buffer)])
  })

  it('in a model without it, a decoder of its own is no obstacle', async () => {
    const { report } = await load([...tensorsOf('none'), other(decoder)], 'none')
    expect(report.unexpected).toEqual(['predictions.decoder.weight'])
  })
})

describe('what a model does not have', () => {
  const ids = (name: string): RawTensor => ({ name, dtype: 'I64', shape: [1, 6], bytes: new Uint8Array(48) })

  it('buffers of older files are ignored in silence, with a prefix too', async () => {
    const buffers = [ids('embeddings.position_ids'), ids('albert.embeddings.token_type_ids')]
    const { report } = await load([...tensorsOf('none'), ...buffers], 'none')
    expect(report.unexpected).toEqual([])
    expect(report.ignored.sort()).toEqual(['albert.embeddings.token_type_ids', 'embeddings.position_ids'])
    expect(reportSentences(report, 'mine')).toEqual([])
  })

  it('tensors of no model are reported and ignored, whatever their dtype', async () => {
    const { report } = await load([...tensorsOf('none'), ids('encoder.something')], 'none')
    expect(report.unexpected).toEqual(['encoder.something'])
    expect(report.missing).toEqual([])
    expect(reportSentences(report, 'mine')).toEqual([expect.stringContaining('encoder.something')])
  })

  it('a long list is cut in what is said', () => {
    const many = Array.from({ length: 30 }, (_, i) => `encoder.x.${i}`)
    const report = {
      loaded: [],
      missing: many,
      missingHead: [],
      identity: [],
      unexpected: [],
      tied: [],
      ignored: [],
      dtype: null,
      stored: { dtype: 'fp32', quality: 'fast' } as const,
      quantization: null,
    }
    expect(reportSentences(report, 'm').join(' ')).toMatch(/encoder\.x\.7 and 22 more/)
  })
})

describe('what does not fit', () => {
  const tensors = tensorsOf('none')

  it('a tensor that is missing in the middle of the encoder is drawn anew and reported', async () => {
    const name = 'encoder.albert_layer_groups.0.albert_layers.0.ffn.bias'
    const { report, sink } = await load(without(tensors, name), 'none')
    expect(report.missing).toEqual([name])
    expect(sink.tensors.get(name)).toEqual(new Array(12).fill(0))
  })

  it('another shape is an error that names tensor, shape and what is needed', async () => {
    const bad = tensors.map(each =>
      each.name === 'pooler.bias' ? floatTensor('pooler.bias', [9], new Array(9).fill(0)) : each,
    )
    await expect(load(bad, 'none')).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringMatching(/pooler\.bias.*\[9\].*\[8\]/),
    })
  })

  it('the same number of values in another shape is an error too', async () => {
    const word = tensors[0]!
    await expect(load([{ ...word, shape: [4, 13] }, ...tensors.slice(1)], 'none')).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringMatching(/\[4,13\].*\[13,4\]/),
    })
  })

  it('integers as weights are refused', async () => {
    const bad = tensors.map(each => (each.name === 'pooler.bias' ? { ...each, dtype: 'I32' } : each))
    await expect(load(bad, 'none')).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHECKPOINT',
      message: expect.stringMatching(/pooler\.bias.*I32.*F32/),
    })
  })

  it('nothing reaches the sink before all is checked', async () => {
    const folder = newFolder()
    writeTensors(join(folder, 'model.safetensors'), [{ ...tensors.at(-1)!, shape: [2, 4] }, ...tensors.slice(0, -1)])
    const sink = new MemorySink()
    await expect(loadCheckpoint(folder, config, 'none', sink)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' })
    expect(sink.tensors.size).toBe(0)
  })

  it('a file of something else is an error, not a random model', async () => {
    await expect(load([floatTensor('wte.weight', [2], [1, 2])], 'none')).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringContaining('wte.weight'),
    })
  })
})

describe('a checkpoint in shards', () => {
  const tensors = tensorsOf('none')
  const half = Math.floor(tensors.length / 2)

  function sharded(change: (map: Record<string, unknown>) => unknown = map => ({ weight_map: map })): string {
    const folder = newFolder()
    writeTensors(join(folder, 'one.safetensors'), tensors.slice(0, half))
    writeTensors(join(folder, 'two.safetensors'), tensors.slice(half))
    const map = Object.fromEntries(
      tensors.map(({ name }, i) => [name, i < half ? 'one.safetensors' : 'two.safetensors']),
    )
    const index = change(map)
    writeFileSync(
      join(folder, 'model.safetensors.index.json'),
      typeof index === 'string' ? index : JSON.stringify(index),
    )
    return folder
  }

  const loading = (folder: string) => loadCheckpoint(folder, config, 'none', new MemorySink())

  it('is read through its index', async () => {
    const sink = new MemorySink()
    const report = await loadCheckpoint(sharded(), config, 'none', sink)
    expect(report).toMatchObject({ missing: [], unexpected: [] })
    expect(sink.tensors.get('pooler.bias')).toEqual(valuesOf(tensors.length - 1, 8))
  })

  it.each([
    [
      'a shard that is absent',
      (m: Record<string, unknown>) => ({ weight_map: { ...m, 'pooler.bias': 'three.safetensors' } }),
      /three\.safetensors/,
    ],
    [
      'a tensor that is not in its shard',
      (m: Record<string, unknown>) => ({ weight_map: { ...m, 'pooler.bias': 'one.safetensors' } }),
      /pooler\.bias.*one\.safetensors/,
    ],
    [
      'a tensor that is nowhere',
      (m: Record<string, unknown>) => ({ weight_map: { ...m, nothing: 'one.safetensors' } }),
      /nothing/,
    ],
    [
      'a path upwards',
      (m: Record<string, unknown>) => ({ weight_map: { ...m, x: '../one.safetensors' } }),
      /\.\.\/one/,
    ],
    ['an absolute path', (m: Record<string, unknown>) => ({ weight_map: { ...m, x: '/etc/one.safetensors' } }), /etc/],
    [
      'a path of Windows',
      (m: Record<string, unknown>) => ({ weight_map: { ...m, x: '..\\one.safetensors' } }),
      /plain file name/,
    ],
    ['two dots', (m: Record<string, unknown>) => ({ weight_map: { ...m, x: '..' } }), /plain file name/],
    ['no name', (m: Record<string, unknown>) => ({ weight_map: { ...m, x: '' } }), /plain file name/],
    [
      'a zero byte',
      (m: Record<string, unknown>) => ({ weight_map: { ...m, x: 'one.safetensors\0.safetensors' } }),
      /plain file name/,
    ],
    ['a number', (m: Record<string, unknown>) => ({ weight_map: { ...m, x: 1 } }), /plain file name/],
    ['no map', () => ({ metadata: {} }), /weight_map/],
    ['a map that is a list', () => ({ weight_map: [] }), /weight_map/],
    ['an empty map', () => ({ weight_map: {} }), /empty/],
    ['a list', () => [], /weight_map/],
    ['null', () => 'null', /weight_map/],
    ['no JSON', () => '{"weight_map": ', /JSON/],
    ['nothing', () => '', /JSON/],
  ])('%s is refused', async (_, change, message) => {
    await expect(loading(sharded(change))).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringMatching(message),
    })
  })

  it('of pickles is refused with the way out', async () => {
    const folder = sharded(map => ({ weight_map: { ...map, x: 'pytorch_model-00001-of-00002.bin' } }))
    await expect(loading(folder)).rejects.toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' })
  })

  it.skipIf(process.platform === 'win32')('a pipe as index is refused, not waited for', async () => {
    const folder = newFolder()
    execFileSync('mkfifo', [join(folder, 'model.safetensors.index.json')])
    await expect(loading(folder)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' })
  })
})

describe('what is no safetensors file', () => {
  const loading = (folder: string) => loadCheckpoint(folder, config, 'none', new MemorySink())

  it.each([
    'pytorch_model.bin',
    'model.pt',
    'model.onnx',
    'tf_model.h5',
    'flax_model.msgpack',
    'model.ckpt-best.index',
  ])('%s is refused with a way out, in a folder or named itself, and never opened', async name => {
    const folder = newFolder()
    writeFileSync(join(folder, name), 'not what it says')
    for (const path of [folder, join(folder, name)]) {
      await expect(loading(path)).rejects.toMatchObject({
        code: 'UNSUPPORTED_CHECKPOINT',
        message: expect.stringContaining(name),
        hint: expect.stringMatching(/./),
      })
    }
  })

  it('the way out of pytorch_model.bin is a command of transformers', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'pytorch_model.bin'), '')
    await expect(loading(folder)).rejects.toMatchObject({
      hint: expect.stringMatching(/from_pretrained.*save_pretrained/),
    })
  })

  it('safetensors beside a pickle win', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'pytorch_model.bin'), '')
    writeTensors(join(folder, 'model.safetensors'), tensorsOf('none'))
    expect((await loading(folder)).missing).toEqual([])
  })

  it('an empty folder and a missing one', async () => {
    const folder = newFolder()
    await expect(loading(folder)).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringMatching(/model\.safetensors/),
    })
    await expect(loading(join(folder, 'gone'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })
})

describe('while it loads', () => {
  it('progress rises to the whole', async () => {
    const folder = newFolder()
    writeTensors(join(folder, 'model.safetensors'), tensorsOf('none'))
    const steps: [number, number][] = []
    const onProgress = (done: number, total: number) => void steps.push([done, total])
    await loadCheckpoint(folder, config, 'none', new MemorySink(), { onProgress })
    const bytes = 4 * expectedParameters(config, 'none').reduce((sum, each) => sum + sizeOf(each), 0)
    expect(steps.at(-1)).toEqual([bytes, bytes])
    expect(steps.every(([done], i) => i === 0 || done > steps[i - 1]![0])).toBe(true)
  })

  it('a signal stops it with its reason', async () => {
    const folder = newFolder()
    writeTensors(join(folder, 'model.safetensors'), tensorsOf('none'))
    const controller = new AbortController()
    const onProgress = () => controller.abort(new Error('enough'))
    const options = { signal: controller.signal, onProgress }
    await expect(loadCheckpoint(folder, config, 'none', new MemorySink(), options)).rejects.toThrow('enough')
  })

  it('the seed decides what is drawn for missing tensors', async () => {
    const folder = newFolder()
    writeTensors(join(folder, 'model.safetensors'), tensorsOf('masked_lm'))
    const drawn = async (seed: number) => {
      const sink = new MemorySink()
      await loadCheckpoint(folder, config, 'none', sink, { seed })
      return sink.tensors.get('pooler.weight')
    }
    expect(await drawn(1)).toEqual(await drawn(1))
    expect(await drawn(1)).not.toEqual(await drawn(2))
  })
})
