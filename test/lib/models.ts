// Small models for tests, drawn from a seed.
import type { PartialConfig } from '../../lib/config.js'

/** 3 layers, H 48, V 99; enough to be itself, small enough for the plain reference loops. */
export const tinyConfig = {
  vocab_size: 99,
  embedding_size: 16,
  hidden_size: 48,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  intermediate_size: 80,
  max_position_embeddings: 64,
  hidden_act: 'gelu_new',
  initializer_range: 0.1,
} satisfies PartialConfig

/** B texts of S ids each, different everywhere. */
export function someIds(texts: number, columns: number): number[][] {
  return Array.from({ length: texts }, (_, b) => Array.from({ length: columns }, (_, s) => (b * 31 + s * 7 + 5) % 99))
}
