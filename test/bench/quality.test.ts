// The bench of quality: its scores on cases that can be checked by hand, its questions, and the model with outlier channels,
// which in float32 is as transformers computes it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { passages, tasks, withMasks } from '../../bench/quality/questions.mjs'
import { agreement, cosines, entityF1 } from '../../bench/quality/scores.mjs'
import { AlbertForPreTraining, AutoTokenizer, packEncodings } from '../../lib/index.js'

const outliers = join(import.meta.dirname, '../fixtures/outlier-channels')

describe('scores', () => {
  it('takes the mean, the 1 % quantile and the smallest of the cosines', () => {
    const answers = [
      [1, 0],
      [0, 2],
      [3, 3],
    ]
    const reference = [
      [2, 0],
      [1, 0],
      [1, 1],
    ]
    expect(cosines(answers, reference)).toEqual({ mean: 0.666667, q01: 0, min: 0 })
  })

  it('counts equal entries in per cent', () => {
    expect(agreement([1, 2, 3, 4], [1, 2, 0, 4])).toBe(75)
  })

  it('counts a name only where its kind and both ends are right', () => {
    const truth = [['B-PER', 'I-PER', 'O', 'B-LOC', 'B-LOC']]
    expect(entityF1(truth, truth)).toBe(100)
    expect(entityF1([['B-PER', 'O', 'O', 'B-LOC', 'B-LOC']], truth)).toBe(66.67)
    expect(entityF1([['I-PER', 'I-PER', 'O', 'B-ORG', 'I-ORG']], truth)).toBe(40)
    expect(entityF1([['O', 'O', 'O', 'O', 'O']], truth)).toBe(0)
  })
})

describe('questions', () => {
  it('masks the same share of words on every run and nothing else', async () => {
    const tokenizer = await AutoTokenizer.from_pretrained(outliers)
    const texts = passages(tokenizer)
    const mask = tokenizer.mask_token_id ?? Number.NaN
    const masked = withMasks(texts, mask)
    expect(withMasks(texts, mask)).toEqual(masked)
    for (const [n, { ids, places }] of masked.entries()) {
      expect(places).toHaveLength(Math.max(1, Math.round(0.15 * (ids.length - 2))))
      expect(ids).toEqual(texts[n]?.map((id, place) => (places.includes(place) ? mask : id)))
      expect(places.every(place => place > 0 && place < ids.length - 1)).toBe(true)
    }
  })

  it('says that labelled sentences are absent', async () => {
    const tokenizer = await AutoTokenizer.from_pretrained(outliers)
    expect(tasks(tokenizer, undefined)).toBeNull()
    expect(tasks(tokenizer, outliers)).toBeNull()
  })
})

describe('model with outlier channels', () => {
  interface Answer {
    text: string
    input_ids: number[]
    pooled: number[]
    mean: number[]
    best_words: number[]
  }
  let answers: Answer[]
  beforeAll(() => {
    answers = JSON.parse(readFileSync(join(outliers, 'expected.json'), 'utf8')).answers
  })

  it('answers in float32 as transformers does in float64', async () => {
    await using model = await AlbertForPreTraining.from_pretrained(outliers, { dtype: 'fp32' })
    const tokenizer = await AutoTokenizer.from_pretrained(outliers)
    const { vocab_size, hidden_size } = model.config
    for (const { text, input_ids, pooled, mean, best_words } of answers) {
      expect([...tokenizer.encode(text)]).toEqual(input_ids)
      const batch = packEncodings([{ ids: input_ids, types: input_ids.map(() => 0) }])
      const out = await model.forward(batch, {
        outputs: ['pooler_output', 'last_hidden_state', 'prediction_logits'],
      })
      const rows = out.last_hidden_state?.data as Float32Array
      const scores = out.prediction_logits?.data as Float32Array
      expect(distance(out.pooler_output?.data as Float32Array, pooled)).toBeLessThan(1e-4)
      const middle = mean.map((_, j) => input_ids.reduce((sum, _, t) => sum + (rows[t * hidden_size + j] ?? 0), 0))
      expect(
        distance(
          middle.map(sum => sum / input_ids.length),
          mean,
        ),
      ).toBeLessThan(1e-4)
      const words = input_ids.map((_, t) => best(scores.subarray(t * vocab_size, (t + 1) * vocab_size)))
      expect(words).toEqual(best_words)
    }
  })

  it('has channels far above the others in every layer', async () => {
    await using model = await AlbertForPreTraining.from_pretrained(outliers, { dtype: 'fp32' })
    const ids = answers[0]?.input_ids ?? []
    const out = await model.forward(packEncodings([{ ids, types: ids.map(() => 0) }]), {
      outputs: ['last_hidden_state'],
    })
    const rows = out.last_hidden_state?.data as Float32Array
    const sizes = Float32Array.from({ length: model.config.hidden_size }, (_, j) => Math.abs(rows[j] ?? 0)).sort()
    expect(sizes.at(-1)).toBeGreaterThan(10 * (sizes[sizes.length >> 1] ?? 0))
  })
})

/** Largest difference, of the largest value. */
function distance(answer: ArrayLike<number>, reference: readonly number[]): number {
  const largest = Math.max(...reference.map(Math.abs))
  return Math.max(...reference.map((value, i) => Math.abs((answer[i] ?? Number.NaN) - value))) / largest
}

function best(scores: Float32Array): number {
  return scores.indexOf(Math.max(...scores))
}
