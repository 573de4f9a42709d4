// What holds for a call of any task: it keeps what it was given, ends before its model goes, heeds its signal at once, and
// lets the event loop live.
import { describe, expect, test } from 'vitest'
import { type PipelineOptions, type Pipelines, pipeline, type TextOptions } from '../../../lib/pipelines/index.js'
import { fixture } from './fixture.js'

/** Asks for something with these lists, which the caller may change meanwhile. */
type Ask = (texts: string[], labels: string[], options: TextOptions) => Promise<unknown>

const load = <Task extends keyof Pipelines>(task: Task, options?: PipelineOptions): Promise<Pipelines[Task]> =>
  pipeline(task, fixture(task).folder, options)

const tasks: Record<string, () => Promise<{ ask: Ask; dispose(): Promise<void> }>> = {
  async 'token-classification'() {
    const ner = await load('token-classification')
    return { ask: (texts, _, options) => ner(texts, options), dispose: ner.dispose }
  },
  async 'token-classification each'() {
    const ner = await load('token-classification')
    const own = { aggregation_strategy: 'simple', stride: 4 } as const
    return { ask: (texts, _, options) => ner.each(texts, { ...options, ...own }), dispose: ner.dispose }
  },
  async 'question-answering'() {
    const qa = await load('question-answering')
    return { ask: (texts, _, options) => qa(texts, texts, options), dispose: qa.dispose }
  },
  async 'zero-shot-classification'() {
    const classify = await load('zero-shot-classification')
    return { ask: classify, dispose: classify.dispose }
  },
  async 'text-ranking'() {
    const rank = await load('text-ranking')
    return { ask: (texts, _, options) => rank('Where was she?', texts, options), dispose: rank.dispose }
  },
  async 'multiple-choice'() {
    const choose = await load('multiple-choice')
    const ask: Ask = (texts, choices, options) =>
      choose(
        texts.map(prompt => ({ prompt, choices })),
        options,
      )
    return { ask, dispose: choose.dispose }
  },
  async 'feature-extraction'() {
    const embed = await pipeline('feature-extraction', fixture('text-ranking').folder)
    const ask: Ask = async (texts, _, options) => (await embed(texts, { ...options, pooling: 'cls' })).tolist()
    return { ask, dispose: embed.dispose }
  },
  async 'sentence-similarity'() {
    const similarity = await pipeline('sentence-similarity', fixture('text-ranking').folder)
    return { ask: (texts, _, options) => similarity('A king.', texts, options), dispose: similarity.dispose }
  },
}

const texts = Array.from(
  { length: 60 },
  (_, i) => `${'She was in the house of the king. '.repeat(i % 3)}There is ${i}.`,
)
const labels = ['king', 'house', 'people']

describe.each(Object.keys(tasks))('%s', name => {
  test('lists that change after the call change nothing', async () => {
    const { ask, dispose } = await tasks[name]!()
    const expected = await ask(texts, labels, {})
    const [own, ownLabels] = [[...texts], [...labels]]
    const answer = ask(own, ownLabels, {})
    own.fill('').length = 1
    ownLabels.fill('').length = 1
    expect(await answer).toEqual(expected)
    await dispose()
  })

  test('dispose waits for calls of many batches, and refuses later ones', async () => {
    const { ask, dispose } = await tasks[name]!()
    const expected = await ask(texts, labels, {})
    const open = ask(texts, labels, { batch_size: 3 })
    const [answer] = await Promise.all([open, dispose()])
    expect(answer).toEqual(expected)
    await expect(ask(texts, labels, {})).rejects.toMatchObject({ code: 'DISPOSED' })
    await dispose()
  })

  test('a signal that is aborted already rejects, were there nothing to do', async () => {
    const { ask, dispose } = await tasks[name]!()
    const reason = new Error('changed my mind')
    for (const given of [texts, []])
      await expect(ask(given, labels, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await dispose()
  })
})

test('the event loop has its turns, where the model is faster than what becomes of its answers', async () => {
  const qa = await load('question-answering')
  const context = 'She was in the house of the king. '.repeat(4000)
  let [longest, last] = [0, performance.now()]
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  const started = performance.now()
  await qa('Where was she?', context, { top_k: 60, max_answer_len: 60 })
  const took = performance.now() - started
  clearInterval(timer)
  expect(longest).toBeLessThan(took / 5)
  await qa.dispose()
})

test.each(['cls', 'none'] as const)('timers keep firing while a large batch runs, pooling %s', async pooling => {
  const embed = await pipeline('feature-extraction')
  const many = Array.from({ length: 16 }, () => 'word '.repeat(510))
  let fired = 0
  const timer = setInterval(() => fired++, 1)
  const vectors = await embed(many, { pooling })
  clearInterval(timer)
  expect(vectors.dims).toEqual(pooling === 'cls' ? [16, 256] : [16, 512, 256])
  expect(fired).toBeGreaterThan(30)
  await embed.dispose()
})

test('timers keep firing while many answers are read', async () => {
  const fill = await pipeline('fill-mask')
  const many = Array.from({ length: 400 }, (_, i) => `${i} [MASK]`)
  // The model is not the one that takes the time here: each answer is the best of 8,000 words.
  let fired = 0
  const timer = setInterval(() => fired++, 1)
  await fill(many, { top_k: 100 })
  clearInterval(timer)
  expect(fired).toBeGreaterThan(10)
  await fill.dispose()
})
