// The published models by their sizes: ALBERT v1 and v2 of Lan et al. 2020 as on Hugging Face, and BERT for comparison.
// Sizes only; weights are not part of the package.
import type { PartialConfig } from './config.js'

const albert = {
  model_type: 'albert',
  vocab_size: 30000,
  embedding_size: 128,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  num_hidden_groups: 1,
  inner_group_num: 1,
  initializer_range: 0.02,
  layer_norm_eps: 1e-12,
  classifier_dropout_prob: 0.1,
  pad_token_id: 0,
  bos_token_id: 2,
  eos_token_id: 3,
  tie_word_embeddings: true,
} satisfies PartialConfig

const base = { hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072 }
const large = { hidden_size: 1024, num_hidden_layers: 24, num_attention_heads: 16, intermediate_size: 4096 }
const xlarge = { hidden_size: 2048, num_hidden_layers: 24, num_attention_heads: 16, intermediate_size: 8192 }
const xxlarge = { hidden_size: 4096, num_hidden_layers: 12, num_attention_heads: 64, intermediate_size: 16384 }

// `gelu` is the erf form. Version 1 was trained with the tanh form, but its published files say `gelu`; the file decides.
const v1 = { hidden_act: 'gelu', hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 }
const v2 = { hidden_act: 'gelu_new', hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 }

const bert = {
  model_type: 'bert',
  vocab_size: 30522,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  embedding_projection: false,
  layer_norm_eps: 1e-12,
  pad_token_id: 0,
} satisfies PartialConfig

/** Configurations by name; give one to `from_config`. */
export const presets = {
  albertBaseV1: { ...albert, ...base, ...v1 },
  albertLargeV1: { ...albert, ...large, ...v1 },
  albertXLargeV1: { ...albert, ...xlarge, ...v1 },
  albertXXLargeV1: { ...albert, ...xxlarge, ...v1, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 },
  albertBaseV2: { ...albert, ...base, ...v2 },
  albertLargeV2: { ...albert, ...large, ...v2 },
  albertXLargeV2: { ...albert, ...xlarge, ...v2 },
  albertXXLargeV2: { ...albert, ...xxlarge, ...v2 },
  bertBase: { ...bert, ...base, embedding_size: 768, sharing: { attention_groups: 12, ffn_groups: 12 } },
  bertLarge: { ...bert, ...large, embedding_size: 1024, sharing: { attention_groups: 24, ffn_groups: 24 } },
} satisfies Record<string, PartialConfig>

/** One of the keys of `presets`. */
export type PresetName = keyof typeof presets
