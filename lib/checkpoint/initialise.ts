// Fresh weights, as transformers initialises them: weights normal(0, initializer_range), biases 0, LayerNorm 1 and 0,
// the padding row of the word table 0. Every number depends on (seed, name of the tensor, index) alone: the same seed
// gives the same model whatever else is initialised.
import type { AlbertConfig } from '../config.js'
import type { ExpectedParameter } from './names.js'

/** Where weights go: elements from `offset` on, as little-endian bytes of `dtype`. */
export interface WeightSink {
  write(name: string, offset: number, bytes: Uint8Array, dtype: 'F64' | 'F32' | 'F16' | 'BF16'): void
}

const CHUNK = 1 << 18

export function initialise(
  parameters: ExpectedParameter[],
  config: AlbertConfig,
  seed: number,
  sink: WeightSink,
): void {
  for (const { name, shape } of parameters) {
    const size = shape.reduce((product, extent) => product * extent, 1)
    const fill = filler(name, config, seed)
    for (let offset = 0; offset < size; offset += CHUNK) {
      const values = new Float32Array(Math.min(CHUNK, size - offset))
      fill(values, offset)
      sink.write(name, offset, new Uint8Array(values.buffer), 'F32')
    }
  }
}

function filler(name: string, config: AlbertConfig, seed: number): (values: Float32Array, offset: number) => void {
  if (name.endsWith('bias')) return () => undefined
  if (/(LayerNorm|layer_norm)\.weight$/.test(name)) return values => void values.fill(1)
  const key = hashOf(name, seed)
  const padding = name === 'embeddings.word_embeddings.weight' ? config.pad_token_id * config.embedding_size : -1
  return (values, offset) => {
    for (let i = 0; i < values.length; i++) {
      const index = offset + i
      const isPadding = padding >= 0 && index >= padding && index < padding + config.embedding_size
      values[i] = isPadding ? 0 : config.initializer_range * normal(key, index)
    }
  }
}

/** Box-Muller: elements 2n and 2n+1 are the two coordinates of one draw. */
function normal(key: number, index: number): number {
  const pair = index >>> 1
  const radius = Math.sqrt(-2 * Math.log((mix(key, pair, 0x51ed270b) + 0.5) / 2 ** 32))
  const angle = (2 * Math.PI * (mix(key, pair, 0x2545f491) + 0.5)) / 2 ** 32
  return radius * (index & 1 ? Math.sin(angle) : Math.cos(angle))
}

/** A 32-bit hash of three numbers: two rounds of MurmurHash3's finaliser (Appleby, public domain). */
function mix(key: number, counter: number, stream: number): number {
  let h = finalise(Math.imul(counter, 0x9e3779b1) ^ key)
  h = finalise((h + stream) ^ Math.imul(key, 0x85ebca77))
  return h >>> 0
}

function finalise(x: number): number {
  let h = x
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

function hashOf(name: string, seed: number): number {
  let h = finalise(seed ^ 0x811c9dc5)
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  return finalise(h)
}
