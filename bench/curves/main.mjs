// How our time grows: with tokens, with the length of texts, with layers, with threads; and what the weights take at each
// depth. `npm run bench:curves`. This package alone.
//   --quick   few points of 0.2 seconds, and nothing is stored
//   --json    one JSON on stdout instead of the table
//   --threads N (of all curves but that of threads), --dtypes fp32,int8
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { say } from '../comparison.mjs'
import { openModel, refusal } from '../dtypes.mjs'
import { fingerprint, watchOthers } from '../machine.mjs'
import { saveResult } from '../results.mjs'
import { rounded } from '../statistics.mjs'
import { MODELS, makeModel, SEED } from '../weights.mjs'
import { byLength, byModel, byTokens, largestFall } from './measure.mjs'
import { table } from './table.mjs'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    dtypes: { type: 'string', default: 'fp32,bf16,int8' },
  },
})
const threads = Number(flags.threads)
const limits = flags.quick ? { seconds: 0.2, calls: 2 } : { seconds: 2, calls: 5 }
const sizes = flags.quick ? { most: 512, tokens: 512, texts: 1 } : { most: 16384, tokens: 4096, texts: 8 }
const LAYERS = flags.quick ? [1, 12, 24] : [1, 2, 4, 8, 12, 16, 20, 24]

/** ALBERT-base with each number of layers. */
async function depths() {
  const models = []
  for (const at of LAYERS) models.push({ at, directory: await makeModel('base', { layers: at }), threads })
  return models
}

/** Megabytes of weights of a model directory. @param {string} directory @param {string} dtype */
async function weightsOf(directory, dtype) {
  const model = await openModel(directory, dtype, threads)
  const { weights } = model.memory()
  await model.dispose()
  return rounded(weights / 1e6)
}

/** BERT-base by number of layers: what nothing shared takes. Each is up to 0.7 GB on disk, so it does not stay. */
async function weightsOfBert() {
  const points = []
  for (const at of LAYERS) {
    const directory = await makeModel('bert-base', { layers: at })
    points.push({ at, mb: await weightsOf(directory, 'fp32') })
    rmSync(directory, { recursive: true })
  }
  return points
}

/** Powers of two up to all processors, and all of them. */
function threadCounts() {
  const all = availableParallelism()
  const counts = []
  for (let count = 1; count < all; count *= 2) counts.push(count)
  return [...counts, all]
}

async function measure() {
  const base = await makeModel()
  const albert = await depths()
  const others = watchOthers()
  /** @type {import('./table.mjs').Curves} */
  const curves = { tokens: {}, length: {}, layers: {}, threads: {} }
  /** @type {import('./table.mjs').Memory} */
  const memory = { 'BERT-base fp32': await weightsOfBert() }
  /** @type {Record<string, string>} */
  const skipped = {}
  for (const dtype of flags.dtypes.split(',')) {
    const reason = await refusal(base, dtype)
    if (reason) {
      skipped[dtype] = reason
      say(`skipped: ${dtype}: ${reason}`)
      continue
    }
    say(`${dtype}: tokens, lengths`)
    const model = await openModel(base, dtype, threads)
    curves.tokens[dtype] = await byTokens(model, sizes.most, limits)
    curves.length[dtype] = await byLength(model, sizes.tokens, limits)
    await model.dispose()
    say(`${dtype}: layers, threads`)
    curves.layers[dtype] = await byModel(albert, dtype, sizes.texts, limits)
    const counts = threadCounts().map(count => ({ at: count, directory: base, threads: count }))
    curves.threads[dtype] = await byModel(counts, dtype, sizes.texts, limits)
    const points = []
    for (const { at, directory } of albert) points.push({ at, mb: await weightsOf(directory, dtype) })
    memory[`ALBERT-base ${dtype}`] = points
  }
  const falls = Object.fromEntries(Object.entries(curves.tokens).map(([dtype, points]) => [dtype, largestFall(points)]))
  return {
    kind: 'curves',
    date: new Date().toISOString(),
    machine: fingerprint(),
    curves,
    largest_fall: falls,
    memory_mb: memory,
    tokens_by_length: sizes.tokens,
    shape_by_model: `${sizes.texts}x128`,
    others: rounded(others(), 2),
    skipped,
    weights: { preset: MODELS.base, seed: SEED },
    threads,
    versions: { node: process.version },
  }
}

const result = await measure()
console.log(flags.json ? JSON.stringify(result) : table(result))
if (!flags.quick) say(`written to ${saveResult(result)}`)
