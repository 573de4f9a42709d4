// One trial: a fresh process that loads one package and one model, answers a short text, and then a longer one for a while.
// Prints one line of JSON; compare.mjs starts it and reads that line.
//   node bench/transformersjs/answer.mjs PACKAGE_MODULE MODEL_DIRECTORY THREADS SECONDS
// Whatever the trial needs besides the package is imported after the first answer, so that the time is the package's own.
import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'

const SHORT = 'The capital of France is Paris.'
/** 122 tokens of the tokenizer of the model in the package, which both models here have. */
const LONG =
  'The town lies at the mouth of a river, where the sea has cut a wide bay into the soft rock. For three hundred years ' +
  'its people lived from fishing, and the old houses along the harbour still have the high doors through which the boats ' +
  'were drawn in winter. The railway came late, in the spring of the year after the war, and with it came the first ' +
  'visitors, who wanted to see the white cliffs and the ruins of the castle. Today the fishing has all but ended, but ' +
  'there is a market every week.'
const LONG_TOKENS = 122
const WARM_UP_CALLS = 2
const LEAST_CALLS = 5
const MEGABYTE = 2 ** 20

/**
 * @typedef {object} Trial
 * @property {number} ready_ms from the start of the process to the first answer
 * @property {number} resident_mb resident memory after the first answer
 * @property {number} peak_mb the most that was resident until then
 * @property {number} warm_ms median time of the longer text
 * @property {number} others share of all processors that other processes took while the longer text was timed
 * @property {number[]} vector the first answer, to see that both compute the same
 */

/** @returns {Promise<Trial>} */
async function trial() {
  const [module, directory, threads, seconds] = process.argv.slice(2)
  const { env, pipeline } = await import(pathToFileURL(module).href)
  env.allowRemoteModels = false
  env.localModelPath = `${dirname(directory)}/`
  const session_options = { intraOpNumThreads: Number(threads) }
  const options = { dtype: 'fp32', device: 'cpu', session_options }
  const embed = await pipeline('feature-extraction', basename(directory), options)
  const { data } = await embed(SHORT, { pooling: 'mean' })

  const ready_ms = performance.now()
  const resident_mb = process.memoryUsage.rss() / MEGABYTE
  const { peakBytes } = await import('../memory.mjs')
  const peak_mb = peakBytes() / MEGABYTE

  const tokens = embed.tokenizer(LONG).input_ids.dims[1]
  if (tokens !== LONG_TOKENS) throw new Error(`the longer text has ${tokens} tokens instead of ${LONG_TOKENS}`)
  const { watchOthers } = await import('../machine.mjs')
  const { median, rounded, timeCalls } = await import('../statistics.mjs')
  const answer = () => embed(LONG, { pooling: 'mean' })
  for (let call = 0; call < WARM_UP_CALLS; call++) await answer()
  const others = watchOthers()
  const times = await timeCalls(answer, { seconds: Number(seconds), calls: LEAST_CALLS })
  const shareOfOthers = others()
  await embed.dispose()
  return {
    ready_ms: rounded(ready_ms),
    resident_mb: rounded(resident_mb),
    peak_mb: rounded(peak_mb),
    warm_ms: rounded(median(times)),
    others: rounded(shareOfOthers, 2),
    vector: Array.from(data),
  }
}

console.log(JSON.stringify(await trial()))
