// Names of number formats as users type them, and what each runs as: on this device, for this file of weights.
import { AlbertError } from './errors.js'
import type { NativeDtype, NativeMachine, NativeQuality } from './native.js'
import { shown } from './options.js'
import { type WarningCallback, warnOnce } from './warnings.js'

/**
 * `auto` follows the file of weights and never gives up accuracy that the file has; `fp64` is the slow reference arithmetic;
 * `fp16` is a form on disk and runs as fp32; `q8` is another name of `int8`.
 */
export type Dtype = 'auto' | 'fp32' | 'fp64' | 'fp16' | 'bf16' | 'int8' | 'q8'

/** Of dtype `int8`: `high` keeps the values of attention, the second matrix of the FFN, the word table and the pooler in bf16: nearer to fp32, and slower. */
export type Quality = NativeQuality

/** What the caller asked for; `auto` waits until the file is known. */
export interface DtypeRequest {
  dtype: 'auto' | NativeDtype
  /** Undefined: that of an int8 file, else `fast`. */
  quality: Quality | undefined
}

/** Arithmetic of a model. */
export interface Arithmetic {
  dtype: NativeDtype
  quality: Quality
}

const runsAs: Record<Dtype, 'auto' | NativeDtype> = {
  auto: 'auto',
  fp32: 'fp32',
  fp64: 'fp64',
  fp16: 'fp32',
  bf16: 'bf16',
  int8: 'int8',
  q8: 'int8',
}
export const dtypeNames = Object.keys(runsAs) as Dtype[]
export const qualities: readonly Quality[] = ['fast', 'high']

/** Names of transformers.js that are files of other packages. */
const smallerElsewhere = ['uint8', 'q4', 'q4f16', 'bnb4', 'q2', 'q2f16', 'q1', 'q1f16']

/** Throws UNSUPPORTED_DTYPE, or INVALID_INPUT for a quality that is none or stands beside another dtype. */
export function checkDtype(
  dtype: Dtype = 'auto',
  quality?: Quality | null,
  callback?: WarningCallback | undefined,
): DtypeRequest {
  if (typeof dtype !== 'string' || !Object.hasOwn(runsAs, dtype)) throw unsupported(dtype)
  if (dtype === 'fp16') warnOnce("dtype 'fp16' is a form of storage here: the model runs as fp32.", callback)
  const request: DtypeRequest = { dtype: runsAs[dtype], quality: quality ?? undefined }
  if (request.quality !== undefined) checkQuality(dtype, request.quality)
  return request
}

/**
 * What a request runs as. `stored` is the arithmetic whose rounding the weights on disk have been through already;
 * `fast` are the dtypes that the processor multiplies.
 */
export function arithmeticOf(
  { dtype, quality }: DtypeRequest,
  stored: Arithmetic,
  fast: readonly NativeDtype[],
): Arithmetic {
  // bf16 without instructions for it would be slower than fp32, which loses nothing.
  const followed = stored.dtype === 'bf16' && !fast.includes('bf16') ? 'fp32' : stored.dtype
  return {
    dtype: dtype === 'auto' ? followed : dtype,
    quality: quality ?? (stored.dtype === 'int8' ? stored.quality : 'fast'),
  }
}

/** What the rows of the instruction set table that have it in their names multiply. */
const multiplies: readonly [dtype: NativeDtype, row: RegExp][] = [
  ['bf16', /bf16|amx$/],
  ['int8', /vnni|dot|i8mm|int8|amx$/],
]

/** The dtypes that have instructions of their own in the rows up to `isa` (empty: the best); fp32 always. */
export function fastDtypes(rows: NativeMachine['isas'], isa: string): NativeDtype[] {
  const end = isa === '' ? rows.length : rows.findIndex(({ name }) => name === isa) + 1
  const reached = rows.slice(0, end).filter(row => row.usable)
  const more = multiplies.filter(([, pattern]) => reached.some(({ name }) => pattern.test(name)))
  return ['fp32', ...more.map(([dtype]) => dtype)]
}

/** The array that holds numbers of a model that runs as `dtype`. */
export function floatArray(dtype: NativeDtype, length: number): Float32Array | Float64Array {
  return dtype === 'fp64' ? new Float64Array(length) : new Float32Array(length)
}

function checkQuality(dtype: Dtype, quality: unknown): void {
  if (!(qualities as readonly unknown[]).includes(quality))
    throw new AlbertError('INVALID_INPUT', `quality is ${shown(quality)}; it must be one of ${qualities.join(', ')}.`)
  if (runsAs[dtype] === 'int8') return
  const message = `quality is ${shown(quality)}, but dtype is ${shown(dtype)}; quality belongs to dtype 'int8' alone.`
  throw new AlbertError('INVALID_INPUT', message)
}

function unsupported(dtype: unknown): AlbertError {
  const message = `dtype ${shown(dtype)} is not supported; this version runs ${dtypeNames.join(', ')}.`
  const hint = "The smallest here is 'int8', which is made of any weights while they load."
  return new AlbertError('UNSUPPORTED_DTYPE', message, smallerElsewhere.includes(dtype as string) ? { hint } : {})
}
