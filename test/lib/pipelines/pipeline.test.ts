// What all pipelines have in common: loading, batches, length, cancelling, disposal.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { AlbertModel } from '../../../lib/heads.js'
import type { ProgressEvent } from '../../../lib/load-progress.js'
import {
  type FeatureExtractionPipeline,
  type FillMaskPipeline,
  pipeline,
  type TruncatedText,
  tasks,
} from '../../../lib/pipelines/index.js'
import { referencePairs } from './reference.js'

const long = 'word '.repeat(600)
let embed: FeatureExtractionPipeline
beforeAll(async () => {
  embed = await pipeline('embeddings')
})
afterAll(() => embed.dispose())

describe('loading', () => {
  test('types follow the task', () => {
    expectTypeOf(pipeline('fill-mask')).resolves.toEqualTypeOf<FillMaskPipeline>()
    expectTypeOf(pipeline<'embeddings'>).returns.resolves.toEqualTypeOf<FeatureExtractionPipeline>()
  })

  test('the alias is another word for the task', () => {
    expect(embed.task).toBe('feature-extraction')
  })

  test('an unknown task names the known ones and the nearest', async () => {
    await expect(pipeline('fillmask' as never)).rejects.toMatchObject({
      code: 'UNSUPPORTED_TASK',
      message: expect.stringContaining(Object.keys(tasks).at(-1)!),
      hint: "Did you mean 'fill-mask'?",
    })
    for (const task of ['constructor', undefined, null, 5])
      await expect(pipeline(task as never)).rejects.toMatchObject({ code: 'UNSUPPORTED_TASK' })
  })

  test('options that are none, and callbacks and signals that are none', async () => {
    for (const options of [null, 5, { signal: {} }, { progress_callback: 'say' }])
      await expect(pipeline('fill-mask', null, options as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    for (const options of [null, { signal: {} }, { normalize: 'false' }, { onTruncated: 5 }])
      await expect(embed('A text.', options as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('a task whose head the model lacks says which kind of model to give', async () => {
    await expect(pipeline('text-classification')).rejects.toMatchObject({
      code: 'NO_HEAD',
      message: expect.stringContaining('AlbertForSequenceClassification'),
    })
  })

  test('a model that is not there names the places that were tried', async () => {
    await expect(pipeline('fill-mask', './no-such-model')).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('no-such-model'),
    })
  })

  test('a name that no folder can have is not found either', async () => {
    for (const model of ['a\0b', 'a'.repeat(5000)])
      await expect(pipeline('fill-mask', model)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    await expect(pipeline('fill-mask', 5n as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('a tokenizer that is none, or that has more tokens than the model', async () => {
    const { model, tokenizer } = embed
    for (const given of [null, './no-model', model] as const)
      for (const none of [{}, 5, 'starter-en'])
        await expect(pipeline('embeddings', given, { tokenizer: none as never })).rejects.toMatchObject({
          code: 'INVALID_INPUT',
          message: expect.stringContaining('tokenizer must be'),
        })
    const sizes = { hidden_size: 16, intermediate_size: 16, num_attention_heads: 2, num_hidden_layers: 1 }
    await using small = await AlbertModel.from_config({ ...model.config, ...sizes, vocab_size: 7999 })
    const folder = mkdtempSync(join(tmpdir(), 'albert-misfit-'))
    await small.save_pretrained(folder)
    for (const given of [small, folder])
      await expect(pipeline('embeddings', given, { tokenizer })).rejects.toMatchObject({
        code: 'INVALID_TOKENIZER',
        message: expect.stringMatching(/8000 tokens.*7999/),
      })
    rmSync(folder, { recursive: true })
  })

  test('an empty list asks nothing of the model, not even that it is there', async () => {
    const gone = await pipeline('embeddings')
    await gone.dispose()
    expect((await gone([], { pooling: 'mean' })).dims).toEqual([0, gone.model.config.hidden_size])
    await expect(gone(['A text.'])).rejects.toMatchObject({ code: 'DISPOSED' })
  })

  test('events: initiate, progress and done for each file, the whole, ready last', async () => {
    const events: ProgressEvent[] = []
    const p = await pipeline('fill-mask', null, { progress_callback: event => events.push(event) })
    await p.dispose()
    expect(events.at(-1)).toEqual({ status: 'ready', task: 'fill-mask', model: 'starter-en' })
    for (const file of ['tokenizer.json', 'config.json', 'model.safetensors']) {
      const own = events.filter(event => 'file' in event && event.file === file).map(event => event.status)
      expect([own[0], own.at(-1)]).toEqual(['initiate', 'done'])
    }
    expect(events.filter(event => event.status === 'progress_total').at(-1)).toMatchObject({ progress: 100 })
  })

  test('a callback that throws rejects the load', async () => {
    const progress_callback = (): void => {
      throw new Error('no more')
    }
    await expect(pipeline('fill-mask', null, { progress_callback })).rejects.toThrow('no more')
  })

  test('a loaded model serves several tasks, and stays when one of them is disposed', async () => {
    const order = await pipeline('sentence-order')
    const fill = await pipeline('fill-mask', order.model, { tokenizer: order.tokenizer })
    await fill.dispose()
    expect(await order('One.', 'Two.')).toHaveProperty('label')
    await expect(pipeline('text-classification', order.model, { tokenizer: order.tokenizer })).rejects.toMatchObject({
      code: 'NO_HEAD',
    })
    await expect(pipeline('fill-mask', order.model)).rejects.toThrow('needs its tokenizer')
    await order.dispose()
    await expect(order('One.', 'Two.')).rejects.toMatchObject({ code: 'DISPOSED' })
  })

  test('await using disposes', async () => {
    let kept: FillMaskPipeline
    {
      await using fill = await pipeline('fill-mask')
      kept = fill
      expect(await fill('A [MASK].')).toHaveLength(5)
    }
    await expect(kept('A [MASK].')).rejects.toMatchObject({ code: 'DISPOSED' })
  })
})

describe('bits', () => {
  const texts = referencePairs.slice(0, 24).map(({ first }, i) => (i % 5 === 0 ? `${first} ${first} ${first}` : first))

  test('a text has the same numbers alone, in any list, in any order and any batch size', async () => {
    for (const pooling of ['mean', 'cls'] as const) {
      const together = (await embed(texts, { pooling })).tolist()
      const shuffled = texts.map((_, i) => (i * 7) % texts.length)
      const other = (
        await embed(
          shuffled.map(i => texts[i]!),
          { pooling, batch_size: 5 },
        )
      ).tolist() as number[][]
      for (const [at, i] of shuffled.entries()) expect(other[at]).toEqual((together as number[][])[i])
      for (const i of [0, 3, 23])
        expect((await embed(texts[i]!, { pooling })).tolist()).toEqual([(together as number[][])[i]])
    }
  })

  test('scores too', async () => {
    const fill = await pipeline('fill-mask')
    const masked = referencePairs.slice(0, 12).map(({ first }) => first)
    const together = await fill(masked)
    for (const i of [0, 5, 11]) expect(await fill(masked[i]!)).toEqual(together[i])
    await fill.dispose()
  })

  test('more texts than a window', async () => {
    const many = Array.from({ length: 1100 }, (_, i) => ['Rain.', 'Snow fell.', 'The sun came out again.'][i % 3]!)
    const vectors = (await embed(many, { pooling: 'cls', dimensions: 4 })).tolist() as number[][]
    expect(vectors).toHaveLength(1100)
    for (const [i, vector] of vectors.entries()) expect(vector).toEqual(vectors[i % 3])
  })
})

describe('length', () => {
  test('longer texts are cut, and it is said', async () => {
    const cuts: TruncatedText[] = []
    const vectors = await embed(['short', long], { onTruncated: cut => cuts.push(cut) })
    expect(vectors.dims).toEqual([2, 512, 256])
    expect(cuts).toEqual([{ index: 1, limit: 512 }])
  })

  test('results say it where they are objects', async () => {
    const order = await pipeline('sentence-order')
    const quiet = { onTruncated: () => {} }
    expect(await order(long, long, quiet)).toMatchObject({ truncated: true })
    expect(await order('a', 'b', quiet)).not.toHaveProperty('truncated')
    const fill = await pipeline('fill-mask', order.model, { tokenizer: order.tokenizer })
    expect((await fill(`[MASK] ${long}`, quiet))[0]).toMatchObject({ truncated: true })
    await order.dispose()
  })

  test('max_length', async () => {
    const quiet = { onTruncated: () => {} }
    expect((await embed(long, { max_length: 20, ...quiet })).dims).toEqual([1, 20, 256])
  })

  test('without a listener the process is warned, once a pipeline', async () => {
    const warnings: string[] = []
    const listen = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', listen)
    const p = await pipeline('feature-extraction')
    await p([long, long])
    await p(long)
    await p.dispose()
    await new Promise(resolve => setImmediate(resolve))
    process.off('warning', listen)
    expect(warnings.filter(each => each.includes('cut to 512 tokens'))).toHaveLength(1)
  })

  test('truncation: false refuses, naming both numbers', async () => {
    await expect(embed(long, { truncation: false })).rejects.toMatchObject({
      code: 'TOO_LONG',
      message: 'The text has 602 tokens, special tokens included; at most 512 are allowed.',
    })
    await expect(embed(['short', long], { truncation: false, max_length: 30 })).rejects.toThrow(
      'Text 1 has 602 tokens, special tokens included; at most 30 are allowed.',
    )
    expect((await embed(`${'word '.repeat(510)}`, { truncation: false })).dims).toEqual([1, 512, 256])
  })

  test('an empty text is a text', async () => {
    expect((await embed('')).dims).toEqual([1, 2, 256])
  })
})

describe('cancelling', () => {
  test('a signal that is already aborted', async () => {
    const reason = new Error('changed my mind')
    await expect(embed('A text.', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('in the middle of a long list; the pipeline goes on working', async () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `Sentence number ${i} of a long list of sentences.`)
    await expect(embed(texts, { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({ name: 'TimeoutError' })
    expect((await embed('A text.', { pooling: 'mean' })).dims).toEqual([1, 256])
  })
})
