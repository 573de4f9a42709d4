// The points of one curve: a model, a number of threads and texts, and what a call of them takes.
import { packTexts, randomNumbers, randomText } from '../batch.mjs'
import { openModel } from '../dtypes.mjs'
import { median, rounded, timeCalls } from '../statistics.mjs'

/** A point: its place on the axis, milliseconds a call, tokens a second. @typedef {{ at: number, ms: number, rate: number }} Point */
/** @typedef {{ seconds: number, calls: number }} Limits */
/** @typedef {Awaited<ReturnType<typeof openModel>>} Model */

/** @param {Model} model @param {number} texts @param {number} length @param {number} at @param {Limits} limits @returns {Promise<Point>} */
async function point(model, texts, length, at, limits) {
  const random = randomNumbers(1)
  const batch = packTexts(Array.from({ length: texts }, () => randomText(length, model.config.vocab_size, random)))
  const run = () => model.forward(batch, { outputs: ['pooler_output'] })
  for (let call = 0; call < 2; call++) await run()
  const ms = median(await timeCalls(run, limits))
  return { at, ms: rounded(ms), rate: Math.round((1000 * texts * length) / ms) }
}

/** Time against tokens in a call: one text that grows to `length`, then more texts of that length. @param {Model} model @param {number} most @param {Limits} limits */
export async function byTokens(model, most, limits, length = 128) {
  const points = []
  for (let tokens = 1; tokens <= most; tokens *= 2)
    points.push(await point(model, Math.ceil(tokens / length), Math.min(tokens, length), tokens, limits))
  return points
}

/** Time against the length of texts, at the same number of tokens. @param {Model} model @param {number} tokens @param {Limits} limits */
export async function byLength(model, tokens, limits) {
  const points = []
  for (let length = 8; length <= 512; length *= 2)
    points.push(await point(model, tokens / length, length, length, limits))
  return points
}

/** Opens each model in turn and measures the same call. @param {{ at: number, directory: string, threads: number }[]} models @param {string} dtype @param {number} texts @param {Limits} limits */
export async function byModel(models, dtype, texts, limits) {
  const points = []
  for (const { at, directory, threads } of models) {
    const model = await openModel(directory, dtype, threads)
    points.push(await point(model, texts, 128, at, limits))
    await model.dispose()
  }
  return points
}

/** Largest share by which the rate of a point stays behind that of an earlier one; 0 where it never falls. @param {Point[]} points */
export function largestFall(points) {
  let best = 0
  let fall = 0
  for (const { rate } of points) {
    best = Math.max(best, rate)
    fall = Math.max(fall, 1 - rate / best)
  }
  return rounded(fall, 3)
}
