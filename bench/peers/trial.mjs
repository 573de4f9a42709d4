// One trial of an engine of Node.js: one engine, one shape, one process. Reads its job as JSON from stdin and prints one line of
// JSON; compare.mjs starts it. python/trial.py does the same for the engines of Python.
import { text } from 'node:stream/consumers'
import { watchOthers } from '../machine.mjs'
import { peakBytes } from '../memory.mjs'
import { median, rounded, timeCalls } from '../statistics.mjs'
import { engines } from './engines.mjs'

/** Calls before the clock starts: the first one allocates, the second one meets warm caches. */
const WARM_UP_CALLS = 2

/**
 * @typedef {object} Job
 * @property {string} engine
 * @property {import('./contenders.mjs').Dtype} dtype
 * @property {string} directory
 * @property {number} threads
 * @property {number} seconds the clock runs at least this long
 * @property {number} calls and for at least so many calls
 * @property {import('./cuts.mjs').Choice[]} choices the fastest of these is timed
 */
/**
 * @typedef {object} Trial
 * @property {number} ms median of the calls
 * @property {number} calls
 * @property {number} load_ms from the import to a loaded model
 * @property {number} resident_mb largest resident size of the process
 * @property {number} others share of all processors that other processes took while the clock ran
 * @property {string} version
 * @property {number} choice the number of the choice that was timed
 * @property {number[]} pooled pooled vector of the first text, to see that all compute the same
 */

/** Number of the choice whose second call took least. @param {(() => Promise<unknown>)[]} runs */
async function fastest(runs) {
  if (runs.length === 1) return 0
  const times = []
  for (const run of runs) {
    await run()
    times.push(...(await timeCalls(run, { seconds: 0, calls: 1 })))
  }
  return times.indexOf(Math.min(...times))
}

/** @param {Job} job @returns {Promise<Trial>} */
async function trial({ engine, dtype, directory, threads, seconds, calls, choices }) {
  const start = performance.now()
  const opened = await engines[engine](directory, dtype, threads)
  const loadMs = performance.now() - start

  const runs = choices.map(({ batches }) => opened.prepare(batches))
  const choice = await fastest(runs)
  const run = runs[choice]
  for (let call = 1; call < WARM_UP_CALLS; call++) await run()
  const [batch, row] = choices[choice].place
  const answer = (await run())[batch]
  const width = answer.length / choices[choice].batches[batch].length
  const others = watchOthers()
  const times = await timeCalls(run, { seconds, calls })
  const result = {
    ms: rounded(median(times)),
    calls: times.length,
    load_ms: rounded(loadMs, 3),
    resident_mb: Math.round(peakBytes() / 2 ** 20),
    others: rounded(others(), 2),
    version: opened.version,
    choice,
    pooled: Array.from(answer.subarray(row * width, (row + 1) * width)),
  }
  await opened.close()
  return result
}

console.log(JSON.stringify(await trial(JSON.parse(await text(process.stdin)))))
