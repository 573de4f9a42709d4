// Names of tensors. Inside the package they are those of transformers' AlbertModel without the prefix `albert.`;
// this file says which ones a model has, and translates to and from what stands in files.
import { type AlbertConfig, attentionMap, ffnMap, type HeadName, hasSplitNames, labelCount } from '../config.js'

export interface ExpectedParameter {
  name: string
  shape: number[]
}

/** Every tensor of a model, in the order of a transformers checkpoint. Its native twin is native/model/parameters.def. */
export function expectedParameters(config: AlbertConfig, head: HeadName): ExpectedParameter[] {
  const { vocab_size: v, embedding_size: e, hidden_size: h, max_position_embeddings: p, type_vocab_size: t } = config
  return [
    { name: 'embeddings.word_embeddings.weight', shape: [v, e] },
    { name: 'embeddings.position_embeddings.weight', shape: [p, e] },
    { name: 'embeddings.token_type_embeddings.weight', shape: [t, e] },
    ...norm('embeddings.LayerNorm', e),
    ...(config.embedding_projection ? linear('encoder.embedding_hidden_mapping_in', h, e) : []),
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

/** Prefix of each attention and FFN set. */
function setPrefixes(config: AlbertConfig): { attention: string[]; ffn: string[] } {
  const sets = (map: number[]) => Array.from({ length: map.at(-1)! + 1 }, (_, set) => set)
  if (hasSplitNames(config)) {
    return {
      attention: sets(attentionMap(config)).map(set => `encoder.attention_groups.${set}`),
      ffn: sets(ffnMap(config)).map(set => `encoder.ffn_groups.${set}`),
    }
  }
  const inner = Array.from({ length: config.inner_group_num }, (_, j) => j)
  const blocks = sets(attentionMap(config)).flatMap(g =>
    inner.map(j => `encoder.albert_layer_groups.${g}.albert_layers.${j}`),
  )
  return { attention: blocks.map(block => `${block}.attention`), ffn: blocks }
}

function blockParameters(config: AlbertConfig): ExpectedParameter[] {
  const { hidden_size: h, intermediate_size: i } = config
  const { attention, ffn } = setPrefixes(config)
  return [
    ...attention.flatMap(set => [
      ...['query', 'key', 'value', 'dense'].flatMap(name => linear(`${set}.${name}`, h, h)),
      ...norm(`${set}.LayerNorm`, h),
    ]),
    ...ffn.flatMap(set => [
      ...linear(`${set}.ffn`, i, h),
      ...linear(`${set}.ffn_output`, h, i),
      ...norm(`${set}.full_layer_layer_norm`, h),
    ]),
  ]
}

function headParameters(config: AlbertConfig, head: HeadName): ExpectedParameter[] {
  const { vocab_size: v, embedding_size: e, hidden_size: h } = config
  const labels = headLabels(config, head)
  const decoder = [
    { name: 'predictions.bias', shape: [v] },
    ...linear('predictions.dense', e, h),
    ...norm('predictions.LayerNorm', e),
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

// BERT's names for ours, `N` being a layer. transformers' BertModel; gamma and beta are older spellings.
const BERT_NAMES: [bert: string, ours: string][] = [
  ['encoder.layer.N.attention.self.', 'encoder.attention_groups.N.'],
  ['encoder.layer.N.attention.output.', 'encoder.attention_groups.N.'],
  ['encoder.layer.N.intermediate.dense.', 'encoder.ffn_groups.N.ffn.'],
  ['encoder.layer.N.output.dense.', 'encoder.ffn_groups.N.ffn_output.'],
  ['encoder.layer.N.output.LayerNorm.', 'encoder.ffn_groups.N.full_layer_layer_norm.'],
  ['pooler.dense.', 'pooler.'],
  ['cls.predictions.transform.dense.', 'predictions.dense.'],
  ['cls.predictions.transform.LayerNorm.', 'predictions.LayerNorm.'],
  ['cls.predictions.', 'predictions.'],
  ['cls.seq_relationship.', 'sop_classifier.classifier.'],
]

function renamed(name: string, from: string, to: string): string | undefined {
  const layer = /\.(\d+)\./.exec(name)?.[1]
  if (layer === undefined && from.includes('N.')) return undefined
  const start = from.replace('.N.', `.${layer}.`)
  return name.startsWith(start) ? to.replace('.N.', `.${layer}.`) + name.slice(start.length) : undefined
}

/** Our name for a tensor of a file: prefix dropped, BERT's names translated. */
export function canonicalName(name: string, config: AlbertConfig): string {
  const bare = name
    .replace(/^(albert|bert)\./, '')
    .replace(/\.gamma$/, '.weight')
    .replace(/\.beta$/, '.bias')
  if (config.model_type !== 'bert') return bare
  for (const [bert, ours] of BERT_NAMES) {
    const found = renamed(bare, bert, ours)
    if (found !== undefined) return found
  }
  return bare
}

/** The name under which a tensor is saved: `albert.` (or `bert.`) before what is not the head's, as transformers has it. */
export function savedName(name: string, config: AlbertConfig, head: HeadName): string {
  const isBert = config.model_type === 'bert'
  const bare = isBert ? bertName(name) : name
  return head === 'none' || isHeadParameter(name) ? bare : `${isBert ? 'bert' : 'albert'}.${bare}`
}

function bertName(name: string): string {
  // query, key and value stand under `self`, the output projection and its LayerNorm under `output`.
  const attention = /^encoder\.attention_groups\.(\d+)\.(query|key|value|dense|LayerNorm)\.(\w+)$/.exec(name)
  if (attention) {
    const [, layer, part, kind] = attention
    const room = part === 'dense' || part === 'LayerNorm' ? 'output' : 'self'
    return `encoder.layer.${layer}.attention.${room}.${part}.${kind}`
  }
  for (const [bert, ours] of BERT_NAMES.slice(2)) {
    const found = renamed(name, ours, bert)
    if (found !== undefined) return found
  }
  return name
}
