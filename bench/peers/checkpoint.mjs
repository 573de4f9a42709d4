// Reads a model directory as this package writes it: config.json and one float32 model.safetensors.
// Kept apart from the package's own reader so that the peer's file depends on nothing that is being measured.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {{ dims: number[], data: Float32Array }} Weight */

/** @param {string} directory */
export function readConfig(directory) {
  return JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'))
}

/** BERT's names for what ALBERT's layers have, in the order in which they are replaced. @type {[RegExp, string][]} */
const BERT_NAMES = [
  [/^encoder\.layer\.(\d+)\./, 'encoder.albert_layer_groups.$1.albert_layers.0.'],
  [/attention\.self\./, 'attention.'],
  [/attention\.output\./, 'attention.'],
  [/intermediate\.dense/, 'ffn'],
  [/(layers\.0\.)output\.dense/, '$1ffn_output'],
  [/(layers\.0\.)output\.LayerNorm/, '$1full_layer_layer_norm'],
  [/^pooler\.dense/, 'pooler'],
]

/** The name of a tensor as ALBERT spells it: BERT is an ALBERT whose every layer is a group. @param {string} name @param {string} kind */
function albertName(name, kind) {
  if (kind !== 'bert') return name.replace(/^albert\./, '')
  return BERT_NAMES.reduce((spelled, [from, to]) => spelled.replace(from, to), name.replace(/^bert\./, ''))
}

/** @param {any} config */
function albertConfig(config) {
  return config.model_type === 'bert'
    ? { ...config, num_hidden_groups: config.num_hidden_layers, inner_group_num: 1 }
    : config
}

/** A BERT comes with the names and sizes of the ALBERT that it is. @param {string} directory */
export function readCheckpoint(directory) {
  const bytes = readFileSync(join(directory, 'model.safetensors'))
  const headerSize = Number(bytes.readBigUInt64LE(0))
  const { __metadata__, ...header } = JSON.parse(bytes.subarray(8, 8 + headerSize).toString())
  const config = readConfig(directory)
  /** @type {Map<string, Weight>} */
  const weights = new Map()
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (dtype !== 'F32') throw new Error(`${name} is ${dtype}; the bench reads F32 only`)
    const [begin, end] = data_offsets.map((/** @type {number} */ offset) => 8 + headerSize + offset)
    const copy = bytes.buffer.slice(bytes.byteOffset + begin, bytes.byteOffset + end)
    weights.set(albertName(name, config.model_type), { dims: shape, data: new Float32Array(copy) })
  }
  return { config: albertConfig(config), weights, sha256: createHash('sha256').update(bytes).digest('hex') }
}
