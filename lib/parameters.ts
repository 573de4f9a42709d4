// The weights of a loaded model, by the names that its checkpoint has.
import { savedName } from './checkpoint/names.js'
import type { WeightSource } from './checkpoint/save.js'
import { type AlbertConfig, attentionMap, ffnMap } from './config.js'
import { type Arithmetic, floatArray } from './dtype.js'
import type { NativeArray, NativeDtype, NativeHead, NativeModel } from './native.js'
import { fromNativeError } from './native-error.js'

/** One tensor of weights. */
export interface Parameter {
  /** As in the checkpoint: matrices are [out, in]. */
  readonly shape: readonly number[]
  /** The layers that use it; none for what lies outside the layers. */
  readonly sharedBy: readonly number[]
  /** The values as they are in use, row by row. A copy. */
  data(): NativeArray
}

export function parametersOf(
  native: NativeModel,
  config: AlbertConfig,
  head: NativeHead,
  dtype: NativeDtype,
): Map<string, Parameter> {
  return new Map(
    native.parameters().map(({ name, shape }) => [
      savedName(name, config, head),
      {
        shape,
        sharedBy: layersOf(name, config),
        data: () => {
          const target = floatArray(
            dtype,
            shape.reduce((a, b) => a * b, 1),
          )
          readInto(native, name, 0, target)
          return target
        },
      },
    ]),
  )
}

/** The weights as a source for saving: float32 numbers, and what is kept as int8. */
export function weightsOf(native: NativeModel, { dtype, quality }: Arithmetic): WeightSource {
  return {
    read(name, offset, target) {
      const values = dtype === 'fp64' ? new Float64Array(target.length) : target
      readInto(native, name, offset, values)
      if (values !== target) target.set(values)
    },
    ...(dtype === 'bf16' && { dtype: 'bfloat16' }),
    ...(dtype === 'int8' && {
      dtype: 'int8',
      quantized: { quality, matrix: name => orNativeError(() => native.quantized(name)) },
    }),
  }
}

function readInto(native: NativeModel, name: string, offset: number, target: NativeArray): void {
  orNativeError(() => native.read(name, offset, target))
}

/** A model may be disposed between its listing and the reading. */
function orNativeError<Answer>(ask: () => Answer): Answer {
  try {
    return ask()
  } catch (error) {
    throw fromNativeError(error)
  }
}

/** Layers whose set, as the name says it, this parameter belongs to. */
function layersOf(name: string, config: AlbertConfig): number[] {
  const [, family, set] = /^encoder\.(albert_layer|attention|ffn)_groups\.(\d+)\./.exec(name) ?? []
  if (family === undefined) return []
  const sets = family === 'ffn' ? ffnMap(config) : attentionMap(config)
  return [...sets.keys()].filter(layer => sets[layer] === Number(set))
}
