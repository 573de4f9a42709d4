// Pipelines that are called with a stream: the answers of a list, in order, with a source that is read as it is needed and
// closed in the end.
import { Readable } from 'node:stream'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import {
  type AnswerStream,
  type EmbeddingTensor,
  type FeatureExtractionPipeline,
  type Pipelines,
  pipeline,
  type SentenceOrderResult,
  type TextClassificationLabel,
} from '../../../lib/pipelines/index.js'
import { fixture } from './fixture.js'

const texts = Array.from(
  { length: 600 },
  (_, i) => `${'She was in the house of the king. '.repeat((i * 7) % 4)}There is ${i}.`,
)
const labels = ['king', 'house']
const cls = { pooling: 'cls' } as const

let embed: FeatureExtractionPipeline
beforeAll(async () => {
  embed = await pipeline('feature-extraction', fixture('text-ranking').folder)
})
afterAll(() => embed.dispose())

async function* streamOf<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list
}

async function collected<T>(answers: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const answer of answers) list.push(answer)
  return list
}

const numbers = (tensors: EmbeddingTensor[]): unknown[] => tensors.map(tensor => [tensor.dims, tensor.tolist()])

/** Answers of a task to a stream, and to the same texts in a list. */
const tasks: Record<string, (some: string[]) => Promise<[stream: unknown[], list: unknown[]]>> = {
  async 'feature-extraction'(some) {
    return [numbers(await collected(embed(streamOf(some), cls))), numbers(await embed.each(some, cls))]
  },
  async 'fill-mask'(some) {
    await using fill = await pipeline('fill-mask')
    const masked = some.map(text => `${text} [MASK]`)
    return [await collected(fill(streamOf(masked))), await fill.each(masked)]
  },
  async 'text-classification'(some) {
    await using classify = await load('text-classification', 'text-ranking')
    const options = { top_k: null }
    return [await collected(classify(streamOf(some), options)), await classify.each(some, options)]
  },
  async 'token-classification'(some) {
    await using ner = await load('token-classification')
    const options = { aggregation_strategy: 'simple', stride: 4 } as const
    return [await collected(ner(streamOf(some), options)), await ner.each(some, options)]
  },
  async 'question-answering'(some) {
    await using qa = await load('question-answering')
    const asked = some.map(context => ({ question: 'Where was she?', context }))
    return [await collected(qa(streamOf(asked), { top_k: 2 })), await qa.each(asked, { top_k: 2 })]
  },
  async 'zero-shot-classification'(some) {
    await using classify = await load('zero-shot-classification')
    return [await collected(classify(streamOf(some), labels)), await classify.each(some, labels)]
  },
  async 'multiple-choice'(some) {
    await using choose = await load('multiple-choice')
    const questions = some.map(prompt => ({ prompt, choices: labels }))
    return [await collected(choose(streamOf(questions))), await choose.each(questions)]
  },
  async 'sentence-order'(some) {
    await using order = await pipeline('sentence-order')
    const pairs = some.map((first, i) => ({ first, second: texts[i % 5]! }))
    return [await collected(order(streamOf(pairs))), await order.each(pairs)]
  },
}

function load<Task extends keyof Pipelines>(task: Task, model: string = task): Promise<Pipelines[Task]> {
  return pipeline(task, fixture(model).folder)
}

test.each(Object.keys(tasks))('%s: the same answers as for a list', async task => {
  const [stream, list] = await tasks[task]!(texts.slice(0, 60))
  expect(stream).toHaveLength(60)
  expect(stream).toEqual(list)
})

test('types: one answer an input', async () => {
  expectTypeOf(embed(streamOf(texts))).toEqualTypeOf<AnswerStream<EmbeddingTensor>>()
  expectTypeOf(embed(new Set(texts))).toEqualTypeOf<AnswerStream<EmbeddingTensor>>()
  expectTypeOf(embed(texts.slice(0, 1), cls)).resolves.toEqualTypeOf<EmbeddingTensor>()
  type Classify = Pipelines['text-classification']
  const classified = (classify: Classify) => classify(streamOf(texts))
  expectTypeOf(classified).returns.toEqualTypeOf<AnswerStream<TextClassificationLabel[]>>()
  const ordered = (order: Pipelines['sentence-order']) => order(streamOf([{ first: 'a', second: 'b' }]))
  expectTypeOf(ordered).returns.toEqualTypeOf<AnswerStream<SentenceOrderResult>>()
})

describe('sources', () => {
  test('of any kind and speed: more texts than are read ahead, to the same bits', async () => {
    const many = [...texts, ...texts]
    const expected = numbers(await embed.each(many, cls))
    async function* slow(): AsyncGenerator<string> {
      for (const [i, text] of many.entries()) {
        if (i % 50 === 0) await setTimeout(1)
        yield text
      }
    }
    const sources = [streamOf(many), many.values(), slow(), Readable.from(many)]
    for (const source of sources) expect(numbers(await collected(embed(source, cls)))).toEqual(expected)
    expect(numbers(await collected(embed(new Set(texts), cls)))).toEqual(expected.slice(0, texts.length))
  }, 60_000)

  test('promises in a plain iterable are waited for', async () => {
    const promised = texts
      .slice(0, 3)
      .map(text => Promise.resolve(text))
      .values()
    expect(await collected(embed(promised as unknown as Set<string>, cls))).toHaveLength(3)
  })

  test('without anything', async () => {
    expect(await collected(embed(streamOf([])))).toEqual([])
  })

  test('one that waits for each answer before it gives the next text', async () => {
    let answered = 0
    async function* patient(): AsyncGenerator<string> {
      for (let i = 0; i < 5; i++) {
        while (answered < i) await setImmediate()
        yield texts[i]!
      }
    }
    for await (const _ of embed(patient(), cls)) answered++
    expect(answered).toBe(5)
  })

  test('is read no further than keeps the model busy, and closed when the loop is left', async () => {
    let [read, closed] = [0, false]
    function* endless(): Generator<string> {
      try {
        for (;;) yield texts[read++ % texts.length]!
      } finally {
        closed = true
      }
    }
    let answers = 0
    for await (const _ of embed(endless(), cls)) if (++answers === 5) break
    expect(closed).toBe(true)
    expect(read).toBeGreaterThan(5)
    expect(read).toBeLessThan(1000)
    const before = read
    await setTimeout(5)
    expect(read).toBe(before)
  })

  test('is not begun before the first answer is asked for', async () => {
    let begun = false
    async function* lazy(): AsyncGenerator<string> {
      begun = true
      yield 'A text.'
    }
    const answers = embed(lazy(), cls)
    await setTimeout(5)
    expect(begun).toBe(false)
    await answers.next()
    expect(begun).toBe(true)
    await answers.return()
  })

  test('that has nothing more to give holds up nobody who leaves', async () => {
    let returned = false
    const source: AsyncIterableIterator<string> = {
      [Symbol.asyncIterator]: () => source,
      next: () => (asked++ === 0 ? Promise.resolve({ value: 'A text.' }) : new Promise(() => {})),
      return: async () => {
        returned = true
        return { done: true, value: undefined }
      },
    }
    let asked = 0
    for await (const _ of embed(source, cls)) break
    expect(returned).toBe(true)
  })

  test('that fails: its error comes behind the answers to what it gave', async () => {
    const failure = new Error('the disk is gone')
    async function* failing(): AsyncGenerator<string> {
      yield* texts.slice(0, 300)
      throw failure
    }
    let answers = 0
    const run = async (): Promise<void> => {
      for await (const _ of embed(failing(), cls)) answers++
    }
    await expect(run()).rejects.toBe(failure)
    expect(answers).toBe(300)
  })
})

describe('mistakes', () => {
  /** The error, and how many answers came before it. */
  async function failureOf(answers: AsyncIterable<unknown>): Promise<{ error: unknown; answers: number }> {
    let count = 0
    try {
      for await (const _ of answers) count++
    } catch (error) {
      return { error, answers: count }
    }
    throw new Error('nothing failed')
  }

  test('an entry that is no text is named by its place in the stream; those before it are answered', async () => {
    const mixed = [...texts.slice(0, 300), 5, 'behind'] as string[]
    const { error, answers } = await failureOf(embed(streamOf(mixed), cls))
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'Text 300 must be a string or { text, text_pair }, not 5.',
    })
    expect(answers).toBe(300)
  })

  test('so is one that is wrong for its task only', async () => {
    await using fill = await pipeline('fill-mask')
    const masked = ['A [MASK].', 'No mask.']
    expect(await failureOf(fill(streamOf(masked)))).toMatchObject({
      error: { code: 'MASK_NOT_FOUND', message: expect.stringMatching(/^Text 1 has no/) },
      answers: 1,
    })
    await using ner = await load('token-classification')
    const long = 'The king. '.repeat(40)
    expect(await failureOf(ner(streamOf(['A king.', long]), { truncation: false }))).toMatchObject({
      error: { code: 'TOO_LONG', message: expect.stringMatching(/^Text 1 has/) },
      answers: 1,
    })
    await using qa = await load('question-answering')
    const asked = [{ question: 'Who?', context: 'The king.' }, { question: 'Who?', context: '' }, { question: 'Who?' }]
    expect(await failureOf(qa(streamOf(asked.slice(0, 2) as never[])))).toMatchObject({
      error: { code: 'EMPTY_INPUT', message: expect.stringMatching(/^Context 1 is empty/) },
      answers: 1,
    })
    expect(await failureOf(qa(streamOf(asked.slice(2) as never[])))).toMatchObject({
      error: { message: expect.stringMatching(/^Input 0 must be/) },
    })
    await using choose = await load('multiple-choice')
    const questions = [
      { prompt: 'A king', choices: ['sat.'] },
      { prompt: 'A king', choices: [] },
    ]
    expect(await failureOf(choose(streamOf(questions)))).toMatchObject({
      error: { code: 'EMPTY_INPUT', message: expect.stringContaining('question 1') },
      answers: 1,
    })
    await using order = await pipeline('sentence-order')
    const pairs = [{ first: 'a', second: 'b' }, { first: 'a' }]
    expect(await failureOf(order(streamOf(pairs as never[])))).toMatchObject({
      error: { message: expect.stringMatching(/^Pair 1 must be/) },
      answers: 1,
    })
  })

  test('texts that were cut are told once, by their places in the stream', async () => {
    await using classify = await load('zero-shot-classification')
    const long = 'The king was here. '.repeat(60)
    const cuts: number[] = []
    const stream = streamOf(texts.map((text, i) => (i % 200 === 150 ? long : text)))
    const answers = await collected(classify(stream, labels, { onTruncated: ({ index }) => cuts.push(index) }))
    expect(answers.flatMap(({ truncated }, i) => (truncated ? [i] : []))).toEqual([150, 350, 550])
    // Two parts are made ready at a time, so that the order is not promised.
    expect(cuts.sort((a, b) => a - b)).toEqual([150, 350, 550])
  }, 30_000)

  test('options are refused before the source is touched', async () => {
    const untouched = {
      [Symbol.asyncIterator](): AsyncIterator<string> {
        throw new Error('touched')
      },
    }
    for (const options of [{ pooling: 'sum' }, { signal: {} }, { batch_size: 0 }, null])
      expect(await failureOf(embed(untouched, options as object))).toMatchObject({ error: { code: 'INVALID_INPUT' } })
    const reason = new Error('changed my mind')
    expect(await failureOf(embed(untouched, { signal: AbortSignal.abort(reason) }))).toMatchObject({ error: reason })
  })

  test('strings, lists and bytes are no streams', async () => {
    for (const none of [new Uint8Array(2), new String('A text.'), { length: 1 }])
      await expect(embed(none as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await using rank = await load('text-ranking')
    await expect(rank('Who?', streamOf(texts) as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('ends', () => {
  test('a signal stops a stream whose source has nothing to give', async () => {
    const abort = new AbortController()
    async function* stuck(): AsyncGenerator<string> {
      yield 'A text.'
      await new Promise(() => {})
    }
    const answers = embed(stuck(), { ...cls, signal: abort.signal })
    await answers.next()
    const next = answers.next()
    const reason = new Error('changed my mind')
    abort.abort(reason)
    await expect(next).rejects.toBe(reason)
    expect(await answers.next()).toEqual({ done: true, value: undefined })
  })

  test('a signal stops a stream between two answers that are there', async () => {
    const abort = new AbortController()
    const seen: unknown[] = []
    const run = async (): Promise<void> => {
      for await (const answer of embed(streamOf(texts), { ...cls, signal: abort.signal })) {
        seen.push(answer)
        if (seen.length === 3) abort.abort()
      }
    }
    await expect(run()).rejects.toMatchObject({ name: 'AbortError' })
    expect(seen).toHaveLength(3)
  })

  test('a pipeline that is disposed answers no further', async () => {
    const gone = await pipeline('feature-extraction', fixture('text-ranking').folder)
    async function* slow(): AsyncGenerator<string> {
      for (;;) {
        yield 'A text.'
        await setTimeout(1)
      }
    }
    const answers = gone(slow(), cls)
    await answers.next()
    await gone.dispose()
    const rest = async (): Promise<void> => {
      for await (const _ of answers);
    }
    await expect(rest()).rejects.toMatchObject({ code: 'DISPOSED' })
  })
})
