// The weights of a loaded model, by the names that its checkpoint has.
import { floatArray } from './dtype.js'
import type { NativeArray, NativeConfig, NativeDtype, NativeModel } from './native.js'

export interface Parameter {
  readonly shape: readonly number[]
  /** The layers that use it; none for what lies outside the layers. */
  readonly sharedBy: readonly number[]
  /** The values as they are in use, row by row. A copy. */
  data(): NativeArray
}

/** `nameOf` turns a name of the addon into that of the checkpoint. */
export function parametersOf(
  native: NativeModel,
  config: NativeConfig,
  dtype: NativeDtype,
  nameOf: (name: string) => string,
): Map<string, Parameter> {
  return new Map(
    native.parameters().map(({ name, shape }) => [
      nameOf(name),
      {
        shape,
        sharedBy: layersOf(name, config),
        data: () => {
          const target = floatArray(
            dtype,
            shape.reduce((a, b) => a * b, 1),
          )
          native.read(name, 0, target)
          return target
        },
      },
    ]),
  )
}

/** Layers whose set, as the name says it, this parameter belongs to. */
function layersOf(name: string, config: NativeConfig): number[] {
  const [, family, set] = /^encoder\.(albert_layer|attention|ffn)_groups\.(\d+)\./.exec(name) ?? []
  if (family === undefined) return []
  const map = family === 'ffn' ? config.ffnMap : config.attentionMap
  return Array.from(map.keys()).filter(layer => map[layer] === Number(set))
}
