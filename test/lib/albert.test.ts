// The life of a model: loading options, calls in flight, abort, disposal, memory, parameters, saving.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, it } from 'vitest'
import { AlbertPreTrainedModel } from '../../lib/albert.js'
import { packEncodings } from '../../lib/batch.js'
import { fastDtypes } from '../../lib/dtype.js'
import {
  AlbertForMaskedLM,
  AlbertForPreTraining,
  AlbertForSequenceClassification,
  AlbertModel,
} from '../../lib/heads.js'
import type { PretrainedOptions } from '../../lib/load-model.js'
import type { FileEvent, LoadEvent } from '../../lib/load-progress.js'
import { nativeAddon, packageRoot } from '../../lib/native-loader.js'
import type { FloatTensor, Tensor } from '../../lib/tensor.js'
import { readSafetensors, writeSafetensors } from '../golden/numeric-case.js'
import { someIds, tinyConfig } from './models.js'

const folder = mkdtempSync(join(tmpdir(), 'albert-life-'))
afterAll(() => rmSync(folder, { recursive: true }))
let folders = 0
const newFolder = () => join(folder, `model-${++folders}`)

const error = (code: string, message: string) =>
  expect.objectContaining({ name: 'AlbertError', code, message: expect.stringContaining(message) })
const input_ids = someIds(2, 6)
const bits = ({ data }: FloatTensor | Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)
/** Enough blocks that a call takes a while and has many places to stop. */
const deepConfig = { ...tinyConfig, hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 400 }
const longTexts = packEncodings(Array.from({ length: 8 }, () => ({ ids: Array(64).fill(9), types: Array(64).fill(0) })))

describe('from_pretrained', () => {
  it('without a name loads the model in the package', async () => {
    await using model = await AlbertForPreTraining.from_pretrained()
    expect(model.config.vocab_size).toBe(8000)
    const usable = nativeAddon()
      .machine()
      .isas.filter(row => row.usable)
    const { dtype, device, head, isa, missingHead } = model
    expect({ dtype, device, head, missingHead }).toEqual({
      // The file is in bfloat16.
      dtype: fastDtypes(usable, '').includes('bf16') ? 'bf16' : 'fp32',
      device: 'cpu',
      head: 'pretraining',
      missingHead: [],
    })
    expect(isa).toBe(usable.at(-1)!.name)
    expect(model.threads).toBe(nativeAddon().machine().threads)
  })

  it('gives a callable object of its class', async () => {
    await using model = await AlbertForMaskedLM.from_pretrained(undefined, { dtype: 'fp32', threads: 1 })
    expect(model).toBeTypeOf('function')
    expect(model).toBeInstanceOf(AlbertForMaskedLM)
    expect(model).toBeInstanceOf(AlbertPreTrainedModel)
    expect(model).not.toBeInstanceOf(AlbertModel)
    expect(inspect(model)).toBe(`AlbertForMaskedLM (fp32, ${model.isa}, 1 thread)`)
  })

  it.each<[string, PretrainedOptions, string, string]>([
    ['cuda', { device: 'cuda' }, 'DEVICE_UNAVAILABLE', 'Device "cuda" is not there'],
    ['gpu', { device: 'gpu' }, 'DEVICE_UNAVAILABLE', 'Device "gpu"'],
    ['q4', { dtype: 'q4' as never }, 'UNSUPPORTED_DTYPE', 'this version runs auto, fp32, fp64, fp16, bf16, int8, q8'],
    ['uint8', { dtype: 'uint8' as never }, 'UNSUPPORTED_DTYPE', 'dtype "uint8" is not supported'],
    ['a quality that is none', { dtype: 'int8', quality: 'best' as never }, 'INVALID_INPUT', 'quality is "best"'],
    [
      'an unknown instruction set',
      { isa: 'mmx' },
      'UNSUPPORTED_ISA',
      'Instruction set "mmx" does not exist; here run reference',
    ],
    ['half a thread', { threads: 0.5 }, 'INVALID_INPUT', 'threads is 0.5'],
    ['threads in quotes', { threads: '2' as never }, 'INVALID_INPUT', 'threads is "2"'],
    ['session options that are none', { session_options: 5 as never }, 'INVALID_INPUT', 'session_options must be'],
    ['a symbol for a dtype', { dtype: Symbol('x') as never }, 'UNSUPPORTED_DTYPE', 'dtype Symbol(x) is not supported'],
    ['an object for a device', { device: Object.create(null) }, 'DEVICE_UNAVAILABLE', 'Device an object with no keys'],
    ['negative threads', { session_options: { intraOpNumThreads: -1 } }, 'INVALID_INPUT', 'threads is -1'],
    [
      'an unknown schedule',
      { schedule: 'run' as never },
      'INVALID_INPUT',
      'schedule is "run"; it must be one of auto, split, walk.',
    ],
  ])('refuses %s', async (_, options, code, message) => {
    await expect(AlbertModel.from_pretrained(undefined, options)).rejects.toThrow(error(code, message))
  })

  it('names every place where it looked', async () => {
    const places = [join(process.cwd(), 'no-such-model'), join(process.cwd(), 'models', 'no-such-model')]
    // It could be the id of a model on the hub.
    const loading = AlbertModel.from_pretrained('no-such-model', { local_files_only: true })
    for (const place of [...places, 'models--no-such-model'])
      await expect(loading).rejects.toThrow(error('OFFLINE', place))
    await expect(AlbertModel.from_pretrained('no such model')).rejects.toThrow(
      error('MODEL_NOT_FOUND', 'no such model'),
    )
    await expect(AlbertModel.from_pretrained('./package.json')).rejects.toThrow(
      error('MODEL_NOT_FOUND', 'not a folder'),
    )
    await expect(AlbertModel.from_pretrained('')).rejects.toThrow(error('INVALID_INPUT', 'the path of its folder'))
  })

  it('says that fp16 runs as fp32, and what of session_options is not read', async () => {
    const heard: string[] = []
    const warning_callback = (message: string) => void heard.push(message)
    const session_options = { intraOpNumThreads: 1, graphOptimizationLevel: 'all' }
    await using model = await AlbertForPreTraining.from_pretrained(undefined, {
      dtype: 'fp16',
      session_options,
      warning_callback,
    })
    expect(model.dtype).toBe('fp32')
    expect(model.threads).toBe(1)
    expect(heard).toEqual([
      "dtype 'fp16' is a form of storage here: the model runs as fp32.",
      'session_options: only intraOpNumThreads is read, graphOptimizationLevel not.',
    ])
  })

  it('says what the checkpoint lacks, and which of it is the head', async () => {
    const path = newFolder()
    const heard: string[] = []
    const warning_callback = (message: string) => void heard.push(message)
    await using classifier = await AlbertForSequenceClassification.from_pretrained(undefined, { warning_callback })
    expect(classifier.missingHead).toEqual(['classifier.weight', 'classifier.bias'])
    expect(heard).toEqual([
      expect.stringMatching(/starter-en: not in the checkpoint and newly initialised .*classifier\.weight/),
    ])
    await using words = await AlbertForMaskedLM.from_config(tinyConfig)
    await words.save_pretrained(path)
    heard.length = 0
    await using bare = await AlbertModel.from_pretrained(path, { warning_callback })
    expect(bare.missingHead).toEqual([])
    expect(heard.join()).toContain('the pooler is newly initialised, so pooled vectors are random')
    await using order = await AlbertForPreTraining.from_pretrained(path, { warning_callback })
    expect(order.missingHead).toEqual([
      'pooler.weight',
      'pooler.bias',
      'sop_classifier.classifier.weight',
      'sop_classifier.classifier.bias',
    ])
  })

  it('reads ALBERT_ISA and ALBERT_SCHEDULE, which options overrule', async () => {
    const { ALBERT_ISA, ALBERT_SCHEDULE } = process.env
    try {
      process.env['ALBERT_ISA'] = 'reference'
      process.env['ALBERT_SCHEDULE'] = 'sprint'
      await expect(AlbertModel.from_config(tinyConfig)).rejects.toThrow(
        error('INVALID_INPUT', 'ALBERT_SCHEDULE is "sprint"'),
      )
      await using model = await AlbertModel.from_config(tinyConfig, { schedule: 'walk' })
      expect(model.isa).toBe('reference')
      process.env['ALBERT_ISA'] = 'mmx'
      const message = 'Instruction set "mmx" of ALBERT_ISA does not exist'
      await expect(AlbertModel.from_config(tinyConfig)).rejects.toThrow(error('UNSUPPORTED_ISA', message))
    } finally {
      restore('ALBERT_ISA', ALBERT_ISA)
      restore('ALBERT_SCHEDULE', ALBERT_SCHEDULE)
    }
  })

  it('tells its progress by file; what the callback throws rejects the load', async () => {
    const events: LoadEvent[] = []
    await using model = await AlbertForPreTraining.from_pretrained(undefined, {
      progress_callback: event => void events.push(event),
    })
    expect(model.missingHead).toEqual([])
    const files = events.filter((event): event is FileEvent => event.status !== 'progress_total')
    expect(files.map(({ status, file }) => `${status} ${file}`)).toEqual([
      'initiate config.json',
      'done config.json',
      'initiate model.safetensors',
      ...files.filter(({ status }) => status === 'progress').map(() => 'progress model.safetensors'),
      'done model.safetensors',
    ])
    for (const last of [files.at(-2), events.at(-2)]) expect(last).toMatchObject({ name: 'starter-en', progress: 100 })
    const progress_callback = ({ status }: LoadEvent) => {
      if (status === 'progress') throw new Error('not now')
    }
    await expect(AlbertForPreTraining.from_pretrained(undefined, { progress_callback })).rejects.toThrow('not now')
  })

  it('stops in the middle of the weights, too', async () => {
    const controller = new AbortController()
    const progress_callback = ({ status }: LoadEvent) => {
      if (status === 'progress') controller.abort(new Error('halfway'))
    }
    const options = { signal: controller.signal, progress_callback }
    await expect(AlbertForPreTraining.from_pretrained(undefined, options)).rejects.toThrow('halfway')
  })

  it('stops with the reason of its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(AlbertModel.from_pretrained(undefined, { signal })).rejects.toThrow('enough')
  })
})

describe('forward', () => {
  it('computes only what is asked for', async () => {
    await using model = await AlbertForMaskedLM.from_config(tinyConfig)
    const batch = packEncodings([{ ids: [1, 2, 3], types: [0, 0, 0] }])
    const outputs = await model.forward(batch, { outputs: ['logits'], rows: Int32Array.of(1) })
    expect(Object.keys(outputs)).toEqual(['logits'])
    expect(outputs['logits']!.dims).toEqual([1, 99])
    expect(await model.forward(batch, { outputs: [] })).toEqual({})
  })

  it('refuses outputs that the head does not have', async () => {
    await using model = await AlbertForMaskedLM.from_config(tinyConfig)
    const batch = packEncodings([{ ids: [1], types: [0] }])
    await expect(model.forward(batch, { outputs: ['pooler_output'] })).rejects.toThrow(
      error(
        'NO_HEAD',
        "AlbertForMaskedLM has no output 'pooler_output'; it has last_hidden_state, hidden_states, attentions, logits.",
      ),
    )
    await expect(model.forward(batch, undefined as never)).rejects.toThrow(
      error('INVALID_INPUT', 'outputs must be an array of the outputs wanted: last_hidden_state'),
    )
    await expect(model.forward(undefined as never, { outputs: [] })).rejects.toThrow(
      error('INVALID_INPUT', 'A packed batch is an object such as packEncodings gives, not undefined.'),
    )
    await expect(model.forward(batch, { outputs: ['logit'] })).rejects.toThrow(error('INVALID_INPUT', "'logit'"))
    await expect(model.forward(batch, { outputs: ['logits'], rows: Int32Array.of(1) })).rejects.toThrow(
      error('INVALID_INPUT', 'rows[0] is 1'),
    )
    await expect(model.forward({ ...batch, ids: Int32Array.of(99) }, { outputs: ['logits'] })).rejects.toThrow(
      error('INVALID_INPUT', 'ids[0] (sequence 0, token 0) is 99'),
    )
  })

  it('runs calls one after another and answers each', async () => {
    await using model = await AlbertModel.from_config(tinyConfig)
    const calls = Array.from({ length: 20 }, (_, i) => model({ input_ids: [[i, i + 1]] }))
    const again = await model({ input_ids: [[7, 8]] })
    expect(bits((await calls[7]!).pooler_output).equals(bits(again.pooler_output))).toBe(true)
    expect(
      new Set((await Promise.all(calls)).map(({ pooler_output }) => bits(pooler_output).toString('hex'))).size,
    ).toBe(20)
  })

  it('names the text whose answer is not a number', async () => {
    const path = newFolder()
    await using healthy = await AlbertForSequenceClassification.from_config(tinyConfig)
    await healthy.save_pretrained(path)
    const file = join(path, 'model.safetensors')
    const tensors = readSafetensors(file)
    const table = tensors.get('albert.embeddings.word_embeddings.weight')!
    const values = new Float32Array(Uint8Array.from(table.bytes).buffer)
    values.fill(Number.NaN, 50 * 16, 51 * 16)
    tensors.set('albert.embeddings.word_embeddings.weight', { ...table, bytes: new Uint8Array(values.buffer) })
    writeSafetensors(file, tensors)
    await using model = await AlbertForSequenceClassification.from_pretrained(path)
    await expect(
      model({
        input_ids: [
          [1, 2],
          [3, 4],
          [5, 50],
        ],
      }),
    ).rejects.toThrow(error('NUMERIC', 'of text 2'))
    expect(
      (
        await model({
          input_ids: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        })
      ).logits.dims,
    ).toEqual([3, 2])
    // Nobody attends to a hidden column, so what it holds does no harm.
    const attention_mask = [
      [1, 1],
      [1, 0],
    ]
    expect(
      (
        await model({
          input_ids: [
            [1, 2],
            [5, 50],
          ],
          attention_mask,
        })
      ).logits.dims,
    ).toEqual([2, 2])
  })
})

describe('an AbortSignal', () => {
  it('stops a call between two blocks, with its reason', async () => {
    await using model = await AlbertModel.from_config(deepConfig)
    const request = { outputs: ['pooler_output'] }
    const started = performance.now()
    await model.forward(longTexts, request)
    const whole = performance.now() - started
    const controller = new AbortController()
    const begun = performance.now()
    const call = model.forward(longTexts, { ...request, signal: controller.signal })
    setTimeout(() => controller.abort(new Error('changed my mind')), whole / 10)
    await expect(call).rejects.toThrow('changed my mind')
    // The queue is free again at once: the next call takes as long as the first did.
    await model.forward(packEncodings([{ ids: [1], types: [0] }]), request)
    expect(performance.now() - begun).toBeLessThan(whole * 0.8)
  })

  it('rejects at once when it was aborted before, or while the call waits its turn', async () => {
    await using model = await AlbertModel.from_config(deepConfig)
    const reason = new Error('no')
    await expect(model({ input_ids }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const first = model.forward(longTexts, { outputs: ['pooler_output'] })
    let firstDone = false
    void first.then(() => {
      firstDone = true
    })
    const second = model({ input_ids }, { signal: controller.signal })
    setImmediate(() => controller.abort())
    await expect(second).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(firstDone).toBe(false)
    await first
  })
})

describe('dispose', () => {
  it('lets calls in flight finish, refuses later ones, and may be called again', async () => {
    const model = await AlbertModel.from_config({ ...deepConfig, num_hidden_layers: 40 })
    const call = model.forward(longTexts, { outputs: ['pooler_output'] })
    const disposal = model.dispose()
    expect(model.dispose()).toBe(disposal)
    const message = 'This AlbertModel was disposed.'
    await expect(model({ input_ids })).rejects.toThrow(error('DISPOSED', message))
    await expect(model.forward(longTexts, { outputs: [] })).rejects.toThrow(error('DISPOSED', message))
    await expect(model.save_pretrained(newFolder())).rejects.toThrow(error('DISPOSED', message))
    expect(() => model.memory()).toThrow(error('DISPOSED', message))
    expect(() => model.parameters()).toThrow(error('DISPOSED', message))
    expect((await call)['pooler_output']!.dims).toEqual([8, 64])
    await disposal
    expect(inspect(model)).toBe('AlbertModel (disposed)')
    expect(model.config.hidden_size).toBe(64)
    expect(model.isa).toBeTypeOf('string')
  })

  it('lets calls in flight finish, but not a save', async () => {
    const model = await AlbertModel.from_config(tinyConfig)
    const call = model({ input_ids })
    const saving = model.save_pretrained(newFolder())
    const refusal = expect(saving).rejects.toThrow(error('DISPOSED', 'disposed'))
    await model.dispose()
    expect((await call).pooler_output.dims).toEqual([2, 48])
    await refusal
  })

  it('settles though nobody holds the model any more', async () => {
    await (await AlbertModel.from_config(tinyConfig)).dispose()
  })

  it('gives native memory and threads back: rounds do not add up', async () => {
    // 5.5 MB of weights a round; 40 rounds that keep theirs would hold 220 MB.
    const config = { ...tinyConfig, hidden_size: 320, intermediate_size: 1280 }
    const round = async () => {
      await using model = await AlbertModel.from_config(config)
      await model({ input_ids })
    }
    const threads = () => (process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0)
    for (let i = 0; i < 5; i++) await round()
    const before = { bytes: process.memoryUsage.rss(), threads: threads() }
    for (let i = 0; i < 40; i++) await round()
    expect(process.memoryUsage.rss() - before.bytes).toBeLessThan(110e6)
    expect(threads()).toBeLessThanOrEqual(before.threads + 1)
  })
})

describe('a forgotten model', () => {
  it.runIf(process.platform === 'linux')('is disposed when it is collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const threads = () => readdirSync('/proc/self/task').length
    const before = threads()
    for (let i = 0; i < 10; i++) await (await AlbertModel.from_config(tinyConfig))({ input_ids })
    expect(threads()).toBeGreaterThanOrEqual(before + 5)
    for (let i = 0; i < 50 && threads() > before + 1; i++) {
      collect()
      await sleep(20)
    }
    expect(threads()).toBeLessThanOrEqual(before + 1)
  })
})

describe('memory', () => {
  it('tells weights, packed weights and workspace in bytes', async () => {
    await using model = await AlbertModel.from_config(tinyConfig)
    const parameters = [...model.parameters().values()]
    const count = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0)
    const before = model.memory()
    expect(before.weights + before.packed).toBeGreaterThanOrEqual(count * 4)
    expect(before.weights + before.packed).toBeLessThan(count * 4 * 2)
    expect(before.workspace).toBe(0)
    await model({ input_ids })
    expect(model.memory().workspace).toBeGreaterThan(2 * 6 * 48 * 4)
  })
})

describe('parameters', () => {
  it('have the names, shapes and values of the checkpoint', async () => {
    await using model = await AlbertForPreTraining.from_pretrained()
    const file = readSafetensors(join(packageRoot(), 'models/starter-en/model.safetensors'))
    const parameters = model.parameters()
    expect([...parameters.keys()].sort()).toEqual([...file.keys()].sort())
    for (const [name, { entry, bytes }] of file) {
      const { shape, data } = parameters.get(name)!
      expect(shape).toEqual(entry.shape)
      const stored = new Uint16Array(Uint8Array.from(bytes).buffer)
      const values = new Uint32Array(data().buffer)
      expect(values.length).toBe(stored.length)
      expect(
        values.every((value, i) => value === (stored[i]! << 16) >>> 0),
        name,
      ).toBe(true)
    }
  })

  it('are gone with the model', async () => {
    const model = await AlbertModel.from_config(tinyConfig)
    const [parameter] = model.parameters().values()
    await model.dispose()
    expect(() => parameter!.data()).toThrow(error('DISPOSED', 'disposed'))
  })

  it('say which layers share them', async () => {
    const sharing = { attention_groups: 1, ffn_groups: 3 }
    await using albert = await AlbertModel.from_config({ ...tinyConfig, num_hidden_groups: 2 })
    await using mixed = await AlbertModel.from_config({ ...tinyConfig, sharing })
    const group = (g: number) => `encoder.albert_layer_groups.${g}.albert_layers.0.ffn.weight`
    expect(albert.parameters().get(group(0))!.sharedBy).toEqual([0, 1])
    expect(albert.parameters().get(group(1))!.sharedBy).toEqual([2])
    expect(albert.parameters().get('pooler.weight')!.sharedBy).toEqual([])
    expect(mixed.parameters().get('encoder.attention_groups.0.query.bias')!.sharedBy).toEqual([0, 1, 2])
    expect(mixed.parameters().get('encoder.ffn_groups.1.ffn.weight')!.sharedBy).toEqual([1])
  })
})

describe('a packed call with fields of a wrong kind', () => {
  const packed = packEncodings([{ ids: [2, 5, 3], types: [0, 0, 0] }])

  it.each(['ids', 'visible', 'types', 'labels', 'startPositions'])('refuses %s', async name => {
    await using model = await AlbertForMaskedLM.from_config(tinyConfig)
    for (const value of [null, Number.NaN, '']) {
      const wrong = { [name]: value }
      const refusal = error('INVALID_INPUT', name)
      await expect(model.forward({ ...packed, ...wrong }, { outputs: ['logits'] })).rejects.toThrow(refusal)
      await expect(model.forward(packed, { outputs: ['logits'], ...wrong })).rejects.toThrow(refusal)
    }
  })
})

describe('save_pretrained', () => {
  it('writes what loads back bit for bit', async () => {
    const path = newFolder()
    await using model = await AlbertForMaskedLM.from_config(tinyConfig, { seed: 3 })
    await model.save_pretrained(path)
    await using again = await AlbertForMaskedLM.from_pretrained(path)
    expect(again.config).toMatchObject(tinyConfig)
    expect([...again.parameters().keys()]).toEqual([...model.parameters().keys()])
    for (const [name, { data }] of model.parameters())
      expect(again.parameters().get(name)!.data(), name).toEqual(data())
    expect(bits((await again({ input_ids })).logits).equals(bits((await model({ input_ids })).logits))).toBe(true)
  })

  it.each([5, '', null, undefined])('refuses %j for a folder', async folder => {
    await using model = await AlbertModel.from_config(tinyConfig)
    await expect(model.save_pretrained(folder as never)).rejects.toThrow(error('INVALID_INPUT', 'given by its path'))
  })

  it.each([Symbol('x'), Object.create(null), 5])('refuses a dtype that is no word: case %#', async dtype => {
    await using model = await AlbertModel.from_config(tinyConfig, { session_options: null as never })
    await expect(model.save_pretrained(newFolder(), { dtype: dtype as never })).rejects.toThrow(
      error('UNSUPPORTED_DTYPE', 'a model is saved as one of'),
    )
  })

  it('keeps the problem that the first labels settled', async () => {
    const path = newFolder()
    await using model = await AlbertForSequenceClassification.from_config(tinyConfig)
    await model({
      input_ids,
      labels: [
        [0.5, 1],
        [1, 0],
      ],
    })
    await model.save_pretrained(path)
    expect(JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'))).toMatchObject({
      architectures: ['AlbertForSequenceClassification'],
      problem_type: 'multi_label_classification',
    })
  })

  it.each([
    ['F16', (x: number) => halfBits(x, 10), 2 ** -11],
    ['BF16', (x: number) => halfBits(x, 7), 2 ** -8],
  ] as const)('files in %s are read exactly', async (dtype, toBits, step) => {
    const path = newFolder()
    await using model = await AlbertModel.from_config(tinyConfig)
    await model.save_pretrained(path)
    const file = join(path, 'model.safetensors')
    const tensors = readSafetensors(file)
    for (const [name, { entry, bytes }] of tensors) {
      const values = new Float32Array(Uint8Array.from(bytes).buffer)
      const halves = new Uint8Array(Uint16Array.from(values, toBits).buffer)
      tensors.set(name, { entry: { ...entry, dtype }, bytes: halves })
    }
    writeSafetensors(file, tensors)
    await using halved = await AlbertModel.from_pretrained(path)
    for (const [name, { data }] of model.parameters()) {
      const rounded = halved.parameters().get(name)!.data()
      const stored = new Uint16Array(Uint8Array.from(tensors.get(name)!.bytes).buffer)
      expect(Array.from(rounded, toBits), name).toEqual([...stored])
      const errors = Array.from(data(), (x, i) => Math.abs(rounded[i]! - x) - Math.abs(x) * step)
      expect(Math.max(...errors), name).toBeLessThanOrEqual(1e-7)
    }
  })
})

describe('a loaded model', () => {
  it('does not mind what happens to its files', async () => {
    const path = newFolder()
    cpSync(join(packageRoot(), 'models/starter-en'), path, { recursive: true })
    await using model = await AlbertForMaskedLM.from_pretrained(path, { warning_callback: () => {} })
    const before = bits((await model({ input_ids })).logits)
    truncateSync(join(path, 'model.safetensors'), 100)
    expect(bits((await model({ input_ids })).logits).equals(before)).toBe(true)
    writeFileSync(join(path, 'model.safetensors'), Buffer.alloc(4_000_000, 0xff))
    expect(bits((await model({ input_ids })).logits).equals(before)).toBe(true)
    rmSync(path, { recursive: true })
    expect(bits((await model({ input_ids })).logits).equals(before)).toBe(true)
  })

  it('lets timers fire while it computes and while results are copied', async () => {
    await using model = await AlbertModel.from_config({ ...tinyConfig, hidden_size: 256, num_hidden_layers: 24 })
    const batch = packEncodings(
      Array.from({ length: 16 }, () => ({ ids: Array(64).fill(3), types: Array(64).fill(0) })),
    )
    const gaps: number[] = []
    let last = performance.now()
    const timer = setInterval(() => {
      gaps.push(performance.now() - last)
      last = performance.now()
    }, 1)
    const started = performance.now()
    // 25 hidden states of 1024 × 256: 26 MB, copied in seven slices.
    const { hidden_states } = await model.forward(batch, { outputs: ['hidden_states'] })
    const elapsed = performance.now() - started
    clearInterval(timer)
    expect(hidden_states!.dims).toEqual([25, 1024, 256])
    expect(gaps.length).toBeGreaterThan(6)
    expect(Math.max(...gaps)).toBeLessThan(Math.max(50, elapsed / 4))
    await sleep(0)
  })
})

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

/** Bits of a half-precision number with `mantissa` bits, rounded to nearest even; good for the sizes of fresh weights. */
function halfBits(x: number, mantissa: 7 | 10): number {
  const word = new Uint32Array(Float32Array.of(x).buffer)[0]!
  const sign = (word >>> 16) & 0x8000
  if (mantissa === 7) return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  const magnitude = Math.abs(x)
  if (magnitude < 2 ** -14) return sign | roundEven(magnitude * 2 ** 24)
  const exponent = Math.floor(Math.log2(magnitude))
  return sign | (((exponent + 15) << 10) + roundEven((magnitude / 2 ** exponent - 1) * 1024))
}

function roundEven(x: number): number {
  const below = Math.floor(x)
  const rest = x - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}
