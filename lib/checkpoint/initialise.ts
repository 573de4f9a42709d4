// Fresh weights, as transformers initialises them: weights normal(0, initializer_range), biases 0, LayerNorm 1 and 0,
// the padding row of the word table 0. Every number depends on (seed, name of the tensor, index) alone: the same seed
// gives the same model whatever else is initialised. The numbers are not those of torch for the same seed.
import { setImmediate } from 'node:timers/promises'
import type { AlbertConfig } from '../config.js'
import { type ExpectedParameter, WORD_TABLE } from './names.js'
import { philox } from './philox.js'

/**
 * Where weights go: elements from `offset` on, as little-endian bytes of `dtype`, which are no longer theirs afterwards.
 * Before a matrix in I8 come its scales and divisors, under its name with `_scale` and `_divisor` behind it.
 */
export interface WeightSink {
  write(name: string, offset: number, bytes: Uint8Array, dtype: 'F64' | 'F32' | 'F16' | 'BF16' | 'I8'): void
}

/** Elements between two breaths of the event loop; a multiple of the four that are drawn at once. */
const CHUNK = 1 << 16

export async function initialise(
  parameters: ExpectedParameter[],
  config: AlbertConfig,
  seed: number,
  sink: WeightSink,
  signal?: AbortSignal,
): Promise<void> {
  for (const { name, shape } of parameters) {
    const size = shape.reduce((product, extent) => product * extent, 1)
    const fill = filler(name, config, seed)
    for (let offset = 0; offset < size; offset += CHUNK) {
      signal?.throwIfAborted()
      const values = new Float32Array(Math.min(CHUNK, size - offset))
      fill(values, offset)
      sink.write(name, offset, new Uint8Array(values.buffer), 'F32')
      await setImmediate()
    }
  }
}

type Fill = (values: Float32Array, offset: number) => void

function filler(name: string, config: AlbertConfig, seed: number): Fill {
  if (name.endsWith('bias')) return () => undefined
  if (/(LayerNorm|layer_norm)\.weight$/.test(name)) return values => void values.fill(1)
  const draw = normals(name, config.initializer_range, seed)
  const { pad_token_id: pad, embedding_size: width } = config
  if (name !== WORD_TABLE || pad === null) return draw
  return (values, offset) => {
    draw(values, offset)
    const start = pad * width - offset
    if (start < values.length && start + width > 0) values.fill(0, Math.max(0, start), start + width)
  }
}

/** Box-Muller on pairs of words: elements 4n to 4n + 3 come from counter n. */
function normals(name: string, deviation: number, seed: number): Fill {
  // The key is the seed; the name is in the counter, so that tensors of one seed never share a number.
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  const [first, second] = [hashOf(name, 0x811c9dc5), hashOf(name, 0x9e3779b9)]
  const words = new Uint32Array(4)
  return (values, offset) => {
    for (let i = 0; i < values.length; i += 4) {
      philox(words, [(offset + i) / 4, 0, first, second], key)
      for (let pair = 0; pair < 4; pair += 2) {
        const radius = deviation * Math.sqrt(-2 * Math.log((words[pair]! + 0.5) / 2 ** 32))
        const angle = (2 * Math.PI * (words[pair + 1]! + 0.5)) / 2 ** 32
        // Beyond the end of the array a write has no effect.
        values[i + pair] = radius * Math.cos(angle)
        values[i + pair + 1] = radius * Math.sin(angle)
      }
    }
  }
}

/** FNV-1a of a name, from a start of one's own. */
function hashOf(name: string, start: number): number {
  let hash = start
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
