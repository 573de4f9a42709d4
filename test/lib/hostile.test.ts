// Bad input at the public door: each attack by the files of a folder, by ids, by texts, and the code that it must meet.
// One line an attack. The single rules of a format are tested beside its reader (checkpoint/, tokenizer/, config.test.ts),
// time and slices in tokenizer/time.test.ts; changed files by the million in test/fuzz.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { exitCodeOf } from '../../lib/cli/exit-codes.js'
import { configText, parseConfig } from '../../lib/config.js'
import { type AlbertErrorCode, AlbertModel, AutoTokenizer, isAlbertError, pipeline } from '../../lib/index.js'
import type { NativeModel } from '../../lib/native.js'
import { rawFile, temporaryFolder } from './checkpoint/files.js'
import { tinyConfig } from './models.js'
import { bytesField, tinyJson, tinySpiece } from './tokenizer/tiny.js'

const parent = temporaryFolder()
const silent = { warning_callback: () => {} }
const MB = 2 ** 20
/** Links and pipes are made by programs that Windows lacks. */
const isUnix = process.platform !== 'win32'

const healthy = await AlbertModel.from_config({ ...tinyConfig, architectures: ['AlbertModel'] })
const weights = join(parent, 'healthy')
await healthy.save_pretrained(weights)

type Change = (folder: string) => unknown
type Attack = [what: string, change: Change, code: AlbertErrorCode]
let folders = 0

/** A folder with a model and a tokenizer that work, then changed. */
async function folderWith(change: Change): Promise<string> {
  const folder = join(parent, String(folders++))
  mkdirSync(folder)
  await healthy.save_pretrained(folder)
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tinyJson()))
  await change(folder)
  return folder
}

/** Loads the folder as users do and asks it something. Memory that is asked for by a number in a file would show. */
async function refusal(folder: string): Promise<AlbertErrorCode | 'none'> {
  const before = process.memoryUsage().rss
  try {
    await using extract = await pipeline('feature-extraction', folder, silent)
    await extract('ab abc')
    return 'none'
  } catch (error) {
    if (!isAlbertError(error)) throw error
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MB)
    expect(error.message.length).toBeLessThan(1000)
    return error.code
  }
}

const write =
  (name: string, content: string | Uint8Array): Change =>
  folder =>
    writeFileSync(join(folder, name), content)
const remove =
  (name: string): Change =>
  folder =>
    execFileSync('rm', ['-r', join(folder, name)])
const insteadOf =
  (name: string, make: (path: string) => unknown): Change =>
  folder => {
    remove(name)(folder)
    make(join(folder, name))
  }
const pipe = (path: string) => execFileSync('mkfifo', [path])
const link = (target: string) => (path: string) => symlinkSync(target, path)
const huge = (path: string) => {
  writeFileSync(path, '{"a": [')
  truncateSync(path, 100 * MB)
}

/** One tensor `a` of four bytes, its entry changed. */
const entry = (changes: object, data = new Uint8Array(4)) =>
  rawFile(JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...changes } }), data)
const twoAt = (a: number[], b: number[], size: number) =>
  rawFile(
    JSON.stringify({
      a: { dtype: 'U8', shape: [a[1]! - a[0]!], data_offsets: a },
      b: { dtype: 'U8', shape: [b[1]! - b[0]!], data_offsets: b },
    }),
    new Uint8Array(size),
  )
const SAFETENSORS = 'model.safetensors'
const tensorFile = (content: Uint8Array) => write(SAFETENSORS, content)

const INDEX = 'model.safetensors.index.json'
const shards =
  (file: string): Change =>
  folder => {
    remove(SAFETENSORS)(folder)
    write(INDEX, JSON.stringify({ weight_map: { 'pooler.bias': file } }))(folder)
  }
const indexPipe: Change = folder => {
  remove(SAFETENSORS)(folder)
  pipe(join(folder, INDEX))
}
/** Pieces that nobody has. */
const more = (count: number) => Array.from({ length: count }, (_, i) => [`x${i}`, -9] as [string, number])

const weightAttacks: Attack[] = [
  ['a header longer than the file', tensorFile(rawFile('{}', undefined, 3n)), 'INVALID_CHECKPOINT'],
  ['a header of 2^63 bytes', tensorFile(rawFile('{}', undefined, 2n ** 63n)), 'INVALID_CHECKPOINT'],
  ['tensors that overlap', tensorFile(twoAt([0, 3], [2, 4], 4)), 'INVALID_CHECKPOINT'],
  ['a hole', tensorFile(twoAt([0, 1], [2, 4], 4)), 'INVALID_CHECKPOINT'],
  ['a negative offset', tensorFile(entry({ data_offsets: [-4, 0] })), 'INVALID_CHECKPOINT'],
  ['the size of another dtype', tensorFile(entry({ dtype: 'F64' })), 'INVALID_CHECKPOINT'],
  [
    'a name twice',
    tensorFile(rawFile('{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":1}', new Uint8Array(1))),
    'INVALID_CHECKPOINT',
  ],
  ['a file that ends too early', folder => truncateSync(join(folder, SAFETENSORS), 2000), 'INVALID_CHECKPOINT'],
  ['an empty file', tensorFile(new Uint8Array()), 'INVALID_CHECKPOINT'],
  ['no file', remove(SAFETENSORS), 'MODEL_NOT_FOUND'],
  ['a folder in its place', insteadOf(SAFETENSORS, path => mkdirSync(path)), 'INVALID_CHECKPOINT'],
  ['a link that leads to itself', insteadOf(SAFETENSORS, link(SAFETENSORS)), 'MODEL_NOT_FOUND'],
  ['a link to a file of something else', insteadOf(SAFETENSORS, link(import.meta.filename)), 'INVALID_CHECKPOINT'],
  ['a pipe without a writer', insteadOf(SAFETENSORS, pipe), 'INVALID_CHECKPOINT'],
  ['a device', insteadOf(SAFETENSORS, link('/dev/zero')), 'INVALID_CHECKPOINT'],
  ['an index that leads upwards', shards('../secret.safetensors'), 'INVALID_CHECKPOINT'],
  ['an index of shards that are not there', shards('gone.safetensors'), 'INVALID_CHECKPOINT'],
  ['an index that is a pipe', indexPipe, 'INVALID_CHECKPOINT'],
]

const config = (changes: object): Change =>
  write('config.json', JSON.stringify({ ...JSON.parse(configText(parseConfig(tinyConfig))), ...changes }))
const configAttacks: Attack[] = [
  ['100 MB', insteadOf('config.json', huge), 'INVALID_CONFIG'],
  ['a pipe', insteadOf('config.json', pipe), 'INVALID_CONFIG'],
  ['lists 100,000 deep', write('config.json', '['.repeat(100_000)), 'INVALID_CONFIG'],
  [
    'an unknown field 100,000 deep',
    write('config.json', `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
    'INVALID_CONFIG',
  ],
  ['hidden_size 0', config({ hidden_size: 0 }), 'INVALID_CONFIG'],
  ['hidden_size 7 of 4 heads', config({ hidden_size: 7 }), 'INVALID_CONFIG'],
  ['hidden_size 10^9', config({ hidden_size: 1e9 }), 'INVALID_CONFIG'],
  ['hidden_size of another model', config({ hidden_size: 52 }), 'INVALID_CHECKPOINT'],
  ['10^6 layers', config({ num_hidden_layers: 1e6 }), 'INVALID_CONFIG'],
  [
    '1024 unshared layers of 64 blocks',
    config({ num_hidden_layers: 1024, num_hidden_groups: 1024, inner_group_num: 64 }),
    'INVALID_CONFIG',
  ],
  [
    '1024 unshared layers of 4 blocks, which may be',
    config({ num_hidden_layers: 1024, num_hidden_groups: 1024, inner_group_num: 4 }),
    'INVALID_CHECKPOINT',
  ],
  ['vocab_size 10^7', config({ vocab_size: 1e7 }), 'INVALID_CONFIG'],
  ['vocab_size 2,000,000, for which the file is too small', config({ vocab_size: 2e6 }), 'INVALID_CHECKPOINT'],
  ['numbers as text', config({ vocab_size: '99' }), 'INVALID_CONFIG'],
  ['no file', remove('config.json'), 'MODEL_NOT_FOUND'],
]

const JSON_FILE = 'tokenizer.json'
const tokenizer = (edit: (file: ReturnType<typeof tinyJson>) => unknown): Change => {
  const file = tinyJson()
  edit(file)
  return write(JSON_FILE, JSON.stringify(file))
}
const spiece =
  (content: Uint8Array): Change =>
  folder => {
    remove(JSON_FILE)(folder)
    write('spiece.model', content)(folder)
  }
const tokenizerAttacks: Attack[] = [
  ['100 MB', insteadOf(JSON_FILE, huge), 'INVALID_TOKENIZER'],
  ['a pipe', insteadOf(JSON_FILE, pipe), 'INVALID_TOKENIZER'],
  ['a link that leads to itself', insteadOf(JSON_FILE, link(JSON_FILE)), 'MODEL_NOT_FOUND'],
  ['lists 1,000,000 deep', write(JSON_FILE, '['.repeat(1e6)), 'INVALID_TOKENIZER'],
  ['a list of 10^7 entries', write(JSON_FILE, `{"model":{"vocab":[${'0,'.repeat(1e7)}0]}}`), 'INVALID_TOKENIZER'],
  ['10^7 pieces', spiece(Buffer.alloc(2e7, Buffer.from([10, 0]))), 'INVALID_TOKENIZER'],
  [
    'steps within steps',
    tokenizer(file => (file.normalizer.normalizers[0] = { type: 'Sequence', normalizers: [{ type: 'NFKD' }] })),
    'INVALID_TOKENIZER',
  ],
  ['more tokens than the model', tokenizer(file => file.model.vocab.push(...more(100))), 'INVALID_TOKENIZER'],
  [
    'an expression that would take for ever',
    tokenizer(file => (file.normalizer.normalizers[0]!['pattern'] = { Regex: '(a+)+$' })),
    'INVALID_TOKENIZER',
  ],
  [
    'a piece that promises 2^62 bytes',
    spiece(Buffer.from([10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40])),
    'INVALID_TOKENIZER',
  ],
  ['a vocabulary that is cut', spiece(tinySpiece().subarray(0, 40)), 'INVALID_TOKENIZER'],
  ['no piece', spiece(bytesField(2, Buffer.alloc(0))), 'INVALID_TOKENIZER'],
  ['settings of 100 MB', folder => huge(join(folder, 'tokenizer_config.json')), 'INVALID_TOKENIZER'],
]

const foreign =
  (name: string): Change =>
  folder => {
    remove(SAFETENSORS)(folder)
    // What unpickling would run.
    write(name, `cos\nsystem\n(S'touch ${join(folder, 'ran')}'\ntR.`)(folder)
  }
const foreignFiles = [
  'pytorch_model.bin',
  'model.pt',
  'model.pth',
  'model.ckpt',
  'model.onnx',
  'tf_model.h5',
  'model.gguf',
]

describe.runIf(isUnix).each([
  ['row 29: weights', weightAttacks],
  ['row 30: configuration', configAttacks],
  ['row 30: tokenizer', tokenizerAttacks],
  ['row 31: other formats', foreignFiles.map(name => [name, foreign(name), 'UNSUPPORTED_CHECKPOINT'] as Attack)],
])('%s', (_, attacks) => {
  test.each(attacks)('%s', async (_, change, code) => {
    expect(await refusal(await folderWith(change))).toBe(code)
    expect(exitCodeOf[code]).toBe(66)
  })
})

describe('what those attacks are measured by', () => {
  test('the folder as it was', async () => {
    expect(await refusal(await folderWith(() => {}))).toBe('none')
  })

  test.runIf(isUnix)('a link to the weights, as caches of downloads have it', async () => {
    expect(await refusal(await folderWith(insteadOf(SAFETENSORS, link(join(weights, SAFETENSORS)))))).toBe('none')
  })
})

test('row 31: other formats are refused with a way out, and never opened', async () => {
  for (const name of foreignFiles) {
    const folder = await folderWith(foreign(name))
    await expect(AlbertModel.from_pretrained(folder, silent)).rejects.toMatchObject({
      hint: expect.stringMatching(/\w/),
    })
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  }
})

describe('row 32: weights that make no numbers', () => {
  test.each([
    ['NaN', Number.NaN],
    ['infinity', Infinity],
    ['numbers that grow beyond all bounds', 3.4e38],
  ])('%s', async (_, value) => {
    const folder = await folderWith(path => {
      const file = join(path, SAFETENSORS)
      const bytes = readFileSync(file)
      const start = 8 + Number(bytes.readBigUInt64LE())
      const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, { data_offsets: [number, number] }>
      const [begin, end] = header['encoder.albert_layer_groups.0.albert_layers.0.ffn.bias']!.data_offsets
      for (let at = start + begin; at < start + end; at += 4) bytes.writeFloatLE(value, at)
      writeFileSync(file, bytes)
    })
    expect(await refusal(folder)).toBe('NUMERIC')
  })
})

const bad = (changes: object) => ({ input_ids: [[1, 2, 3]], ...changes }) as never
describe('row 12: ids', () => {
  test.each([
    ['-1', bad({ input_ids: [[-1]] }), 'INVALID_INPUT'],
    ['the size of the vocabulary', bad({ input_ids: [[99]] }), 'INVALID_INPUT'],
    ['2^31', bad({ input_ids: [[2 ** 31]] }), 'INVALID_INPUT'],
    ['2^53', bad({ input_ids: [[2 ** 53]] }), 'INVALID_INPUT'],
    ['2^53 as a bigint', bad({ input_ids: [[2n ** 53n]] }), 'INVALID_INPUT'],
    ['1.5', bad({ input_ids: [[1.5]] }), 'INVALID_INPUT'],
    ['"3"', bad({ input_ids: [['3']] }), 'INVALID_INPUT'],
    ['10^6 of them', bad({ input_ids: [new Array(1e6).fill(1)] }), 'TOO_LONG'],
    ['token type 2', bad({ token_type_ids: [[0, 0, 2]] }), 'INVALID_INPUT'],
    ['rows of different lengths', bad({ input_ids: [[1, 2], [3]] }), 'INVALID_INPUT'],
    ['a mask of another length', bad({ attention_mask: [[1, 1]] }), 'INVALID_INPUT'],
    ['none', bad({ input_ids: [] }), 'EMPTY_INPUT'],
    ['an empty row', bad({ input_ids: [[]] }), 'EMPTY_INPUT'],
    ['null', bad({ input_ids: null }), 'INVALID_INPUT'],
    ['text', bad({ input_ids: 'ab' }), 'INVALID_INPUT'],
  ])('%s: refused before any native call', async (_, inputs, code) => {
    const forward = vi.fn()
    const native = {
      isa: 'generic',
      threads: 1,
      forward,
      dispose: async () => {},
    } as Partial<NativeModel> as NativeModel
    const { config } = healthy
    const model = new AlbertModel({
      config,
      head: 'none',
      arithmetic: { dtype: 'fp32', quality: 'fast' },
      labels: 2,
      missingHead: [],
      native,
    })
    await expect(model(inputs)).rejects.toMatchObject({ code })
    expect(forward).not.toHaveBeenCalled()
  })
})

describe('rows 5 and 14: texts', async () => {
  const extract = await pipeline('feature-extraction', await folderWith(() => {}), silent)
  const fill = await pipeline('fill-mask', undefined, silent)

  test.each([
    ['null', null],
    ['a number', 7],
    ['an object', { inputs: 'ab' }],
    ['null in a list', ['ab', null]],
    ['a list in a list', [['ab', ['c']]]],
    ['nothing', undefined],
  ])('%s is no text', async (_, value) => {
    await expect(extract(value as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('an empty list is answered by an empty list, an empty text is a text', async () => {
    expect((await extract([], { pooling: 'mean' })).dims[0]).toBe(0)
    expect((await extract('', { pooling: 'mean' })).dims).toEqual([1, 48])
    await expect(fill('')).rejects.toMatchObject({ code: 'MASK_NOT_FOUND' })
  })

  test.each([
    ['a lone surrogate', '\ud800'],
    ['NUL', '\0'],
    ['a byte order mark', '\ufeff'],
    ['half an emoji before a mask', '\ud83d'],
    ['ten thousand marks on one letter', `e${'\u0301'.repeat(1e4)}`],
  ])('%s is accepted', async (_, part) => {
    const [best] = await fill(`${part}The sky is [MASK].${part}`, { top_k: 1 })
    expect(best).toMatchObject({ token_str: expect.any(String), score: expect.any(Number) })
    const { data } = await extract(part, { pooling: 'mean' })
    expect((data as Float32Array).every(Number.isFinite)).toBe(true)
  })

  test('a lone surrogate counts as U+FFFD', async () => {
    const of = async (text: string) => [...(await extract(text, { pooling: 'mean' })).data]
    expect(await of('ab \udc00 abc')).toEqual(await of('ab \ufffd abc'))
  })
})

describe('row 10: a megabyte of anything is cut and answered', async () => {
  const extract = await pipeline('feature-extraction', await folderWith(() => {}), silent)

  test.each([
    ['no space', 'ab'],
    ['one rare code point', '\ua66e'],
    ['combining marks', '\u0301'],
    ['U+FDFA', '\ufdfa'],
  ])('%s', async (_, unit) => {
    const text = unit.repeat(MB / Buffer.byteLength(unit))
    expect((await extract(text, { pooling: 'mean' })).dims).toEqual([1, 48])
    const tokens = await (await AutoTokenizer.from_pretrained()).encodeBatch([text], {
      truncation: true,
      max_length: 128,
    })
    expect(tokens[0]!.ids.length).toBeLessThanOrEqual(128)
  })
})
