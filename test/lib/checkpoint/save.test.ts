// What is written: bytes as the reference library lays them out, values that come back, and nothing half done.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toBfloat16, toFloat16 } from '../../../lib/checkpoint/half.js'
import { loadCheckpoint } from '../../../lib/checkpoint/load.js'
import { expectedParameters, savedName } from '../../../lib/checkpoint/names.js'
import { writeSafetensors } from '../../../lib/checkpoint/safetensors-writer.js'
import { saveCheckpoint } from '../../../lib/checkpoint/save.js'
import { parseConfig, readConfig } from '../../../lib/config.js'
import { MemorySink, safetensorsBytes, seededRandom, temporaryFolder } from './files.js'

const config = parseConfig({
  vocab_size: 13,
  embedding_size: 4,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 6,
  num_labels: 3,
  my_note: { kept: [1, 2] },
})
const parent = temporaryFolder()
let folders = 0
const newFolder = () => join(parent, String(folders++))

/** A model of random float32 weights, large and small. */
function weightsOf(head: Parameters<typeof expectedParameters>[1], of = config): MemorySink {
  const random = seededRandom(11)
  const sink = new MemorySink()
  for (const { name, shape } of expectedParameters(of, head)) {
    const size = shape.reduce((a, b) => a * b, 1)
    sink.tensors.set(
      name,
      Array.from({ length: size }, () => Math.fround((random() - 0.5) * 2 ** Math.floor(random() * 20 - 14))),
    )
  }
  return sink
}

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

function readHeader(path: string): { length: number; text: string; entries: [string, Entry][]; data: Buffer } {
  const file = readFileSync(path)
  const length = Number(file.readBigUInt64LE(0))
  const text = file.subarray(8, 8 + length).toString('utf8')
  const { __metadata__: _, ...entries } = JSON.parse(text)
  return { length, text, entries: Object.entries(entries), data: file.subarray(8 + length) }
}

describe('the file', () => {
  it('has the layout of the reference library', async () => {
    const folder = newFolder()
    await saveCheckpoint(folder, config, 'pretraining', weightsOf('pretraining'))
    const { length, text, entries, data } = readHeader(join(folder, 'model.safetensors'))
    expect(length % 8).toBe(0)
    expect(text).toMatch(/^\{"__metadata__":\{"format":"pt"\},"albert\.embeddings\..*\} {0,7}$/)
    const names = entries.map(([name]) => name)
    expect(names).toEqual([...names].sort())
    const expected = expectedParameters(config, 'pretraining').map(({ name }) => savedName(name, config, 'pretraining'))
    expect(names).toEqual(expected.sort())
    let at = 0
    for (const [name, { dtype, shape, data_offsets }] of entries) {
      expect(data_offsets, name).toEqual([at, at + 4 * shape.reduce((a, b) => a * b, 1)])
      expect(dtype).toBe('F32')
      at = data_offsets[1]
    }
    expect(data.length).toBe(at)
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors'])
  })

  it('is equal byte for byte to one laid out by hand', async () => {
    const path = join(parent, 'hand.safetensors')
    const tensors = [
      { name: 'b', dtype: 'F16', shape: [2], bytes: Uint8Array.of(1, 2, 3, 4) },
      { name: '10', dtype: 'F32', shape: [1], bytes: Uint8Array.of(5, 6, 7, 8) },
      { name: '9', dtype: 'F32', shape: [0, 3], bytes: new Uint8Array() },
      { name: 'a', dtype: 'F32', shape: [], bytes: Uint8Array.of(9, 10, 11, 12) },
    ]
    await writeSafetensors(
      path,
      tensors.map(({ bytes, ...rest }) => ({ ...rest, chunks: () => [bytes] })),
      { format: 'pt' },
    )
    const header =
      '{"__metadata__":{"format":"pt"},"10":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' +
      '"9":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},"a":{"dtype":"F32","shape":[],"data_offsets":[4,8]},' +
      '"b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]}}'
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8)
    const length = Buffer.alloc(8)
    length.writeUInt32LE(padded.length)
    const data = Buffer.from([5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4])
    expect(readFileSync(path).equals(Buffer.concat([length, Buffer.from(padded), data]))).toBe(true)
  })
})

describe('there and back', () => {
  it.each(['none', 'masked_lm', 'token_classification', 'squad2'] as const)(
    'float32 of head %s to the bit',
    async head => {
      const folder = newFolder()
      const before = weightsOf(head)
      await saveCheckpoint(folder, config, head, before)
      const after = new MemorySink()
      const report = await loadCheckpoint(folder, await readConfig(join(folder, 'config.json')), head, after)
      expect(report).toMatchObject({ missing: [], unexpected: [], dtype: 'F32' })
      expect(after.tensors).toEqual(before.tensors)
    },
  )

  it('BERT, under its own names', async () => {
    const folder = newFolder()
    const bert = parseConfig({
      model_type: 'bert',
      vocab_size: 13,
      hidden_size: 8,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      intermediate_size: 12,
      max_position_embeddings: 6,
    })
    const before = weightsOf('pretraining', bert)
    await saveCheckpoint(folder, bert, 'pretraining', before)
    const again = await readConfig(join(folder, 'config.json'))
    expect(again).toMatchObject({
      model_type: 'bert',
      architectures: ['BertForPreTraining'],
      embedding_projection: false,
    })
    const after = new MemorySink()
    expect(await loadCheckpoint(folder, again, 'pretraining', after)).toMatchObject({ missing: [], unexpected: [] })
    expect(after.tensors).toEqual(before.tensors)
  })

  it.each([
    ['bfloat16', 'BF16', toBfloat16],
    ['float16', 'F16', toFloat16],
  ] as const)('%s, rounded once', async (dtype, onDisk, convert) => {
    const folder = newFolder()
    const before = weightsOf('none')
    await saveCheckpoint(folder, config, 'none', before, { dtype })
    const again = await readConfig(join(folder, 'config.json'))
    expect(again.dtype).toBe(dtype)
    const after = new MemorySink()
    expect((await loadCheckpoint(folder, again, 'none', after)).dtype).toBe(onDisk)
    for (const [name, values] of before.tensors) expect(after.tensors.get(name), name).toEqual(values.map(convert))
    await saveCheckpoint(newFolder(), again, 'none', before)
    const second = readHeader(join(parent, String(folders - 1), 'model.safetensors'))
    expect(second.entries.every(([, entry]) => entry.dtype === onDisk)).toBe(true)
  })

  it('a weight too large for float16 is refused, not saved as infinity', async () => {
    const weights = weightsOf('none')
    weights.tensors.get('pooler.bias')![3] = 70000
    await expect(saveCheckpoint(newFolder(), config, 'none', weights, { dtype: 'float16' })).rejects.toMatchObject({
      code: 'UNSUPPORTED_DTYPE',
      message: expect.stringMatching(/pooler\.bias.*70000/),
    })
  })

  it('a dtype that is not written is refused where it is asked for, and float32 where a checkpoint had it', async () => {
    const folder = newFolder()
    const asking = saveCheckpoint(folder, config, 'none', weightsOf('none'), { dtype: 'int8' as 'float32' })
    await expect(asking).rejects.toMatchObject({
      code: 'UNSUPPORTED_DTYPE',
      message: expect.stringMatching(/"int8".*bfloat16/),
    })
    expect(existsSync(folder)).toBe(false)
    await saveCheckpoint(folder, { ...config, dtype: 'float64' }, 'none', weightsOf('none'))
    expect((await readConfig(join(folder, 'config.json'))).dtype).toBe('float32')
  })

  it('the configuration keeps its unknown fields and names its class', async () => {
    const folder = newFolder()
    await saveCheckpoint(folder, config, 'token_classification', weightsOf('token_classification'))
    const json = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))
    expect(json).toMatchObject({
      model_type: 'albert',
      architectures: ['AlbertForTokenClassification'],
      dtype: 'float32',
      my_note: { kept: [1, 2] },
    })
    expect(Object.keys(json.id2label)).toEqual(['0', '1', '2'])
    expect(json).not.toHaveProperty('other')
    expect(json).not.toHaveProperty('sharing')
  })

  it('tokenizer files come along', async () => {
    const folder = newFolder()
    const file = join(parent, 'tokenizer.json')
    writeFileSync(file, '{"a": 1}')
    const options = { tokenizerFiles: [file] }
    await saveCheckpoint(folder, config, 'none', weightsOf('none'), options)
    expect(readFileSync(join(folder, 'tokenizer.json'), 'utf8')).toBe('{"a": 1}')
    await saveCheckpoint(parent, config, 'none', weightsOf('none'), options)
    expect(readFileSync(file, 'utf8')).toBe('{"a": 1}')
  })
})

describe('what cannot be written', () => {
  it('a folder that is a file', async () => {
    const path = join(parent, 'a-file')
    writeFileSync(path, '')
    for (const folder of [path, join(path, 'below')]) {
      await expect(saveCheckpoint(folder, config, 'none', weightsOf('none'))).rejects.toMatchObject({
        code: 'CANNOT_WRITE',
        message: expect.stringContaining(folder),
      })
    }
  })

  // Node's own recursive mkdir never comes back from there.
  it.runIf(process.platform === 'linux')('a place where nobody can make a folder', async () => {
    await expect(saveCheckpoint('/proc/none/below', config, 'none', weightsOf('none'))).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
      message: expect.stringContaining('/proc/none'),
    })
  })

  it('a place that is taken by a folder: said, and no half file is left', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'model.safetensors'), { recursive: true })
    await expect(saveCheckpoint(folder, config, 'none', weightsOf('none'))).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
      message: expect.stringContaining('model.safetensors'),
    })
    expect(readdirSync(folder)).toEqual(['model.safetensors'])
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'a folder without leave to write (needs a user other than root)',
    async () => {
      const folder = newFolder()
      mkdirSync(folder, { mode: 0o555 })
      await expect(saveCheckpoint(folder, config, 'none', weightsOf('none'))).rejects.toMatchObject({
        code: 'CANNOT_WRITE',
      })
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it('weights that fail while they are read: what was there before stays whole, and nothing else', async () => {
    const folder = newFolder()
    await saveCheckpoint(folder, config, 'none', weightsOf('none'))
    const before = readFileSync(join(folder, 'model.safetensors'))
    const failing = weightsOf('none')
    failing.tensors.delete('pooler.weight')
    await expect(saveCheckpoint(folder, config, 'none', failing)).rejects.toThrow()
    expect(readFileSync(join(folder, 'model.safetensors')).equals(before)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors'])
  })

  it('a source that gives too few bytes is caught', async () => {
    const path = join(parent, 'short.safetensors')
    const short = { name: 'a', dtype: 'F32', shape: [2], chunks: () => [new Uint8Array(4)] }
    await expect(writeSafetensors(path, [short], {})).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(readdirSync(parent)).not.toContain('short.safetensors')
  })
})

it('a file that is replaced while it is loaded does no harm', async () => {
  const folder = newFolder()
  await saveCheckpoint(folder, config, 'none', weightsOf('none'))
  const path = join(folder, 'model.safetensors')
  const before = new MemorySink()
  let once = false
  await loadCheckpoint(folder, config, 'none', before, {
    onProgress: () => {
      if (once) return
      once = true
      writeFileSync(`${path}.next`, safetensorsBytes([]))
      renameSync(`${path}.next`, path)
    },
  })
  expect(before.tensors).toEqual(weightsOf('none').tensors)
})
