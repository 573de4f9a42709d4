// The int8 form of a weight file: a matrix `X.weight` in I8 has one scale a row in `X.weight_scale`, F32 [rows], and may have
// one divisor a column in `X.weight_divisor`, F32 [columns]; its weights are number × scale / divisor. The metadata says how
// the rounding was done. docs/checkpoints.md has the form; what runs as what is in lib/dtype.ts.
import { describe, isObject } from '../config-fields.js'
import type { Arithmetic, Quality } from '../dtype.js'
import { AlbertError } from '../errors.js'
import type { FoundTensor } from './found-tensors.js'
import { type ExpectedParameter, WORD_TABLE } from './names.js'
import { sameTensor } from './safetensors-file.js'

const METADATA = 'albert_quantization'
/** Not `pt`: transformers 4 would take the numbers for weights and leave the scales out; so it refuses the file. */
const FORMAT = 'albert-native'
const VERSION = 1
/** Channels of an input that share a scale. The weights do not depend on it; the answers do. */
const GROUP = 128
/** One scale a row of weights, one a token and group of inputs, and divisors of inputs; no permutation. */
const LEVEL = 'int8-d'
/** What the divisors were made from: native/model/model.cc draws these tokens. */
const CALIBRATION = 'random tokens, 8 x 32, seed 1'
/** The number that rounding never makes: products rely on it. */
const NEVER = 0x80
const LARGEST_SCALE = ((2 - 2 ** -23) * 2 ** 127) / 127
/** Far beyond what rounding makes, near enough that products of weights and inputs stay numbers. */
const LARGEST_DIVISOR = 1e12

/** How a file was quantised, as its metadata says. */
export interface Quantization {
  level: string
  quality: Quality
  group: number
  permutation: null
  calibration: string
  version: number
}

/** Metadata of a file that is written. */
export function quantizationMetadata(quality: Quality): Record<string, string> {
  const quantization: Quantization = {
    level: LEVEL,
    quality,
    group: GROUP,
    permutation: null,
    calibration: CALIBRATION,
    version: VERSION,
  }
  return { [METADATA]: JSON.stringify(quantization), format: FORMAT }
}

/** What the metadata of a file says; null where it says nothing. Throws INVALID_CHECKPOINT or UNSUPPORTED_CHECKPOINT. */
export function readQuantization(metadata: Readonly<Record<string, string>>, path: string): Quantization | null {
  const text = metadata[METADATA]
  if (text === undefined) return null
  const fields = parsed(text)
  if (!isObject(fields))
    throw new AlbertError('INVALID_CHECKPOINT', `${path}: ${METADATA} is ${describe(text)}, not an object in JSON.`)
  const known: Record<string, readonly unknown[]> = {
    version: [VERSION],
    level: [LEVEL],
    group: [GROUP],
    permutation: [null],
    calibration: [CALIBRATION],
    quality: ['fast', 'high'],
  }
  for (const [name, right] of Object.entries(known)) {
    if (right.includes(fields[name])) continue
    const message = `${path}: ${METADATA}.${name} is ${describe(fields[name])}; this version reads ${right.map(each => JSON.stringify(each)).join(' and ')}.`
    throw new AlbertError('UNSUPPORTED_CHECKPOINT', message, {
      hint: 'Quantise the original model again: albert quantize.',
    })
  }
  return fields as unknown as Quantization
}

/** What belongs to a matrix in I8, and lies under its name with `ending` behind it, in the order in which it is handed on. */
export const companions = [
  { key: 'scale', ending: '_scale', plural: 'scales', axis: 0, isNeeded: true },
  { key: 'divisor', ending: '_divisor', plural: 'divisors', axis: 1, isNeeded: false },
] as const

/** Gives each matrix in I8 what belongs to it, and takes that from the tensors that stand for themselves. */
export function attachCompanions(found: Map<string, FoundTensor>): void {
  for (const [name, tensor] of found) {
    if (tensor.entry.dtype !== 'I8') continue
    for (const { key, ending } of companions) {
      const companion = found.get(name + ending)
      if (companion) tensor[key] = companion
      found.delete(name + ending)
    }
  }
}

/** Matrices whose inputs come out of a LayerNorm: those alone are divided. */
const DIVIDED = /^encoder\..*\.(?:query|key|value|ffn)\.weight$/

/** Refuses a matrix in I8 without scales, or with scales or divisors of another kind. */
export function checkQuantized({ name, shape }: ExpectedParameter, tensor: FoundTensor): void {
  const { file, entry } = tensor
  const which = `${describe(entry.name)} in ${file.path}`
  if (shape.length !== 2)
    throw new AlbertError('UNSUPPORTED_CHECKPOINT', `${which} has dtype I8; only matrices can be in it.`)
  for (const { key, ending, plural, axis, isNeeded } of companions) {
    const right = `F32 [${shape[axis]}]`
    const companion = tensor[key]
    if (companion && key === 'divisor' && !DIVIDED.test(name)) {
      const message = `${describe(companion.entry.name)} in ${companion.file.path}: only query, key, value and ffn of a layer have divisors.`
      throw new AlbertError('INVALID_CHECKPOINT', message)
    }
    if (!companion && isNeeded) {
      const message = `${which} has dtype I8, but its ${plural} are missing: ${describe(entry.name + ending)}, ${right}.`
      throw new AlbertError('INVALID_CHECKPOINT', message)
    }
    if (!companion || `${companion.entry.dtype} [${companion.entry.shape}]` === right) continue
    const given = `${companion.entry.dtype} [${companion.entry.shape.slice(0, 8)}]`
    const message = `${describe(companion.entry.name)} in ${companion.file.path} is ${given}; the ${plural} of ${describe(entry.name)} must be ${right}.`
    throw new AlbertError('INVALID_CHECKPOINT', message)
  }
}

/** Refuses scales and divisors that no rounding makes. A row of zeros may have the scale 0. */
export async function checkCompanions({ scale, divisor }: FoundTensor): Promise<void> {
  const isScale = (x: number): boolean => x >= 0 && x <= LARGEST_SCALE
  const isDivisor = (x: number): boolean => x >= 1 / LARGEST_DIVISOR && x <= LARGEST_DIVISOR
  if (scale) await checkNumbers(scale, isScale, 'a scale is a finite number, 0 or more')
  if (divisor) await checkNumbers(divisor, isDivisor, 'a divisor is a finite number above 0')
}

async function checkNumbers(
  { file, entry }: FoundTensor,
  isRight: (x: number) => boolean,
  right: string,
): Promise<void> {
  for await (const { offset, bytes } of file.chunks(entry)) {
    const numbers = new Float32Array(Uint8Array.from(bytes).buffer)
    const wrong = numbers.findIndex(x => !isRight(x))
    if (wrong < 0) continue
    const message = `${describe(entry.name)}[${offset + wrong}] in ${file.path} is ${numbers[wrong]}; ${right}.`
    throw new AlbertError('INVALID_CHECKPOINT', message)
  }
}

/**
 * Refuses query, key and value that were not rounded together: they read the same inputs, which are divided once for all
 * three. A value in another dtype is rounded with what the others have.
 */
export async function checkSiblings(
  expected: readonly ExpectedParameter[],
  found: Map<string, FoundTensor>,
): Promise<void> {
  const first = /^encoder\..*\.query\.weight$/
  for (const { name } of expected.filter(each => first.test(each.name))) {
    const query = found.get(name)
    for (const part of ['key', 'value']) {
      const other = found.get(name.replace(/query\.weight$/, `${part}.weight`))
      if (!query || !other || (await haveEqualDivisors(query, other))) continue
      if (part === 'value' && other.entry.dtype !== 'I8') continue
      const message = `${describe(query.entry.name)} and ${describe(other.entry.name)} in ${other.file.path} read the same inputs, so both must be in I8 with equal divisors, or neither.`
      throw new AlbertError('INVALID_CHECKPOINT', message)
    }
  }
}

async function haveEqualDivisors(one: FoundTensor, other: FoundTensor): Promise<boolean> {
  if ((one.entry.dtype === 'I8') !== (other.entry.dtype === 'I8')) return false
  return isSame(one.divisor, other.divisor)
}

/** Both absent, or equal to the bit. */
export async function isSame(one: FoundTensor | undefined, other: FoundTensor | undefined): Promise<boolean> {
  return one && other ? sameTensor(one, other) : one === other
}

/** Refuses the one number of I8 that no rounding makes. */
export function checkValues({ file, entry }: FoundTensor, offset: number, bytes: Uint8Array): void {
  const wrong = bytes.indexOf(NEVER)
  if (wrong < 0) return
  const message = `${describe(entry.name)}[${offset + wrong}] in ${file.path} is -128; weights in I8 are -127 to 127.`
  throw new AlbertError('INVALID_CHECKPOINT', message)
}

/** Matrices that int8 rounds whatever the quality. */
const ALWAYS = /^encoder\..*\.(?:query|key|dense|ffn)\.weight$/
/** Those that quality `high` keeps in bfloat16, beside the word table and the pooler. */
const DELICATE = /^encoder\..*\.(?:value|ffn_output)\.weight$/

/**
 * The arithmetic whose rounding the weights have been through: a model that runs as it loses nothing of the file. bf16 if
 * every matrix is in it; int8 if those are which int8 rounds, and the others in bf16; else fp32, which holds everything.
 */
export function storedArithmetic(expected: readonly ExpectedParameter[], found: Map<string, FoundTensor>): Arithmetic {
  const matrices = expected
    .filter(({ name, shape }) => shape.length === 2 && found.has(name))
    .map(({ name }) => ({ name, dtype: found.get(name)!.entry.dtype }))
  const all = (dtype: string, of: (name: string) => boolean): boolean =>
    matrices.every(each => !of(each.name) || each.dtype === dtype)
  const isAlways = (name: string): boolean => ALWAYS.test(name)
  const isDelicate = (name: string): boolean => name === WORD_TABLE || name === 'pooler.weight' || DELICATE.test(name)
  if (all('BF16', () => true)) return { dtype: 'bf16', quality: 'fast' }
  if (all('I8', isAlways) && all('BF16', name => !isAlways(name) && !isDelicate(name))) {
    if (all('I8', isDelicate)) return { dtype: 'int8', quality: 'fast' }
    if (all('BF16', isDelicate)) return { dtype: 'int8', quality: 'high' }
  }
  return { dtype: 'fp32', quality: 'fast' }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
