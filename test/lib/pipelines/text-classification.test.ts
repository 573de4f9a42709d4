import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AlbertForSequenceClassification } from '../../../lib/heads.js'
import { pipeline, type TextClassificationPipeline } from '../../../lib/pipelines/index.js'
import { classifierFolder, reviews } from './classifier.js'

const folders: string[] = []
async function classifier(changes: Record<string, unknown>): Promise<TextClassificationPipeline> {
  const folder = await classifierFolder(changes)
  folders.push(folder)
  return pipeline('text-classification', folder)
}

/** Logits of the model itself, by the padded call. */
async function logitsOf(classify: TextClassificationPipeline, text: string, text_pair?: string): Promise<number[]> {
  const model = classify.model as unknown as AlbertForSequenceClassification
  const { logits } = await model(classify.tokenizer(text, text_pair === undefined ? {} : { text_pair }) as never)
  return (logits.tolist() as number[][])[0]!
}

const softmax = (logits: number[]): number[] => {
  const powers = logits.map(Math.exp)
  return powers.map(power => power / powers.reduce((a, b) => a + b))
}
const sigmoid = (logits: number[]): number[] => logits.map(logit => 1 / (1 + Math.exp(-logit)))

let classify: TextClassificationPipeline
beforeAll(async () => {
  classify = await classifier({ id2label: { 0: 'bad', 1: 'fair', 2: 'good' } })
})
afterAll(async () => {
  await classify.dispose()
  for (const folder of folders) rmSync(folder, { recursive: true })
})

describe('shapes', () => {
  test('one text: a list, of one label unless top_k says more', async () => {
    const one = await classify(reviews[0]!)
    expect(one).toHaveLength(1)
    expect(Object.keys(one[0]!)).toEqual(['label', 'score'])
    const all = await classify(reviews[0]!, { top_k: null })
    expect(all.map(each => each.label).sort()).toEqual(['bad', 'fair', 'good'])
    expect(all[0]).toEqual(one[0])
    expect(await classify(reviews[0]!, { top_k: 2 })).toEqual(all.slice(0, 2))
  })

  test('a list of texts: flat with top_k 1, else a list a text', async () => {
    const flat = await classify(reviews)
    const nested = await classify(reviews, { top_k: 2 })
    expect(flat.map(each => each.label)).toEqual(nested.map(list => list[0]!.label))
    for (const [i, text] of reviews.entries()) expect(nested[i]).toEqual(await classify(text, { top_k: 2 }))
    expect(await classify([])).toEqual([])
    expect(await classify([], { top_k: null })).toEqual([])
    expect(await classify.each(reviews, { top_k: 2 })).toEqual(nested)
  })

  test('a pair of texts is one input', async () => {
    const [first] = await classify({ text: reviews[0]!, text_pair: reviews[1]! }, { top_k: 3 })
    const scores = softmax(await logitsOf(classify, reviews[0]!, reviews[1]!))
    expect(first!.score).toBeCloseTo(Math.max(...scores), 6)
  })
})

describe('scores', () => {
  const scored = async (p: TextClassificationPipeline, options = {}): Promise<number[]> =>
    (await p(reviews[2]!, { top_k: null, ...options })).map(each => each.score)
  const sorted = (scores: number[]): number[] => [...scores].sort((a, b) => b - a)

  test('softmax for one label of several; the others on request', async () => {
    const logits = await logitsOf(classify, reviews[2]!)
    const close = (actual: number[], wanted: number[]): void => {
      for (const [i, value] of sorted(wanted).entries()) expect(actual[i]).toBeCloseTo(value, 6)
    }
    close(await scored(classify), softmax(logits))
    close(await scored(classify, { function_to_apply: 'sigmoid' }), sigmoid(logits))
    close(await scored(classify, { function_to_apply: 'none' }), logits)
  })

  test.each([
    ['several labels at once', { problem_type: 'multi_label_classification', num_labels: 3 }, sigmoid],
    ['a single label', { num_labels: 1 }, sigmoid],
    ['regression', { problem_type: 'regression', num_labels: 1 }, (logits: number[]) => logits],
  ])('%s', async (_, changes, wanted) => {
    const other = await classifier(changes)
    const scores = sorted(wanted(await logitsOf(other, reviews[2]!)))
    for (const [i, score] of (await scored(other)).entries()) expect(score).toBeCloseTo(scores[i]!, 6)
    expect((await other(reviews[2]!))[0]!.label).toMatch(/^LABEL_\d$/)
    await other.dispose()
  })

  test('mistakes', async () => {
    await expect(classify('a', { function_to_apply: 'tanh' as never })).rejects.toThrow(
      "function_to_apply 'tanh' does not exist; it is one of auto, softmax, sigmoid, none.",
    )
    await expect(classify('a', { top_k: 0 })).rejects.toThrow('top_k must be a whole number from 1 on, not 0.')
  })
})

describe('the option config', () => {
  test('is taken instead of config.json, which may be missing', async () => {
    const folder = await classifierFolder({ id2label: { 0: 'bad', 1: 'fair', 2: 'good' } })
    folders.push(folder)
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))
    await using before = await pipeline('text-classification', folder)
    rmSync(join(folder, 'config.json'))
    await expect(pipeline('text-classification', folder)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    const renamed = {
      ...config,
      id2label: { 0: 'no', 1: 'perhaps', 2: 'yes' },
      label2id: { no: 0, perhaps: 1, yes: 2 },
    }
    await using after = await pipeline('text-classification', folder, { config: renamed })
    const names: Record<string, string> = { bad: 'no', fair: 'perhaps', good: 'yes' }
    const wanted = (await before(reviews)).map(({ label, score }) => ({ label: names[label], score }))
    expect(await after(reviews)).toEqual(wanted)
  })

  test('that cannot be is refused by its own name', async () => {
    const refused = pipeline('text-classification', undefined, { config: { hidden_size: 7, num_attention_heads: 2 } })
    await expect(refused).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining('the option config'),
    })
  })
})
