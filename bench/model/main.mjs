// What one model costs: latency, memory, loading, first answer. `node bench/model/main.mjs [--quick] [--json] [--threads N]`
// Measures this package alone; bench/peers compares it with others, bench/ops times single kernels.
import { parseArgs } from 'node:util'
import { loadAlbert } from '../albert.mjs'
import { fingerprint, watchOthers } from '../machine.mjs'
import { saveResult } from '../results.mjs'
import { rounded } from '../statistics.mjs'
import { MODELS, makeModel, SEED } from '../weights.mjs'
import { raggedLatency, shapeLatency } from './latency.mjs'
import { peakGflops } from './peak.mjs'
import { firstAnswer } from './start.mjs'

const SHAPES = ['1x16', '1x128', '8x128']

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
  },
})
const limits = flags.quick ? { seconds: 1, calls: 3 } : { seconds: 8, calls: 5 }
const megabytes = (/** @type {number} */ bytes) => Math.round(bytes / 1e5) / 10

async function measure() {
  const { AlbertModel } = await loadAlbert()
  const directory = await makeModel()
  const start = performance.now()
  const model = await AlbertModel.from_pretrained(directory, { dtype: 'fp32', threads: Number(flags.threads) })
  const loadMs = rounded(performance.now() - start, 3)
  const peak = peakGflops(model.threads)
  const others = watchOthers()
  /** @type {Record<string, Awaited<ReturnType<typeof shapeLatency>>>} */
  const latency = {}
  for (const shape of SHAPES) latency[shape] = await shapeLatency(model, shape, peak, limits)
  const ragged = await raggedLatency(model, limits)
  const { weights, packed, workspace } = model.memory()
  const result = {
    kind: 'model',
    date: new Date().toISOString(),
    machine: fingerprint(),
    threads: model.threads,
    isa: model.isa,
    weights: { preset: MODELS.base, seed: SEED },
    latency,
    peak_gflops: peak,
    ragged,
    load_ms: loadMs,
    memory_mb: { weights: megabytes(weights), packed: megabytes(packed), workspace: megabytes(workspace) },
    others: rounded(others(), 2),
  }
  await model.dispose()
  return { ...result, first_answer: firstAnswer(flags.quick ? 3 : 15) }
}

/** @param {Awaited<ReturnType<typeof measure>>} result */
function report({ machine, threads, isa, latency, peak_gflops, ragged, load_ms, memory_mb, first_answer, others }) {
  const rows = Object.entries(latency).map(([shape, times]) => [
    shape,
    times.pooled_ms,
    times.hidden_ms,
    times.pooled_over_hidden,
    times.hidden_gflops,
    times.hidden_share_of_peak ?? '',
  ])
  const head = ['ALBERT-base', 'pooled ms', 'hidden ms', 'ratio', 'GFLOP/s', 'of peak']
  const peak = peak_gflops === null ? 'unknown: the native bench is not built' : `${rounded(peak_gflops)} GFLOP/s`
  return [
    `${machine.cpu} (family ${machine.family}, model ${machine.model}), ${threads} threads, ${isa}; others took ${Math.round(100 * others)} % of the machine`,
    '',
    ...[head, ...rows].map(row => row.map(cell => String(cell).padStart(12)).join('')),
    `Peak of the processor: ${peak}`,
    '',
    `${ragged.texts} texts of 8 to 128 tokens (${ragged.tokens}): ${ragged.packed_ms} ms, ${ragged.tokens_per_second} tokens a second; all as long as the longest: ${ragged.as_long_as_the_longest_ms} ms`,
    `loading ALBERT-base: ${load_ms} ms; memory: weights ${memory_mb.weights} MB, packed ${memory_mb.packed} MB, workspace ${memory_mb.workspace} MB`,
    `first answer of the model in the package: ${first_answer.ready_ms} ms after the process began, ${first_answer.resident_mb} MB resident`,
  ].join('\n')
}

const result = await measure()
console.log(flags.json ? JSON.stringify(result) : report(result))
if (!flags.quick) console.error(`bench: written to ${saveResult(result)}`)
