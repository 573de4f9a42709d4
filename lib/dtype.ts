// Names of number formats as users type them, and what each runs as on this device.
import { AlbertError } from './errors.js'
import type { NativeDtype } from './native.js'
import { shown } from './options.js'
import { type WarningCallback, warnOnce } from './warnings.js'

/** `auto` is fp32; `fp64` is the slow reference arithmetic; `fp16` is a form on disk and runs as fp32. */
export type Dtype = 'auto' | 'fp32' | 'fp64' | 'fp16'

const runsAs: Record<Dtype, NativeDtype> = { auto: 'fp32', fp32: 'fp32', fp64: 'fp64', fp16: 'fp32' }

export function nativeDtype(dtype: Dtype = 'auto', callback?: WarningCallback): NativeDtype {
  if (typeof dtype !== 'string' || !Object.hasOwn(runsAs, dtype)) {
    const supported = Object.keys(runsAs).join(', ')
    throw new AlbertError(
      'UNSUPPORTED_DTYPE',
      `dtype ${shown(dtype)} is not supported; this version runs ${supported}.`,
    )
  }
  if (dtype === 'fp16') warnOnce("dtype 'fp16' is a form of storage here: the model runs as fp32.", callback)
  return runsAs[dtype]
}

/** The array that holds numbers of a model that runs as `dtype`. */
export function floatArray(dtype: NativeDtype, length: number): Float32Array | Float64Array {
  return dtype === 'fp64' ? new Float64Array(length) : new Float32Array(length)
}
