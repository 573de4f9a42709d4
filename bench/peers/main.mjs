// Times this package against its peers with the same weights, ids and threads: `npm run bench:peers`.
// Each trial is a process of its own and the contenders take turns, so that a busy minute hits all of them alike.
//   --quick         2 rounds of 0.3 seconds instead of 5 of 4, and nothing is stored
//   --json          one JSON on stdout instead of the table
//   --models A,B    models of bench/weights.mjs instead of base: what sharing brings, with large,bert-large
//   --model DIR     a model directory (float32 safetensors) instead of seeded weights
//   --python FILE   a Python with the peers of Python (or ALBERT_ORACLE_PYTHON); without one they are left out
//   --threads N, --shapes 1x128,ragged64, --dtypes bf16,int8, --rounds N, --seconds S
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { lengthsOf, RAGGED } from '../batch.mjs'
import { say, settingsFrom } from '../comparison.mjs'
import { fingerprint } from '../machine.mjs'
import { saveResult } from '../results.mjs'
import { MODELS, makeModel, modelName, SEED } from '../weights.mjs'
import { available, quantizerOf } from './available.mjs'
import { compare } from './compare.mjs'
import { called, DTYPES, entriesOf, OURS_HIDDEN } from './contenders.mjs'
import { makeFiles } from './files.mjs'
import { installPeers } from './install.mjs'
import { Python } from './python.mjs'
import { ratios, usersRatios } from './ratios.mjs'
import { sharing } from './sharing.mjs'
import { table } from './table.mjs'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    model: { type: 'string' },
    models: { type: 'string' },
    python: { type: 'string', default: process.env['ALBERT_ORACLE_PYTHON'] },
    threads: { type: 'string', default: '2' },
    shapes: { type: 'string' },
    dtypes: { type: 'string', default: DTYPES.join(',') },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
})

/** One model at all its shapes, and several at those of short requests. */
const SHAPES = { base: ['1x16', '1x128', '8x128', '8x384', RAGGED], several: ['1x16', '1x128', '8x128'] }

const usual = flags.quick ? { rounds: 2, seconds: 0.3 } : { rounds: 5, seconds: 4 }
// Fewer calls than five give no good median, fewer than three none.
const settings = { ...settingsFrom(flags, usual), calls: flags.quick ? 3 : 5 }
const models = flags.models?.split(',').map(modelName)
const shapes = flags.shapes?.split(',') ?? (models ? SHAPES.several : SHAPES.base)
for (const shape of shapes) lengthsOf(shape)
const dtypes = flags.dtypes.split(',').map(word => {
  const dtype = DTYPES.find(known => known === word)
  if (!dtype) throw new Error(`--dtypes ${word}: some of ${DTYPES.join(',')} are needed`)
  return dtype
})

/** Where the weights of each model lie, by its name. @returns {Promise<Record<string, string>>} */
async function makeModels() {
  if (flags.model) return { [flags.model]: resolve(flags.model) }
  /** @type {Record<string, string>} */
  const directories = {}
  for (const name of models ?? [modelName('base')]) directories[name] = await makeModel(name)
  return directories
}

/** What is told of one model. @param {string} name @param {import('./measured.mjs').Measured} measured */
function told(name, { trials, processes, cuts, cosines, largest_difference }) {
  return {
    model: name,
    ratios: { ...ratios(trials), ...usersRatios(trials) },
    ratios_hidden: { ...ratios(trials, OURS_HIDDEN), ...usersRatios(trials, OURS_HIDDEN) },
    trials,
    cuts,
    cosines,
    largest_difference,
    processes,
  }
}

async function measure() {
  installPeers()
  const python = new Python(flags.python)
  const directories = await makeModels()
  const { entries, skipped } = await available(entriesOf(dtypes), Object.values(directories)[0], python)
  for (const [name, reason] of Object.entries(skipped)) say(`skipped: ${name}: ${reason}`)
  if (entries.length === 0) throw new Error('nothing to measure')
  const quantizers = [...new Set(entries.map(quantizerOf).filter(name => name !== null))]

  /** @type {Record<string, string>} */
  const sha256 = {}
  for (const [name, directory] of Object.entries(directories))
    sha256[name] = (await makeFiles(directory, python, quantizers)).sha256

  const measured = compare(directories, shapes, entries, settings, python)
  const results = Object.entries(measured).map(([name, found]) => told(name, found))
  const weights = Object.entries(sha256).map(([name, hash]) =>
    flags.model ? { directory: name, sha256: hash } : { preset: MODELS[modelName(name)], seed: SEED, sha256: hash },
  )
  const { threads, rounds, seconds } = settings
  const { [OURS_HIDDEN]: _, ...versions } = Object.values(measured)[0].versions
  return {
    kind: models ? 'sharing' : 'peers',
    date: new Date().toISOString(),
    machine: fingerprint(),
    rounds,
    seconds,
    ...(models ? { models: results, sharing: sharing(results) } : results[0]),
    skipped,
    order: entries.map(called),
    weights: models ? weights : weights[0],
    threads,
    versions: { node: process.version, ...versions },
  }
}

const result = await measure()
console.log(flags.json ? JSON.stringify(result) : table(/** @type {any} */ (result)))
if (!flags.quick) say(`written to ${saveResult(result)}`)
