// The cost of the published sizes, as tables and again from formulas of their own.
import { describe, expect, it } from 'vitest'
import { expectedParameters } from '../../lib/checkpoint/names.js'
import { comparison, sharingGroups } from '../../lib/comparison.js'
import { type AlbertConfig, type HeadName, headNames, parseConfig } from '../../lib/config.js'
import {
  flopPerPrediction,
  flopPerSequence,
  flopPerToken,
  layerBytes,
  parameterCount,
  parameterCounts,
  parameterParts,
  parameterSets,
} from '../../lib/counts.js'
import { type PresetName, presets } from '../../lib/presets.js'
import { publishedModels, publishedSharing } from '../../lib/published.js'

const configOf = (preset: PresetName, changes = {}) => parseConfig({ ...presets[preset], ...changes })

const sizes = ['Base', 'Large', 'XLarge', 'XXLarge'] as const
const versions = ['V1', 'V2'] as const
const albertPresets = sizes.flatMap(size =>
  versions.map(version => [size, `albert${size}${version}` as const] as const),
)

// mapping, attention, FFN, LayerNorms, pooler | bare, bare without pooler, MaskedLM, PreTraining, SeqCls(2), QA and TokCls(2), MultipleChoice
const albertTable: Record<(typeof sizes)[number], number[]> = {
  Base: [
    99_072, 2_362_368, 4_722_432, 3_072, 590_592, 11_683_584, 11_092_992, 11_221_680, 11_813_810, 11_685_122,
    11_094_530, 11_684_353,
  ],
  Large: [
    132_096, 4_198_400, 8_393_728, 4_096, 1_049_600, 17_683_968, 16_634_368, 16_795_824, 17_847_474, 17_686_018,
    16_636_418, 17_684_993,
  ],
  XLarge: [
    264_192, 16_785_408, 33_564_672, 8_192, 4_196_352, 58_724_864, 54_528_512, 54_821_040, 59_021_490, 58_728_962,
    54_532_610, 58_726_913,
  ],
  XXLarge: [
    528_384, 67_125_248, 134_238_208, 16_384, 16_781_312, 222_595_584, 205_814_272, 206_368_944, 223_158_450,
    222_603_778, 205_822_466, 222_599_681,
  ],
}

describe('the parameter table', () => {
  it.each(albertPresets)('ALBERT %s, preset %s', (size, preset) => {
    const config = configOf(preset)
    const parts = parameterParts(config)
    const heads = parameterCounts(config)
    expect([parts.word, parts.position, parts.type, parts.embeddingNorm]).toEqual([3_840_000, 65_536, 256, 256])
    expect([
      parts.mapping,
      parts.attention,
      parts.ffn,
      parts.layerNorms,
      parts.pooler,
      heads.none,
      heads.none - parts.pooler,
      heads.masked_lm,
      heads.pretraining,
      heads.sequence_classification,
      heads.question_answering,
      heads.multiple_choice,
    ]).toEqual(albertTable[size])
    expect(heads.token_classification).toBe(heads.question_answering)
    expect([parts.predictions, parts.sentenceOrder, parts.classifier]).toEqual([0, 0, 0])
  })

  // embeddings, one layer, layers, pooler | bare, MaskedLM, PreTraining
  it.each([
    ['bertBase', [23_837_184, 7_087_872, 85_054_464, 590_592, 109_482_240, 109_514_298, 110_106_428]],
    ['bertLarge', [31_782_912, 12_596_224, 302_309_376, 1_049_600, 335_141_888, 335_174_458, 336_226_108]],
  ] as const)('%s', (preset, expected) => {
    const config = configOf(preset)
    const { word, position, type, embeddingNorm, attention, ffn, layerNorms, pooler, mapping } = parameterParts(config)
    const layers = attention + ffn + layerNorms
    expect(mapping).toBe(0)
    expect([
      word + position + type + embeddingNorm,
      layers / config.num_hidden_layers,
      layers,
      pooler,
      ...(['none', 'masked_lm', 'pretraining'] as const).map(head => parameterCount(config, head)),
    ]).toEqual(expected)
  })

  it.each([
    ['albertBaseV2', [11_683_584, 63_647_232, 37_686_528, 89_650_176]],
    ['albertLargeV2', [17_683_968, 210_786_816, 114_294_272, 307_397_120]],
    ['albertXLargeV2', [58_724_864, 830_806_528, 444_883_456, 1_216_965_120]],
    ['albertXXLargeV2', [222_595_584, 1_699_305_984, 961_063_424, 2_437_773_824]],
  ] as const)('%s by sharing: all, attention only, FFN only, none', (preset, expected) => {
    const config = configOf(preset)
    const counts = (['all', 'attention', 'ffn', 'none'] as const).map(strategy =>
      parameterCount(configOf(preset, { sharing: sharingGroups(strategy, config) })),
    )
    expect(counts).toEqual(expected)
  })
})

/** The formulas of the page, written without a look at the list of tensors. */
function byFormula(c: AlbertConfig, head: HeadName, attentionSets: number, ffnSets: number, labels: number): number {
  const { vocab_size: v, embedding_size: e, hidden_size: h, intermediate_size: i } = c
  const embeddings = v * e + c.max_position_embeddings * e + c.type_vocab_size * e + 2 * e
  const mapping = c.embedding_projection ? e * h + h : 0
  const attention = attentionSets * (4 * (h * h + h) + 2 * h)
  const ffn = ffnSets * (2 * h * i + i + h + 2 * h)
  const pooler = h * h + h
  const predictions = h * e + e + 2 * e + v
  const heads: Record<HeadName, number> = {
    none: pooler,
    masked_lm: predictions,
    pretraining: pooler + predictions + labels * h + labels,
    sequence_classification: pooler + labels * h + labels,
    token_classification: labels * h + labels,
    question_answering: 2 * h + 2,
    multiple_choice: pooler + h + 1,
    squad2: h + 1 + (2 * h * h + h) + 2 * h + (h + 1) + (2 * h * h + h) + h,
  }
  return embeddings + mapping + attention + ffn + heads[head]
}

describe('counts, the list of tensors and the formulas agree', () => {
  const tiny = { vocab_size: 101, embedding_size: 8, hidden_size: 24, num_attention_heads: 3, intermediate_size: 37 }
  const layers = { num_hidden_layers: 6, max_position_embeddings: 11, type_vocab_size: 3 }
  it.each([
    ['one group', {}, 1, 1],
    ['four groups of six layers', { num_hidden_groups: 4 }, 4, 4],
    ['two inner blocks in three groups', { num_hidden_groups: 3, inner_group_num: 2 }, 6, 6],
    ['two maps', { sharing: { attention_groups: 2, ffn_groups: 5 } }, 2, 5],
    ['no mapping', { embedding_size: 24, embedding_projection: false }, 1, 1],
  ] as const)('%s', (_, changes, attentionSets, ffnSets) => {
    const config = parseConfig({ ...tiny, ...layers, ...changes, num_labels: 3 })
    expect(parameterSets(config)).toEqual({ attention: attentionSets, ffn: ffnSets })
    for (const head of headNames) {
      const fromList = expectedParameters(config, head).reduce(
        (sum, { shape }) => sum + shape.reduce((a, b) => a * b),
        0,
      )
      expect(parameterCount(config, head), head).toBe(fromList)
      expect(fromList, head).toBe(byFormula(config, head, attentionSets, ffnSets, 3))
    }
  })

  it.each(Object.keys(presets) as PresetName[])('%s', preset => {
    const config = configOf(preset)
    const sets = config.sharing?.attention_groups ?? 1
    for (const head of headNames)
      expect(parameterCount(config, head), head).toBe(byFormula(config, head, sets, sets, 2))
  })

  it('counts the classes of token classification by its labels', () => {
    expect(parameterParts(configOf('albertBaseV2', { num_labels: 9 }), 'token_classification').classifier).toBe(9 * 769)
  })
})

describe('the table of operations', () => {
  // MFLOP a token at 128, 384 and 512 tokens; MFLOP of a predicted position.
  it.each([
    ['albertBaseV2', ['174.8', '184.2', '188.9'], '7.88'],
    ['albertLargeV2', ['616.8', '642.0', '654.6'], '7.94'],
    ['albertXLargeV2', ['2441.6', '2491.9', '2517.1'], '8.20'],
    ['albertXXLargeV2', ['4858.1', '4908.4', '4933.6'], '8.73'],
  ] as const)('%s', (preset, perToken, perPrediction) => {
    const config = configOf(preset)
    expect([128, 384, 512].map(length => (flopPerToken(config, length) / 1e6).toFixed(1))).toEqual(perToken)
    expect((flopPerPrediction(config) / 1e6).toFixed(2)).toBe(perPrediction)
  })

  it('adds the pooler once a text', () => {
    const config = configOf('albertBaseV2')
    expect(flopPerSequence(config, 128)).toBe(128 * flopPerToken(config, 128) + 2 * 768 * 768)
    expect(flopPerToken(config, 128)).toBe(2 * 128 * 768 + 12 * (8 * 768 ** 2 + 4 * 768 * 3072 + 4 * 128 * 768))
  })

  it('saves none by sharing, doubles the blocks with two inner blocks, and skips a mapping that is not there', () => {
    const shared = configOf('albertBaseV2')
    const apart = configOf('albertBaseV2', { sharing: sharingGroups('none', shared) })
    const inner = configOf('albertBaseV2', { inner_group_num: 2 })
    const mapping = 2 * 128 * 768
    expect(flopPerToken(apart, 77)).toBe(flopPerToken(shared, 77))
    expect(flopPerToken(inner, 77) - mapping).toBe(2 * (flopPerToken(shared, 77) - mapping))
    expect(flopPerToken(configOf('bertBase'), 77)).toBe(flopPerToken(shared, 77) - mapping)
  })
})

describe('layer bytes', () => {
  it('are those of one layer for ALBERT and of all layers for BERT', () => {
    expect(layerBytes(configOf('albertBaseV2'))).toBe(4 * 7_087_872)
    expect(layerBytes(configOf('bertBase'))).toBe(4 * 12 * 7_087_872)
    expect(layerBytes(configOf('albertXXLargeV2'))).toBe(4 * (67_125_248 + 134_238_208 + 16_384))
  })
})

describe('the comparison of the paper', () => {
  const { models, sharing } = comparison()

  it('has BERT and ALBERT of every size, with their parts', () => {
    expect(models.map(({ name, parameters }) => [name, parameters])).toEqual([
      ['BERT base', 109_482_240],
      ['BERT large', 335_141_888],
      ['ALBERT base', 11_683_584],
      ['ALBERT large', 17_683_968],
      ['ALBERT xlarge', 58_724_864],
      ['ALBERT xxlarge', 222_595_584],
    ])
    for (const { parts, parameters } of models) {
      expect(Object.values<number>({ ...parts }).reduce((sum, part) => sum + part, 0)).toBe(parameters)
    }
    expect(models[2]!.gflop[128]).toBeCloseTo(22.37, 2)
    expect(models[2]!.gflop[512]).toBeCloseTo(96.7, 1)
    expect(models[0]!.layer_bytes / models[2]!.layer_bytes).toBe(12)
  })

  it('puts the published figures beside the computed ones: equal as far as printed, but for xlarge and xxlarge', () => {
    const near = models.map(({ parameters, published }) => isAsPrinted(parameters, published.parameters))
    expect(near).toEqual([true, true, true, true, false, false])
    expect(models[4]!.published).toEqual(publishedModels.albertXLarge)
    expect(models[5]!.published).toEqual({ parameters: 235, average: 88.7, speed: 0.3 })
  })

  it('crosses every strategy with every embedding size', () => {
    expect(sharing.map(each => `${each.sharing} ${each.embedding_size}`)).toEqual(
      ['all', 'attention', 'ffn', 'none'].flatMap(strategy => [64, 128, 256, 768].map(size => `${strategy} ${size}`)),
    )
    const at = (strategy: string, size: number) =>
      sharing.find(each => each.sharing === strategy && each.embedding_size === size)!
    expect(at('all', 128).parameters).toBe(11_683_584)
    expect(at('attention', 128).parameters).toBe(63_647_232)
    expect(at('ffn', 128).parameters).toBe(37_686_528)
    expect(at('none', 128).parameters).toBe(89_650_176)
    expect(at('none', 768).parameters - at('none', 128).parameters).toBe(640 * (30_000 + 512 + 2 + 2 + 768))
    expect(
      sharing.filter(each => each.published === null).map(each => `${each.sharing} ${each.embedding_size}`),
    ).toEqual(['attention 64', 'attention 256', 'ffn 64', 'ffn 256'])
    expect(at('all', 256).published).toEqual({ parameters: 16, average: 79.6 })
  })

  it('agrees with every printed count, when E = 768 has no mapping as in the paper', () => {
    for (const { sharing: strategy, embedding, parameters } of publishedSharing) {
      const own = sharing.find(each => each.sharing === strategy && each.embedding_size === embedding)!
      const mapping = embedding === 768 ? 768 * 768 + 768 : 0
      expect(isAsPrinted(own.parameters - mapping, parameters), `${strategy} ${embedding}`).toBe(true)
    }
  })
})

/** Printed counts are whole millions, and leave out some small parts: half a million or 2 % away. */
function isAsPrinted(parameters: number, millions: number): boolean {
  return Math.abs(parameters / 1e6 - millions) <= Math.max(0.5, 0.02 * millions)
}
