// Whether the event loop lives while a large batch runs: `node bench/model/loop.mjs [--quick] [--json] [--threads N]`
// Delay = time between two firings of a timer of 1 ms, so that 1 ms is the least. p99 counts firings, and one long stop
// among thousands would hide behind it, so the longest is told too. Where others use the machine, it tells of them: `turn`
// is the longest turn of the event loop in processor time of its own thread.
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { loadAlbert } from '../albert.mjs'
import { packTexts, textsOf } from '../batch.mjs'
import { fingerprint, watchOthers } from '../machine.mjs'
import { saveResult } from '../results.mjs'
import { rounded } from '../statistics.mjs'
import { MODELS, makeModel, SEED } from '../weights.mjs'
import { packageTokenizer, wordTexts } from './texts.mjs'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
  },
})
/** Texts x tokens. */
const SHAPE = flags.quick ? '8x512' : '64x512'
const LIMIT_MS = 10

const { AlbertModel, isAlbertError, pipeline } = await loadAlbert()

/** Processor time of the main thread in ms; of the clock where the system does not tell. */
function threadMs() {
  if (process.platform !== 'linux') return performance.now()
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6
}

/** Watches the turns of the event loop; the function returned tells the longest, in ms. */
function watchTurns() {
  let longest = 0
  let before = threadMs()
  const timer = setInterval(() => {
    const now = threadMs()
    longest = Math.max(longest, now - before)
    before = now
  }, 1)
  return () => {
    clearInterval(timer)
    return longest
  }
}

/** Delays of the event loop while `work` runs, in ms. @param {() => Promise<unknown>} work */
async function delays(work) {
  const monitor = monitorEventLoopDelay({ resolution: 1 })
  const start = performance.now()
  const longestTurn = watchTurns()
  monitor.enable()
  await work()
  monitor.disable()
  const ms = (/** @type {number} */ nanoseconds) => rounded(nanoseconds / 1e6, 3)
  return {
    took_ms: rounded(performance.now() - start),
    p50_ms: ms(monitor.percentile(50)),
    p99_ms: ms(monitor.percentile(99)),
    max_ms: ms(monitor.max),
    turn_ms: rounded(longestTurn(), 3),
  }
}

/** @param {import('../../lib/index.js').AlbertModel} model */
async function delaysOf(model) {
  const tokenizer = await packageTokenizer()
  const made = textsOf(SHAPE, model.config.vocab_size)
  const packed = packTexts(made)
  const texts = wordTexts(
    tokenizer,
    made.map(text => text.length),
  )
  const embed = await pipeline('feature-extraction', model, { tokenizer })
  await model.forward(packTexts(made.slice(0, 1)), { outputs: ['pooler_output'] })
  return {
    'forward, pooled': await delays(() => model.forward(packed, { outputs: ['pooler_output'] })),
    'forward, hidden rows': await delays(() => model.forward(packed, { outputs: ['last_hidden_state'] })),
    'pipeline, mean': await delays(() => embed(texts, { pooling: 'mean' })),
    'pipeline, hidden rows': await delays(() => embed(texts)),
  }
}

async function measure() {
  const directory = await makeModel()
  const others = watchOthers()
  /** @type {Record<string, Awaited<ReturnType<typeof delaysOf>>>} */
  const rows = {}
  for (const dtype of ['fp32', 'bf16', 'int8']) {
    const options = { dtype: /** @type {'fp32'} */ (dtype), threads: Number(flags.threads) }
    try {
      const model = await AlbertModel.from_pretrained(directory, options)
      rows[dtype] = await delaysOf(model)
      await model.dispose()
    } catch (error) {
      if (!isAlbertError(error) || error.code !== 'UNSUPPORTED_DTYPE') throw error
      console.error(`bench: ${dtype} is left out: ${error.message}`)
    }
  }
  return {
    kind: 'loop',
    date: new Date().toISOString(),
    machine: fingerprint(),
    threads: Number(flags.threads),
    weights: { preset: MODELS.base, seed: SEED },
    shape: SHAPE,
    rows,
    others: rounded(others(), 2),
  }
}

/** @param {Awaited<ReturnType<typeof measure>>} result */
function report({ machine, threads, shape, rows, others }) {
  const table = Object.entries(rows).flatMap(([dtype, works]) =>
    Object.entries(works).map(([name, times]) => [dtype, name, ...Object.values(times)]),
  )
  const worst = Math.max(...Object.values(rows).flatMap(works => Object.values(works).map(times => times.p99_ms)))
  return [
    `${machine.cpu}, ${threads} threads; others took ${Math.round(100 * others)} % of the machine`,
    `Delay of the event loop while ALBERT-base runs ${shape}, ms`,
    '',
    ...[['dtype', 'work', 'took', 'p50', 'p99', 'max', 'turn'], ...table].map(([dtype, name, ...times]) =>
      [String(dtype).padEnd(6), String(name).padEnd(24), ...times.map(each => String(each).padStart(9))].join(''),
    ),
    '',
    `worst p99 ${worst} ms, wanted: below ${LIMIT_MS} ms`,
  ].join('\n')
}

const result = await measure()
console.log(flags.json ? JSON.stringify(result) : report(result))
if (!flags.quick) console.error(`bench: written to ${saveResult(result)}`)
