// The header of a safetensors file, checked against every rule of the format before anything is read because of it.
// Format: 8 bytes length (little-endian), that many bytes of JSON, then the tensors without gaps.
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
  tensors: Map<string, TensorEntry>
}

/** As the reference implementation limits it. */
export const MAX_HEADER_BYTES = 100_000_000
const MAX_RANK = 32

/** Bytes of one element; the dtypes of the format. */
export const DTYPE_BYTES: Record<string, number> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
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
  if (length > BigInt(MAX_HEADER_BYTES))
    refuseFile(path, `its header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed`)
  if (length > BigInt(fileSize - 8))
    refuseFile(path, `its header claims ${length} bytes, but the file has only ${fileSize}`)
  return Number(length)
}

/** Parses and checks the JSON of a header; `fileSize` is the size of the whole file. */
export function parseHeader(bytes: Uint8Array, fileSize: number, path: string): SafetensorsHeader {
  const object = parseObject(bytes, path)
  const dataStart = 8 + bytes.length
  const metadata: Record<string, string> = {}
  const tensors = new Map<string, TensorEntry>()
  for (const [name, value] of Object.entries(object)) {
    if (name === '__metadata__') Object.assign(metadata, checkMetadata(value, path))
    else tensors.set(name, checkEntry(name, value, dataStart, fileSize, path))
  }
  checkCoverage([...tensors.values()], dataStart, fileSize, path)
  return { metadata, tensors }
}

function parseObject(bytes: Uint8Array, path: string): Record<string, unknown> {
  if (bytes[0] !== 0x7b) refuseFile(path, "its header does not begin with '{'")
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    refuseFile(path, `its header is not JSON in UTF-8 (${(cause as Error).message})`, cause)
  }
  const object = value as Record<string, unknown>
  // JSON.parse keeps the last of two equal keys; which one was meant cannot be known.
  const keys = topLevelKeys(text)
  if (keys.length !== new Set(keys).size) {
    const twice = keys.find((key, i) => keys.indexOf(key) !== i)
    refuseFile(path, `its header names ${JSON.stringify(twice)} twice`)
  }
  return object
}

/** Keys of the outermost object of valid JSON, in order, repeats included. */
function topLevelKeys(text: string): string[] {
  const keys: string[] = []
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs
  let depth = 0
  let last = ''
  for (const [found] of text.matchAll(token)) {
    if (found === '{' || found === '[') depth++
    else if (found === '}' || found === ']') depth--
    else if (found === ':' && depth === 1) keys.push(JSON.parse(last) as string)
    last = found
  }
  return keys
}

function checkMetadata(value: unknown, path: string): Record<string, string> {
  const fine =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(v => typeof v === 'string')
  if (!fine) refuseFile(path, '__metadata__ is not an object of strings')
  return value as Record<string, string>
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function checkEntry(name: string, value: unknown, dataStart: number, fileSize: number, path: string): TensorEntry {
  const quoted = JSON.stringify(name.length > 100 ? `${name.slice(0, 97)}...` : name)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuseFile(path, `the entry ${quoted} is not an object`)
  const { dtype, shape, data_offsets: offsets, ...rest } = value as Record<string, unknown>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) refuseFile(path, `the entry ${quoted} has an unknown field ${JSON.stringify(unknown)}`)
  const bytes = typeof dtype === 'string' && Object.hasOwn(DTYPE_BYTES, dtype) ? DTYPE_BYTES[dtype]! : 0
  if (bytes === 0) refuseFile(path, `the dtype of ${quoted} is ${JSON.stringify(dtype)}`)
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isSize)) {
    refuseFile(path, `the shape of ${quoted} is ${JSON.stringify(shape)?.slice(0, 80)}`)
  }
  const size = shape.reduce((product, extent) => product * extent, bytes)
  if (!Number.isSafeInteger(size)) refuseFile(path, `the shape of ${quoted}, [${shape}], is too large`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    refuseFile(path, `the data_offsets of ${quoted} are ${JSON.stringify(offsets)?.slice(0, 80)}`)
  }
  const [begin, end] = offsets as [number, number]
  if (end < begin || end > fileSize - dataStart) {
    refuseFile(
      path,
      `the data_offsets of ${quoted}, [${begin}, ${end}], lie outside the ${fileSize - dataStart} bytes of data`,
    )
  }
  if (end - begin !== size) refuseFile(path, `${quoted} has ${end - begin} bytes; ${dtype} [${shape}] needs ${size}`)
  return { name, dtype: dtype as string, shape: shape as number[], begin: dataStart + begin, end: dataStart + end }
}

/** No overlap, no hole, nothing behind the last tensor. */
function checkCoverage(entries: TensorEntry[], dataStart: number, fileSize: number, path: string): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let at = dataStart
  for (const { name, begin, end } of entries) {
    if (begin !== at)
      refuseFile(
        path,
        `${JSON.stringify(name)} begins at byte ${begin}, ${begin < at ? 'inside' : 'behind a hole after'} the tensor before it`,
      )
    at = end
  }
  if (at !== fileSize) refuseFile(path, `${fileSize - at} bytes lie behind the last tensor`)
}
