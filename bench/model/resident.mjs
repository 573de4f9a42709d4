// What a large model takes in memory: resident after loading and at most until then, each dtype in a process of its own.
//   node bench/model/resident.mjs [--models xxlarge] [--dtypes bf16] [--json]     (stores its result)
// Run with a directory and a dtype alone it is that process.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runTrial, say } from '../comparison.mjs'
import { openModel, refusal } from '../dtypes.mjs'
import { fingerprint } from '../machine.mjs'
import { peakBytes } from '../memory.mjs'
import { saveResult } from '../results.mjs'
import { makeModel, modelName, SEED } from '../weights.mjs'

const file = fileURLToPath(import.meta.url)
const megabytes = (/** @type {number} */ bytes) => Math.round(bytes / 1e5) / 10

/** @param {string} directory @param {string} dtype */
async function load(directory, dtype) {
  const start = performance.now()
  const model = await openModel(directory, dtype)
  const loadMs = Math.round(performance.now() - start)
  const { weights } = model.memory()
  const resident = { weights_mb: megabytes(weights), resident_mb: megabytes(process.memoryUsage.rss()) }
  await model.dispose()
  return { load_ms: loadMs, ...resident, peak_mb: megabytes(peakBytes()) }
}

async function measure() {
  const { values: flags } = parseArgs({
    options: {
      models: { type: 'string', default: 'xxlarge' },
      dtypes: { type: 'string', default: 'bf16' },
      json: { type: 'boolean', default: false },
    },
  })
  /** @type {Record<string, Record<string, Awaited<ReturnType<typeof load>>>>} */
  const models = {}
  /** @type {Record<string, string>} */
  const skipped = {}
  for (const name of flags.models.split(',').map(modelName)) {
    const directory = await makeModel(name, { dtype: 'bfloat16' })
    for (const dtype of flags.dtypes.split(',')) {
      const reason = await refusal(directory, dtype)
      if (reason) {
        skipped[`${name} ${dtype}`] = reason
        say(`skipped: ${name} ${dtype}: ${reason}`)
        continue
      }
      models[name] = { ...models[name], [dtype]: runTrial(file, [directory, dtype]) }
    }
    // Hundreds of megabytes that nothing else reads.
    rmSync(directory, { recursive: true })
  }
  const result = {
    kind: 'resident',
    date: new Date().toISOString(),
    machine: fingerprint(),
    models,
    skipped,
    seed: SEED,
  }
  if (flags.json) return console.log(JSON.stringify(result))
  for (const [name, dtypes] of Object.entries(models))
    for (const [dtype, figures] of Object.entries(dtypes)) console.log(name, dtype, figures)
  if (Object.keys(models).length > 0) say(`written to ${saveResult(result)}`)
}

const [directory, dtype] = process.argv.slice(2)
if (directory && !directory.startsWith('-') && dtype) console.log(JSON.stringify(await load(directory, dtype)))
else await measure()
