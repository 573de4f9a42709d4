import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type FeatureExtractionPipeline,
  pipeline,
  type SentenceSimilarityPipeline,
} from '../../../lib/pipelines/index.js'

let similarity: SentenceSimilarityPipeline
let embed: FeatureExtractionPipeline
beforeAll(async () => {
  similarity = await pipeline('sentence-similarity')
  embed = await pipeline('feature-extraction', similarity.model, { tokenizer: similarity.tokenizer })
})
afterAll(() => similarity.dispose())

const texts = ['A boat left the harbor.', 'The senate passed the law.', 'A ship sailed out.']

test('cosines of mean vectors, in the order of the texts', async () => {
  const cosines = await similarity('A ship sailed out.', texts)
  const [source, ...vectors] = (
    await embed(['A ship sailed out.', ...texts], { pooling: 'mean', normalize: true })
  ).tolist() as number[][]
  for (const [i, vector] of vectors.entries())
    expect(cosines[i]).toBeCloseTo(
      vector.reduce((sum, value, j) => sum + value * source![j]!, 0),
      5,
    )
  expect(cosines[2]).toBeCloseTo(1, 12)
})

test('options of embeddings; an empty list', async () => {
  expect(await similarity('A ship.', texts, { pooling: 'cls' })).not.toEqual(await similarity('A ship.', texts))
  expect(await similarity('A ship.', texts, { dimensions: 8 })).not.toEqual(await similarity('A ship.', texts))
  expect(await similarity('A ship.', [])).toEqual([])
})

test('texts that were cut are counted as the caller counts them', async () => {
  const cuts: number[] = []
  await similarity('word '.repeat(600), ['short', 'word '.repeat(600)], { onTruncated: cut => cuts.push(cut.index) })
  expect(cuts.sort()).toEqual([-1, 1])
})

test('texts that are too long are named as the caller counts them', async () => {
  const long = 'word '.repeat(600)
  const whole = { truncation: false }
  await expect(similarity(long, ['short', 'short'], whole)).rejects.toThrow(/^The source has \d+ tokens/)
  await expect(similarity('short', ['short', long], whole)).rejects.toThrow(/^Text 1 has \d+ tokens/)
})

test('mistakes', async () => {
  await expect(similarity(['a'] as never, texts)).rejects.toThrow('source must be one text, not a list of 1.')
  await expect(similarity('a', 'b' as never)).rejects.toThrow('texts must be a list of texts, not "b".')
  await expect(similarity('a', texts, { pooling: 'none' as never })).rejects.toThrow("pooling 'none' has one a token")
})
