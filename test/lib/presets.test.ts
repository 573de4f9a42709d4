// The published sizes, field by field.
import { describe, expect, it } from 'vitest'
import { activationOf, attentionMap, ffnMap, parseConfig } from '../../lib/config.js'
import { type PresetName, presets } from '../../lib/presets.js'

// preset, H, L, A, D, I, hidden_act, hidden dropout, attention dropout
const table = [
  ['albertBaseV1', 768, 12, 12, 64, 3072, 'gelu', 0.1, 0.1],
  ['albertLargeV1', 1024, 24, 16, 64, 4096, 'gelu', 0.1, 0.1],
  ['albertXLargeV1', 2048, 24, 16, 128, 8192, 'gelu', 0.1, 0.1],
  ['albertXXLargeV1', 4096, 12, 64, 64, 16384, 'gelu', 0, 0],
  ['albertBaseV2', 768, 12, 12, 64, 3072, 'gelu_new', 0, 0],
  ['albertLargeV2', 1024, 24, 16, 64, 4096, 'gelu_new', 0, 0],
  ['albertXLargeV2', 2048, 24, 16, 128, 8192, 'gelu_new', 0, 0],
  ['albertXXLargeV2', 4096, 12, 64, 64, 16384, 'gelu_new', 0, 0],
] as const

describe('ALBERT', () => {
  it.each(table)(
    '%s',
    (preset, hidden, layers, heads, headSize, intermediate, act, hiddenDropout, attentionDropout) => {
      const config = parseConfig(presets[preset])
      expect(config).toMatchObject({
        model_type: 'albert',
        vocab_size: 30000,
        embedding_size: 128,
        hidden_size: hidden,
        num_hidden_layers: layers,
        num_hidden_groups: 1,
        num_attention_heads: heads,
        intermediate_size: intermediate,
        inner_group_num: 1,
        hidden_act: act,
        hidden_dropout_prob: hiddenDropout,
        attention_probs_dropout_prob: attentionDropout,
        classifier_dropout_prob: 0.1,
        max_position_embeddings: 512,
        type_vocab_size: 2,
        initializer_range: 0.02,
        layer_norm_eps: 1e-12,
        pad_token_id: 0,
        bos_token_id: 2,
        eos_token_id: 3,
        tie_word_embeddings: true,
        embedding_projection: true,
        sharing: null,
      })
      expect(config.hidden_size / config.num_attention_heads).toBe(headSize)
      expect(activationOf(config)).toBe(act)
      expect(attentionMap(config)).toEqual(new Array(layers).fill(0))
    },
  )

  it('xlarge has 16 heads of 128, not 32 of 64; xxlarge has 12 layers, not 24', () => {
    for (const preset of [presets.albertXLargeV1, presets.albertXLargeV2]) expect(preset.num_attention_heads).toBe(16)
    for (const preset of [presets.albertXXLargeV1, presets.albertXXLargeV2]) expect(preset.num_hidden_layers).toBe(12)
  })
})

describe('BERT', () => {
  it.each([
    ['bertBase', 768, 12, 12, 3072],
    ['bertLarge', 1024, 24, 16, 4096],
  ] as const)(
    '%s: as wide as its embedding, no mapping, every layer its own',
    (preset, hidden, layers, heads, inner) => {
      const config = parseConfig(presets[preset])
      expect(config).toMatchObject({
        model_type: 'bert',
        vocab_size: 30522,
        embedding_size: hidden,
        hidden_size: hidden,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        intermediate_size: inner,
        hidden_act: 'gelu',
        embedding_projection: false,
      })
      expect(attentionMap(config)).toEqual(Array.from({ length: layers }, (_, layer) => layer))
      expect(ffnMap(config)).toEqual(attentionMap(config))
    },
  )
})

it('every preset is a configuration that needs no default it does not name', () => {
  expect(Object.keys(presets).sort()).toEqual([...table.map(([name]) => name), 'bertBase', 'bertLarge'].sort())
  for (const name of Object.keys(presets) as PresetName[]) expect(() => parseConfig(presets[name], name)).not.toThrow()
})
