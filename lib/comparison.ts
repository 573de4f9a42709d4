// The paper's comparison, computed: ALBERT beside BERT, and ALBERT-base by what its layers share and by its embedding
// size. Plain data for `albert compare`; published figures stand beside the computed ones and neither is bent.
import { type AlbertConfig, parseConfig, type Sharing } from './config.js'
import { flopPerSequence, layerBytes, type ParameterParts, parameterCount, parameterParts } from './counts.js'
import { type PresetName, presets } from './presets.js'
import { type PublishedModel, publishedModels, publishedSharing, type SharingStrategy } from './published.js'

export interface ComparedModel {
  /** As the paper calls it. */
  name: string
  preset: PresetName
  /** Of the bare encoder with its pooler. */
  parameters: number
  parts: ParameterParts
  /** float32, each shared set once. */
  layer_bytes: number
  /** Forward pass of one text of so many tokens, 10⁹ operations. */
  gflop: { 128: number; 512: number }
  published: PublishedModel
}

export interface ComparedSharing {
  sharing: SharingStrategy
  embedding_size: number
  parameters: number
  layer_bytes: number
  /** Null where the paper has no such model. At E = 768 the paper's models have no mapping; the computed ones do. */
  published: { parameters: number; average: number } | null
}

export interface Comparison {
  models: ComparedModel[]
  /** ALBERT-base, every strategy by every embedding size. */
  sharing: ComparedSharing[]
}

const MODELS: { name: string; preset: PresetName; published: keyof typeof publishedModels }[] = [
  { name: 'BERT base', preset: 'bertBase', published: 'bertBase' },
  { name: 'BERT large', preset: 'bertLarge', published: 'bertLarge' },
  { name: 'ALBERT base', preset: 'albertBaseV2', published: 'albertBase' },
  { name: 'ALBERT large', preset: 'albertLargeV2', published: 'albertLarge' },
  { name: 'ALBERT xlarge', preset: 'albertXLargeV2', published: 'albertXLarge' },
  { name: 'ALBERT xxlarge', preset: 'albertXXLargeV2', published: 'albertXXLarge' },
]

const STRATEGIES: SharingStrategy[] = ['all', 'attention', 'ffn', 'none']
const EMBEDDING_SIZES = [64, 128, 256, 768]

/** Everything that `albert compare` shows. */
export function comparison(): Comparison {
  return {
    models: MODELS.map(({ name, preset, published }) => {
      const config = parseConfig(presets[preset])
      return {
        name,
        preset,
        parameters: parameterCount(config),
        parts: parameterParts(config),
        layer_bytes: layerBytes(config),
        gflop: { 128: flopPerSequence(config, 128) / 1e9, 512: flopPerSequence(config, 512) / 1e9 },
        published: publishedModels[published],
      }
    }),
    sharing: STRATEGIES.flatMap(sharing => EMBEDDING_SIZES.map(size => comparedSharing(sharing, size))),
  }
}

function comparedSharing(sharing: SharingStrategy, embedding_size: number): ComparedSharing {
  const base = parseConfig({ ...presets.albertBaseV2, embedding_size })
  const config = { ...base, sharing: sharingGroups(sharing, base) }
  const printed = publishedSharing.find(each => each.sharing === sharing && each.embedding === embedding_size)
  return {
    sharing,
    embedding_size,
    parameters: parameterCount(config),
    layer_bytes: layerBytes(config),
    published: printed ? { parameters: printed.parameters, average: printed.average } : null,
  }
}

/** Number of sets of each family under one of the paper's strategies: G where it is shared, else one a layer. */
export function sharingGroups(strategy: SharingStrategy, config: AlbertConfig): Sharing {
  const { num_hidden_groups: shared, num_hidden_layers: own } = config
  return {
    attention_groups: strategy === 'all' || strategy === 'attention' ? shared : own,
    ffn_groups: strategy === 'all' || strategy === 'ffn' ? shared : own,
  }
}
