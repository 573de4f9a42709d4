// What a model of some sizes costs, before there is one: parameters by part, bytes of its layers, floating-point
// operations. Parameters are counted from the list of tensors that files hold, so that no formula can drift from it.
// Leaves out: what was published about these models (published.ts) and how it is shown (cli).
import { expectedParameters } from './checkpoint/names.js'
import { type AlbertConfig, attentionMap, ffnMap, type HeadName, headNames } from './config.js'

/** Parameters by part. A shared set counts once; so does the word table where the masked-word decoder uses it again. */
export interface ParameterParts {
  word: number
  position: number
  type: number
  /** LayerNorm of the embeddings. */
  embeddingNorm: number
  /** From E to H; 0 without a mapping. */
  mapping: number
  /** Query, key, value and output projection, all sets. */
  attention: number
  ffn: number
  /** Both LayerNorms of the blocks. */
  layerNorms: number
  pooler: number
  /** Masked-word head without the word table. */
  predictions: number
  /** Sentence-order head. */
  sentenceOrder: number
  /** Every other head: classifiers, spans. */
  classifier: number
}

export type ParameterPart = keyof ParameterParts

// The first that fits names the part.
const PARTS: [pattern: RegExp, part: ParameterPart][] = [
  [/^embeddings\.word_embeddings\./, 'word'],
  [/^embeddings\.position_embeddings\./, 'position'],
  [/^embeddings\.token_type_embeddings\./, 'type'],
  [/^embeddings\.LayerNorm\./, 'embeddingNorm'],
  [/^encoder\.embedding_hidden_mapping_in\./, 'mapping'],
  [/^encoder\..*\.(LayerNorm|full_layer_layer_norm)\./, 'layerNorms'],
  [/^encoder\..*\.(query|key|value|dense)\./, 'attention'],
  [/^encoder\..*\.(ffn|ffn_output)\./, 'ffn'],
  [/^pooler\./, 'pooler'],
  [/^predictions\./, 'predictions'],
  [/^sop_classifier\./, 'sentenceOrder'],
  [/./, 'classifier'],
]

/** Parameters of a model with this head, by part. */
export function parameterParts(config: AlbertConfig, head: HeadName = 'none'): ParameterParts {
  const parts = Object.fromEntries(PARTS.map(([, part]) => [part, 0])) as unknown as ParameterParts
  for (const { name, shape } of expectedParameters(config, head)) {
    const [, part] = PARTS.find(([pattern]) => pattern.test(name))!
    parts[part] += shape.reduce((product, extent) => product * extent, 1)
  }
  return parts
}

/** All parameters of a model with this head. */
export function parameterCount(config: AlbertConfig, head: HeadName = 'none'): number {
  return Object.values<number>({ ...parameterParts(config, head) }).reduce((sum, part) => sum + part, 0)
}

/** All parameters by head: `none` is the bare encoder with its pooler. */
export function parameterCounts(config: AlbertConfig): Record<HeadName, number> {
  return Object.fromEntries(headNames.map(head => [head, parameterCount(config, head)])) as Record<HeadName, number>
}

/** Bytes of the float32 weights of all layers, each shared set once: what a forward pass must reach again and again. */
export function layerBytes(config: AlbertConfig): number {
  const { attention, ffn, layerNorms } = parameterParts(config)
  return 4 * (attention + ffn + layerNorms)
}

/** How many sets of weights the layers have, by family; inner blocks count one each. */
export function parameterSets(config: AlbertConfig): { attention: number; ffn: number } {
  const sets = (map: number[]) => (map.at(-1)! + 1) * config.inner_group_num
  return { attention: sets(attentionMap(config)), ffn: sets(ffnMap(config)) }
}

// Operations are those of the matrix products, a multiplication and an addition counting one each; what is done element
// by element (LayerNorm, softmax, activation) is below 1 % and left out. Sharing weights saves none of them.

/** Forward operations of one token in a text of `length` tokens: 2EH + LJ (8H² + 4HI + 4SH). */
export function flopPerToken(config: AlbertConfig, length: number): number {
  const { embedding_size: e, hidden_size: h, intermediate_size: i } = config
  const mapping = config.embedding_projection ? 2 * e * h : 0
  const blocks = config.num_hidden_layers * config.inner_group_num
  return mapping + blocks * (8 * h * h + 4 * h * i + 4 * length * h)
}

/** Forward operations of a text of `length` tokens, the pooler with its 2H² included. */
export function flopPerSequence(config: AlbertConfig, length: number): number {
  return length * flopPerToken(config, length) + 2 * config.hidden_size ** 2
}

/** Forward operations of one position of the masked-word head: 2HE + 2EV. */
export function flopPerPrediction({
  vocab_size: v,
  embedding_size: e,
  hidden_size: h,
}: Pick<AlbertConfig, 'vocab_size' | 'embedding_size' | 'hidden_size'>): number {
  return 2 * h * e + 2 * e * v
}
