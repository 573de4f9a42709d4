// Times this package against its peers with the same weights, ids and threads: `npm run bench:peers`.
// Each trial is a process of its own and the contenders take turns, so that a busy minute hits all of them alike.
//   --quick         2 rounds of 1 second instead of 5 of 4, and nothing is stored
//   --json          one JSON on stdout instead of the table
//   --model DIR     a model directory (float32 safetensors) instead of seeded ALBERT-base
//   --threads N, --shapes 1x128,8x128, --rounds N, --seconds S
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parseShape } from '../batch.mjs'
import { say, settingsFrom } from '../comparison.mjs'
import { fingerprint } from '../machine.mjs'
import { saveResult } from '../results.mjs'
import { rounded } from '../statistics.mjs'
import { makeModel, PRESET, SEED } from '../weights.mjs'
import { compare } from './compare.mjs'
import { contenders, ONNX_FILE, OURS_HIDDEN } from './contenders.mjs'
import { installPeers } from './install.mjs'
import { ratios } from './ratios.mjs'
import { table } from './table.mjs'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    model: { type: 'string' },
    threads: { type: 'string', default: '2' },
    shapes: { type: 'string', default: '1x16,1x128,8x128' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
})

const settings = settingsFrom(flags, flags.quick ? { rounds: 2, seconds: 1 } : { rounds: 5, seconds: 4 })
const shapes = flags.shapes.split(',')
for (const shape of shapes) parseShape(shape)

async function measure() {
  installPeers()
  // Loaded here and not above: it needs what was installed just now.
  const { writeOnnx } = await import('./onnx.mjs')
  const directory = flags.model ? resolve(flags.model) : await makeModel()
  const { sha256 } = writeOnnx(directory, join(directory, ONNX_FILE))
  say(`weights ${sha256}`)
  const names = Object.keys(contenders)
  const { trials, processes, difference } = compare(directory, shapes, names, settings)
  const packages = names.filter(name => name !== OURS_HIDDEN)
  const versions = Object.fromEntries(packages.map(name => [name, processes[name].version]))
  return {
    kind: 'peers',
    date: new Date().toISOString(),
    machine: fingerprint(),
    ...settings,
    weights: { ...(flags.model ? { directory } : { preset: PRESET, seed: SEED }), sha256 },
    ratios: ratios(trials),
    ratios_hidden: ratios(trials, OURS_HIDDEN),
    trials,
    largest_difference: rounded(difference, 2),
    processes,
    versions: { node: process.version, ...versions },
  }
}

const result = await measure()
console.log(flags.json ? JSON.stringify(result) : table(result))
if (!flags.quick) say(`written to ${saveResult(result)}`)
