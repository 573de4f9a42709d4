// Names of tensors. Inside the package they are those of transformers' AlbertModel without the prefix `albert.`;
// this file says which ones a model has, and translates to and from what stands in files.
import { type AlbertConfig, attentionMap, ffnMap, type HeadName, hasSplitNames, labelCount } from '../config.js'

export interface ExpectedParameter {
  name: string
  shape: number[]
}

export const WORD_TABLE = 'embeddings.word_embeddings.weight'
export const MAPPING = 'encoder.embedding_hidden_mapping_in'

/** Every tensor of a model, in the order of a transformers checkpoint. Its native twin is native/model/parameters.def. */
export function expectedParameters(config: AlbertConfig, head: HeadName): ExpectedParameter[] {
  const { vocab_size: v, embedding_size: e, hidden_size: h, max_position_embeddings: p, type_vocab_size: t } = config
  return [
    { name: WORD_TABLE, shape: [v, e] },
    { name: 'embeddings.position_embeddings.weight', shape: [p, e] },
    { name: 'embeddings.token_type_embeddings.weight', shape: [t, e] },
    ...norm('embeddings.LayerNorm', e),
    ...(config.embedding_projection ? linear(MAPPING, h, e) : []),
    ...blockParameters(config),
    ...(hasPooler(head) ? linear('pooler', h, h) : []),
    ...headParameters(config, head),
  ]
}

export function hasPooler(head: HeadName): boolean {
  return head === 'none' || head === 'pretraining' || head === 'sequence_classification' || head === 'multiple_choice'
}

/** Rows of the classifier of a head. */
export function headLabels(config: AlbertConfig, head: HeadName): number {
  if (head === 'multiple_choice' || head === 'squad2') return 1
  return head === 'question_answering' ? 2 : labelCount(config)
}

function linear(name: string, outputs: number, inputs: number): ExpectedParameter[] {
  return [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ]
}

function norm(name: string, width: number): ExpectedParameter[] {
  return [
    { name: `${name}.weight`, shape: [width] },
    { name: `${name}.bias`, shape: [width] },
  ]
}

// A set is one inner block of one group; with names of their own the two families have no inner blocks.

function attentionPrefix(config: AlbertConfig, set: number): string {
  return hasSplitNames(config) ? `encoder.attention_groups.${set}.` : `${blockPrefix(config, set)}attention.`
}

function ffnPrefix(config: AlbertConfig, set: number): string {
  return hasSplitNames(config) ? `encoder.ffn_groups.${set}.` : blockPrefix(config, set)
}

function blockPrefix({ inner_group_num: inner }: AlbertConfig, set: number): string {
  return `encoder.albert_layer_groups.${Math.floor(set / inner)}.albert_layers.${set % inner}.`
}

function blockParameters(config: AlbertConfig): ExpectedParameter[] {
  const { hidden_size: h, intermediate_size: i } = config
  const sets = (map: number[]) => [...Array((map.at(-1)! + 1) * config.inner_group_num).keys()]
  const attention = sets(attentionMap(config)).map(set => attentionPrefix(config, set))
  const ffn = sets(ffnMap(config)).map(set => ffnPrefix(config, set))
  const attentionOf = (prefix: string) => [
    ...['query', 'key', 'value', 'dense'].flatMap(part => linear(prefix + part, h, h)),
    ...norm(`${prefix}LayerNorm`, h),
  ]
  const ffnOf = (prefix: string) => [...linear(`${prefix}ffn`, i, h), ...linear(`${prefix}ffn_output`, h, i)]
  const lastNormOf = (prefix: string) => norm(`${prefix}full_layer_layer_norm`, h)
  if (hasSplitNames(config)) {
    return [...attention.flatMap(attentionOf), ...ffn.flatMap(prefix => [...ffnOf(prefix), ...lastNormOf(prefix)])]
  }
  return ffn.flatMap((prefix, set) => [...lastNormOf(prefix), ...attentionOf(attention[set]!), ...ffnOf(prefix)])
}

function headParameters(config: AlbertConfig, head: HeadName): ExpectedParameter[] {
  const { vocab_size: v, embedding_size: e, hidden_size: h } = config
  const labels = headLabels(config, head)
  const decoder = [
    { name: 'predictions.bias', shape: [v] },
    ...norm('predictions.LayerNorm', e),
    ...linear('predictions.dense', e, h),
  ]
  switch (head) {
    case 'none':
      return []
    case 'masked_lm':
      return decoder
    case 'pretraining':
      return [...decoder, ...linear('sop_classifier.classifier', labels, h)]
    case 'question_answering':
      return linear('qa_outputs', labels, h)
    case 'sequence_classification':
    case 'token_classification':
    case 'multiple_choice':
      return linear('classifier', labels, h)
    case 'squad2':
      return [
        ...linear('start_logits', 1, h),
        ...linear('end_logits.dense_0', h, 2 * h),
        ...norm('end_logits.LayerNorm', h),
        ...linear('end_logits.dense_1', 1, h),
        ...linear('answer_class.dense_0', h, 2 * h),
        { name: 'answer_class.dense_1.weight', shape: [1, h] },
      ]
  }
}

/** True for tensors of the head, which a checkpoint of another head lacks. */
export function isHeadParameter(name: string): boolean {
  return !/^(embeddings|encoder|pooler)\./.test(name)
}

const HEAD_PARTS =
  /^(predictions|sop_classifier|classifier|qa_outputs|start_logits|end_logits|answer_class|pooler|seq_relationship)\./

/** True for a tensor that some head of this architecture has: no surprise in a checkpoint, whatever the head in use. */
export function belongsToSomeHead(name: string): boolean {
  return HEAD_PARTS.test(name)
}

// BERT's names, as BertModel of transformers has them, beside ours. The rows of a layer begin behind its number.
const BERT_LAYER: [bert: string, family: 'attention' | 'ffn', ours: string][] = [
  ['attention.self.query.', 'attention', 'query.'],
  ['attention.self.key.', 'attention', 'key.'],
  ['attention.self.value.', 'attention', 'value.'],
  ['attention.output.dense.', 'attention', 'dense.'],
  ['attention.output.LayerNorm.', 'attention', 'LayerNorm.'],
  ['intermediate.dense.', 'ffn', 'ffn.'],
  ['output.dense.', 'ffn', 'ffn_output.'],
  ['output.LayerNorm.', 'ffn', 'full_layer_layer_norm.'],
]
const BERT_REST: [bert: string, ours: string][] = [
  ['pooler.dense.', 'pooler.'],
  ['cls.predictions.transform.', 'predictions.'],
  ['cls.predictions.', 'predictions.'],
  ['cls.seq_relationship.', 'sop_classifier.classifier.'],
]

/** Our name for a tensor of a file: prefix dropped, BERT's names and those of older files translated. */
export function canonicalName(name: string, config: AlbertConfig): string {
  const bare = name
    .replace(/^(albert|bert)\./, '')
    .replace(/(LayerNorm|layer_norm)\.gamma$/, '$1.weight')
    .replace(/(LayerNorm|layer_norm)\.beta$/, '$1.bias')
  return config.model_type === 'bert' ? fromBert(bare, config) : bare
}

function fromBert(name: string, config: AlbertConfig): string {
  const [, layer, rest] = /^encoder\.layer\.(\d{1,4})\.(.+)$/.exec(name) ?? []
  if (rest !== undefined) {
    const row = BERT_LAYER.find(([bert]) => rest.startsWith(bert))
    if (!row) return name
    const [bert, family, ours] = row
    const prefix = family === 'attention' ? attentionPrefix : ffnPrefix
    return prefix(config, Number(layer)) + ours + rest.slice(bert.length)
  }
  const row = BERT_REST.find(([bert]) => name.startsWith(bert))
  return row ? row[1] + name.slice(row[0].length) : name
}

/** The name under which a tensor is saved: `albert.` (or `bert.`) before what is not the head's, as transformers has it. */
export function savedName(name: string, config: AlbertConfig, head: HeadName): string {
  const isBert = config.model_type === 'bert'
  const bare = isBert ? toBert(name) : name
  return head === 'none' || isHeadParameter(name) ? bare : `${isBert ? 'bert' : 'albert'}.${bare}`
}

function toBert(name: string): string {
  const block = /^encoder\.(?:attention|ffn|albert_layer)_groups\.(\d+)\.(?:albert_layers\.0\.(?:attention\.)?)?(.+)$/
  const [, layer, rest] = block.exec(name) ?? []
  if (rest !== undefined) {
    const [bert, , ours] = BERT_LAYER.find(row => rest.startsWith(row[2]))!
    return `encoder.layer.${layer}.${bert}${rest.slice(ours.length)}`
  }
  if (/^predictions\.(dense|LayerNorm)\./.test(name)) return `cls.predictions.transform.${name.slice(12)}`
  if (name.startsWith('predictions.')) return `cls.${name}`
  const row = BERT_REST.find(([, ours]) => name.startsWith(ours))
  return row ? row[0] + name.slice(row[1].length) : name
}
