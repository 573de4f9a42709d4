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

/** @param {string} directory */
export function readCheckpoint(directory) {
  const bytes = readFileSync(join(directory, 'model.safetensors'))
  const headerSize = Number(bytes.readBigUInt64LE(0))
  const { __metadata__, ...header } = JSON.parse(bytes.subarray(8, 8 + headerSize).toString())
  /** @type {Map<string, Weight>} */
  const weights = new Map()
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (dtype !== 'F32') throw new Error(`${name} is ${dtype}; the bench reads F32 only`)
    const [begin, end] = data_offsets.map((/** @type {number} */ offset) => 8 + headerSize + offset)
    const copy = bytes.buffer.slice(bytes.byteOffset + begin, bytes.byteOffset + end)
    weights.set(name.replace(/^albert\./, ''), { dims: shape, data: new Float32Array(copy) })
  }
  return { config: readConfig(directory), weights, sha256: createHash('sha256').update(bytes).digest('hex') }
}
