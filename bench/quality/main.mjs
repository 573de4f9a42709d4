// How near the fast precisions stay to float32, on real text: `npm run bench:quality`.
// Cosines of embeddings, agreement of masked words, scores of linear probes; the model in the package and a model with
// outlier channels. The questions are the same for all; a precision that this build lacks is said to be skipped.
//   --tasks DIR     folder with sst2/ and ner/ for the probes; they are skipped without it (docs/quantization.md)
//   --python FILE   Python with torch and transformers, onnxruntime, openvino and nncf: what it has, is measured beside ours
//   --simulate      with --python: also the precisions as bench/quality/python/levels.py simulates them
//   --json          one JSON on stdout instead of the table; --quick stores nothing and asks a tenth
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadAlbert } from '../albert.mjs'
import { say } from '../comparison.mjs'
import { fingerprint } from '../machine.mjs'
import { saveResult } from '../results.mjs'
import { answersOf } from './ours.mjs'
import { passages, tasks, withMasks } from './questions.mjs'
import { agreement, cosines, entityF1 } from './scores.mjs'
import { table } from './table.mjs'

const { values: flags } = parseArgs({
  options: {
    tasks: { type: 'string' },
    python: { type: 'string' },
    simulate: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

/** @param {string} path */
const beside = path => fileURLToPath(new URL(path, import.meta.url))
const MODELS = { starter: beside('../../models/starter-en'), outliers: beside('../../test/fixtures/outlier-channels') }

const PROBES = beside('probes.json')

const OURS = {
  fp32: { dtype: 'fp32' },
  bf16: { dtype: 'bf16' },
  int8: { dtype: 'int8' },
  'int8 high': { dtype: 'int8', quality: 'high' },
}
const PEERS = { 'ONNX Runtime int8': 'onnxruntime', 'OpenVINO int8': 'openvino' }
const SIMULATED = ['bf16', 'int8', 'int8 high', 'naive', 'int8 value-bf16', 'int8 outliers-bf16', 'int8 equalised']

/** Passages at the end of the file that other engines may look at before; nobody is asked about them. */
const CALIBRATED = 32

/** @typedef {import('./ours.mjs').Answers} Answers */
/** @typedef {import('./questions.mjs').Questions} Questions */
/** @typedef {import('./questions.mjs').Truth} Truth */

/** @param {Answers} answers @param {Answers} reference @param {Truth} truth */
function scoresOf(answers, reference, truth) {
  const { sst2_pooled, sst2_mean, ner } = answers
  return {
    pooled: cosines(answers.pooled, reference.pooled),
    mean: cosines(answers.mean, reference.mean),
    words: agreement(answers.words, reference.words),
    ...(truth.sst2 && sst2_pooled && { sst2_pooled: agreement(sst2_pooled, truth.sst2) }),
    ...(truth.sst2 && sst2_mean && { sst2_mean: agreement(sst2_mean, truth.sst2) }),
    ...(truth.ner && ner && { ner_f1: entityF1(ner, truth.ner) }),
  }
}

/** Answers of a Python engine; null, said aloud, where it cannot. @param {string} contender @param {string} file @param {string} folder @returns {Answers | null} */
function fromPython(contender, file, folder) {
  const script = beside('python/answers.py')
  const options = /** @type {const} */ ({ encoding: 'utf8', maxBuffer: 2 ** 30 })
  const { status, stdout, stderr } = spawnSync(flags.python ?? '', [script, contender, file, folder], options)
  if (status === 0) return JSON.parse(stdout.slice(stdout.indexOf('{"pooled"')))
  say(`${contender} skipped: ${stderr?.trim().split('\n').at(-1) ?? 'no such Python'}`)
  return null
}

/** @param {string} model @param {string} folder @param {string} place for files */
async function measure(model, folder, place) {
  const { AutoTokenizer } = await loadAlbert()
  const tokenizer = await AutoTokenizer.from_pretrained(folder)
  const probes = existsSync(PROBES) ? JSON.parse(readFileSync(PROBES, 'utf8')) : null
  const all = passages(tokenizer)
  const calibration = all.splice(-CALIBRATED)
  const texts = all.slice(0, flags.quick ? 16 : all.length)
  const labelled = probes && model === 'starter' ? tasks(tokenizer, flags.tasks && resolve(flags.tasks)) : null
  if (model === 'starter' && !labelled)
    say(`probes skipped: ${probes ? '--tasks names no folder with sst2/dev.jsonl.gz' : 'python/probes.py was not run'}`)
  /** @type {Questions} */
  const questions = {
    calibration,
    passages: texts,
    masked: withMasks(texts, tokenizer.mask_token_id ?? 4),
    ...labelled?.questions,
  }
  const truth = labelled?.truth ?? {}
  const file = join(place, `${model}.json`)
  writeFileSync(file, JSON.stringify(questions))
  const reference = await answersOf(folder, OURS.fp32, questions, probes)
  /** @type {Record<string, ReturnType<typeof scoresOf>>} */
  const scores = { fp32: scoresOf(reference, reference, truth) }
  for (const [precision, arithmetic] of Object.entries(OURS).slice(1)) {
    try {
      scores[precision] = scoresOf(await answersOf(folder, arithmetic, questions, probes), reference, truth)
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'UNSUPPORTED_DTYPE') throw error
      say(`${precision} skipped: this build does not run it`)
    }
  }
  const python = flags.python ? Object.entries(PEERS) : []
  if (flags.python && flags.simulate)
    for (const level of SIMULATED) python.push([`${level}, simulated`, `simulation ${level}`])
  for (const [label, contender] of python) {
    const answers = fromPython(contender, file, folder)
    if (answers) scores[label] = scoresOf(answers, reference, truth)
  }
  return { passages: texts.length, masked: reference.words.length, scores }
}

if (!flags.python) say('the int8 files of other engines skipped: --python names no Python')
const place = mkdtempSync(join(tmpdir(), 'albert-quality-'))
try {
  /** @type {Record<string, Awaited<ReturnType<typeof measure>>>} */
  const models = {}
  for (const [name, folder] of Object.entries(MODELS)) models[name] = await measure(name, folder, place)
  const result = {
    kind: 'quality',
    date: new Date().toISOString(),
    machine: fingerprint(),
    node: process.version,
    models,
  }
  console.log(flags.json ? JSON.stringify(result) : table(result))
  if (!flags.quick) say(`written to ${saveResult(result)}`)
} finally {
  rmSync(place, { recursive: true })
}
