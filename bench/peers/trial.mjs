// One trial: one contender, one shape, one process. Prints one line of JSON; main.mjs starts it and reads that line.
//   node bench/peers/trial.mjs CONTENDER MODEL_DIRECTORY SHAPE THREADS SECONDS
import { randomBatch } from '../batch.mjs'
import { watchOthers } from '../machine.mjs'
import { peakBytes } from '../memory.mjs'
import { median, rounded, timeCalls } from '../statistics.mjs'
import { readConfig } from './checkpoint.mjs'
import { contenders } from './contenders.mjs'

/** Calls before the clock starts: the first one allocates, the second one meets warm caches. */
const WARM_UP_CALLS = 2
/** Fewer calls than this give no median. */
const LEAST_CALLS = 5

/**
 * @typedef {object} Trial
 * @property {number} ms median of the calls
 * @property {number} calls
 * @property {number} load_ms from the import to a loaded model
 * @property {number} resident_mb largest resident size of the process
 * @property {number} others share of all processors that other processes took while the clock ran
 * @property {string} version
 * @property {number[]} pooled pooled vector of the first text, to see that all compute the same
 */

/** @returns {Promise<Trial>} */
async function trial() {
  const [name, directory, shape, threads, seconds] = process.argv.slice(2)
  const batch = randomBatch(shape, readConfig(directory).vocab_size)
  const start = performance.now()
  const opened = await contenders[name](directory, Number(threads))
  const loadMs = performance.now() - start

  const run = opened.prepare(batch)
  for (let call = 1; call < WARM_UP_CALLS; call++) await run()
  const pooled = await run()
  const others = watchOthers()
  const times = await timeCalls(run, { seconds: Number(seconds), calls: LEAST_CALLS })
  const result = {
    ms: rounded(median(times)),
    calls: times.length,
    load_ms: rounded(loadMs, 3),
    resident_mb: Math.round(peakBytes() / 2 ** 20),
    others: rounded(others(), 2),
    version: opened.version,
    pooled: Array.from(pooled.subarray(0, pooled.length / batch.sequences)),
  }
  await opened.close()
  return result
}

console.log(JSON.stringify(await trial()))
