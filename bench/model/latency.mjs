// Times of one loaded ALBERT-base: single shapes, pruned and full, and a ragged batch beside its padded form.
import { packTexts, RAGGED, randomNumbers, randomText, textsOf } from '../batch.mjs'
import { median, rounded } from '../statistics.mjs'
import { forwardFlops } from './work.mjs'

/** @typedef {import('../../lib/index.js').AlbertModel} AlbertModel */
/** @typedef {{ seconds: number, calls: number }} Limits */

/**
 * Times two ways of doing the same in turn, so that a busy moment hits both.
 * @param {() => Promise<unknown>} one @param {() => Promise<unknown>} other @param {Limits} limits
 */
async function timeInTurn(one, other, { seconds, calls }) {
  /** @type {[number[], number[]]} */
  const times = [[], []]
  const works = [one, other]
  for (const work of works) await work()
  const end = performance.now() + 1000 * seconds
  while (times[0].length < calls || performance.now() < end) {
    for (const [n, work] of works.entries()) {
      const start = performance.now()
      await work()
      times[n].push(performance.now() - start)
    }
  }
  return times.map(median)
}

/** Pooled vectors alone, where the last layer runs on first positions only, beside every hidden row. @param {AlbertModel} model @param {string} shape @param {number | null} peak GFLOP/s @param {Limits} limits */
export async function shapeLatency(model, shape, peak, limits) {
  const texts = textsOf(shape, model.config.vocab_size)
  const packed = packTexts(texts)
  const [pooled, hidden] = await timeInTurn(
    () => model.forward(packed, { outputs: ['pooler_output'] }),
    () => model.forward(packed, { outputs: ['last_hidden_state'] }),
    limits,
  )
  const lengths = texts.map(text => text.length)
  const gflops = forwardFlops(model.config, lengths) / hidden / 1e6
  return {
    pooled_ms: rounded(pooled),
    hidden_ms: rounded(hidden),
    pooled_over_hidden: rounded(pooled / hidden, 3),
    hidden_gflops: rounded(gflops),
    hidden_share_of_peak: peak === null ? null : rounded(gflops / peak, 3),
  }
}

/** Texts of all lengths in one packed call, beside the same texts padded to the longest. @param {AlbertModel} model @param {Limits} limits */
export async function raggedLatency(model, limits) {
  const texts = textsOf(RAGGED, model.config.vocab_size)
  const longest = Math.max(...texts.map(text => text.length))
  const random = randomNumbers(1)
  const packed = packTexts(texts)
  const full = packTexts(texts.map(() => randomText(longest, model.config.vocab_size, random)))
  const outputs = ['pooler_output']
  const [packedMs, paddedMs] = await timeInTurn(
    () => model.forward(packed, { outputs }),
    () => model.forward(full, { outputs }),
    limits,
  )
  return {
    texts: texts.length,
    tokens: packed.ids.length,
    packed_ms: rounded(packedMs),
    as_long_as_the_longest_ms: rounded(paddedMs),
    tokens_per_second: Math.round((1000 * packed.ids.length) / packedMs),
  }
}
