// The header of a safetensors file, checked against every rule of the format before anything is read because of it.
// Format: 8 bytes length (little-endian), that many bytes of JSON, then the tensors in order and without gaps.
// https://github.com/huggingface/safetensors#format; where that is silent, the reference library of version 0.8 decides.
import { describe, isObject } from '../config-fields.js'
import { AlbertError } from '../errors.js'

export interface TensorEntry {
  name: string
  dtype: string
  shape: number[]
  /** First and last byte (exclusive) in the file. */
  begin: number
  end: number
}

export interface SafetensorsHeader {
  metadata: Record<string, string>
  /** In the order of the file. */
  tensors: Map<string, TensorEntry>
}

/** As the reference library limits it. */
export const MAX_HEADER_BYTES = 100_000_000
/** { tensor: { shape: [ … ] } } has three levels; the rest is for fields that a later version may add. */
const MAX_DEPTH = 16

/** Bits of one element. The order is that of the reference library, which lays the last dtype down first. */
export const DTYPE_BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
}

export function refuseFile(path: string, reason: string, cause?: unknown): never {
  throw new AlbertError('INVALID_CHECKPOINT', `${path} is not a valid safetensors file: ${reason}.`, {
    cause,
    hint: 'Download or save the file again.',
  })
}

/** Length of the header from the first eight bytes. */
export function headerLength(prefix: Uint8Array, fileSize: number, path: string): number {
  if (fileSize < 8) refuseFile(path, `it has ${fileSize} bytes, too few for a header length`)
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_BYTES)) {
    refuseFile(path, `its header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed`)
  }
  if (length > BigInt(fileSize - 8)) {
    refuseFile(path, `its header claims ${length} bytes, but the file has only ${fileSize}`)
  }
  return Number(length)
}

/** Parses and checks the JSON of a header; `fileSize` is the size of the whole file. */
export function parseHeader(bytes: Uint8Array, fileSize: number, path: string): SafetensorsHeader {
  const { __metadata__: metadata, ...entries } = parseObject(bytes, path)
  const dataStart = 8 + bytes.length
  const tensors = Object.entries(entries).map(([name, value]) => checkEntry(name, value, dataStart, fileSize, path))
  checkCoverage(tensors, dataStart, fileSize, path)
  return { metadata: checkMetadata(metadata, path), tensors: new Map(tensors.map(entry => [entry.name, entry])) }
}

function parseObject(bytes: Uint8Array, path: string): Record<string, unknown> {
  if (bytes[0] !== 0x7b) refuseFile(path, "its header does not begin with '{'")
  const { depth, pairs } = measureJson(bytes)
  if (depth > MAX_DEPTH) refuseFile(path, `its header is nested ${depth} deep; at most ${MAX_DEPTH} are allowed`)
  let object: Record<string, unknown>
  try {
    object = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    refuseFile(path, `its header is not JSON in UTF-8 (${(cause as Error).message})`, cause)
  }
  // JSON.parse keeps the last of two equal keys; which one was meant cannot be known.
  if (countPairs(object) !== pairs) refuseFile(path, 'its header has two entries of one name')
  return object
}

/** One pass over JSON that need not be valid: how deep it nests, and how many `key: value` it writes down. */
function measureJson(bytes: Uint8Array): { depth: number; pairs: number } {
  let depth = 0
  let deepest = 0
  let pairs = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === 0x22) {
      // A string: on to its end; a backslash hides the character behind it.
      for (i++; i < bytes.length && bytes[i] !== 0x22; i++) if (bytes[i] === 0x5c) i++
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++
      if (depth > deepest) deepest = depth
    } else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte === 0x3a) pairs++
  }
  return { depth: deepest, pairs }
}

/** How many `key: value` a parsed value holds, at every level. */
function countPairs(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const values: unknown[] = Object.values(value)
  return values.reduce<number>((sum, each) => sum + countPairs(each), Array.isArray(value) ? 0 : values.length)
}

function checkMetadata(value: unknown, path: string): Record<string, string> {
  if (value == null) return {}
  if (!isObject(value) || !Object.values(value).every(each => typeof each === 'string')) {
    refuseFile(path, '__metadata__ is not an object of strings')
  }
  return value as Record<string, string>
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function checkEntry(name: string, value: unknown, dataStart: number, fileSize: number, path: string): TensorEntry {
  const refuse = (reason: string): never => refuseFile(path, `tensor ${describe(name)} ${reason}`)
  if (!isObject(value)) return refuse(`is ${describe(value)}, not an object`)
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BITS, dtype)) return refuse(`has dtype ${describe(dtype)}`)
  if (!Array.isArray(shape) || !shape.every(isSize)) return refuse('has a shape that is not a list of sizes')
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return refuse('has data_offsets that are not two sizes')
  }
  const [begin, end] = offsets as [number, number]
  const data = fileSize - dataStart
  if (begin > end || end > data) return refuse(`lies at [${begin}, ${end}], but there are ${data} bytes of data`)
  const size = byteSize(dtype, shape)
  if (size === undefined) return refuse(`has a shape too large for any file, or ends within a byte`)
  if (end - begin !== size) return refuse(`has ${end - begin} bytes; ${dtype} [${shape.slice(0, 8)}] needs ${size}`)
  return { name, dtype, shape, begin: dataStart + begin, end: dataStart + end }
}

/** Undefined where it overflows, also if a later dimension is 0, or is not a whole number. */
export function byteSize(dtype: string, shape: readonly number[]): number | undefined {
  let elements = 1
  for (const extent of shape) {
    elements *= extent
    if (!Number.isSafeInteger(elements)) return undefined
  }
  const size = (elements * DTYPE_BITS[dtype]!) / 8
  return Number.isSafeInteger(size) ? size : undefined
}

/** Brings the entries in order. No overlap, no hole, nothing behind the last tensor. */
function checkCoverage(entries: TensorEntry[], dataStart: number, fileSize: number, path: string): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let at = dataStart
  for (const { name, begin, end } of entries) {
    if (begin !== at) {
      const place = begin < at ? 'inside the tensor before it' : 'behind a hole'
      refuseFile(path, `tensor ${describe(name)} begins at byte ${begin}, ${place}`)
    }
    at = end
  }
  if (at !== fileSize) refuseFile(path, `${fileSize - at} bytes lie behind the last tensor`)
}
