// Reads a case of test/golden/numeric and lays its weights down as a transformers checkpoint.
// Has its own few lines for safetensors, so that the cases do not depend on the reader under test.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Tensor } from '../../lib/tensor.js'

const folder = join(import.meta.dirname, 'numeric')

interface Description {
  cls: string
  config: Record<string, unknown>
  num_labels?: number
  problem_type?: string
  loss?: number | string
  loss_parts?: Record<string, number>
  beams?: { start_n_top: number; end_n_top: number }
}

export interface NumericCase extends Description {
  name: string
  inputs: Record<string, Tensor>
  outputs: Record<string, Tensor>
  /** Dropout multipliers by place, flat. */
  multipliers: Record<string, Float32Array>
}

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

export function readSafetensors(path: string): Map<string, { entry: Entry; bytes: Uint8Array }> {
  const file = readFileSync(path)
  const start = 8 + Number(file.readBigUInt64LE(0))
  const header: Record<string, Entry> = JSON.parse(file.subarray(8, start).toString('utf8'))
  const tensors = new Map<string, { entry: Entry; bytes: Uint8Array }>()
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const [begin, end] = entry.data_offsets
    tensors.set(name, { entry, bytes: file.subarray(start + begin, start + end) })
  }
  return tensors
}

export function writeSafetensors(path: string, tensors: Map<string, { entry: Entry; bytes: Uint8Array }>): void {
  const header: Record<string, Entry> = {}
  let offset = 0
  for (const [name, { entry, bytes }] of tensors) {
    header[name] = { ...entry, data_offsets: [offset, offset + bytes.length] }
    offset += bytes.length
  }
  const text = Buffer.from(JSON.stringify(header))
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, 0x20)])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  writeFileSync(path, Buffer.concat([length, padded, ...[...tensors.values()].map(({ bytes }) => bytes)]))
}

export function toTensor({ entry, bytes }: { entry: Entry; bytes: Uint8Array }): Tensor {
  const buffer = Uint8Array.from(bytes).buffer
  if (entry.dtype === 'I64') return new Tensor('int64', new BigInt64Array(buffer), entry.shape)
  if (entry.dtype === 'F64') return new Tensor('float64', new Float64Array(buffer), entry.shape)
  if (entry.dtype === 'F32') return new Tensor('float32', new Float32Array(buffer), entry.shape)
  throw new Error(`A golden file holds ${entry.dtype}.`)
}

export const caseNames = readdirSync(folder)
  .filter(file => file.endsWith('.json'))
  .map(file => file.slice(0, -'.json'.length))
  .sort()

export function readCase(name: string): NumericCase {
  const description: Description = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const tensors = readSafetensors(join(folder, `${name}.safetensors`))
  const group = (prefix: string): Record<string, Tensor> =>
    Object.fromEntries(
      [...tensors]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), toTensor(value)]),
    )
  const multipliers = Object.entries(group('multiplier.')).map(([place, { data }]) => [place, data as Float32Array])
  return {
    ...description,
    name,
    inputs: group('in.'),
    outputs: group('out.'),
    multipliers: Object.fromEntries(multipliers),
  }
}

/** Writes `config.json` and `model.safetensors` of a case into a new folder below `parent`. */
export function writeCheckpoint(name: string, parent: string): string {
  const { config, num_labels, problem_type }: Description = JSON.parse(
    readFileSync(join(folder, `${name}.json`), 'utf8'),
  )
  const target = join(parent, name)
  mkdirSync(target)
  const labels = num_labels === undefined ? {} : { id2label: namesOf(num_labels) }
  const problem = problem_type === undefined ? {} : { problem_type }
  writeFileSync(
    join(target, 'config.json'),
    JSON.stringify({ model_type: 'albert', ...config, ...labels, ...problem }, null, 2),
  )
  const weights = [...readSafetensors(join(folder, `${name}.safetensors`))]
    .filter(([key]) => key.startsWith('param.'))
    .map(([key, value]) => [key.slice('param.'.length), value] as const)
  writeSafetensors(join(target, 'model.safetensors'), new Map(weights))
  return target
}

function namesOf(count: number): Record<number, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `LABEL_${i}`]))
}

/** Largest difference over the largest value of `wanted`: how far off a tensor is. NaN counts as infinitely far. */
export function errorOf(actual: ArrayLike<number | bigint>, wanted: ArrayLike<number | bigint>): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let largest = 0
  for (let i = 0; i < wanted.length; i++) {
    const distance = Math.abs(Number(actual[i]) - Number(wanted[i]))
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY
    difference = Math.max(difference, distance)
    largest = Math.max(largest, Math.abs(Number(wanted[i])))
  }
  return largest === 0 ? difference : difference / largest
}
