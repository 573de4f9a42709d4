// The configuration of a model: config.json read, completed with the defaults of transformers, and refused early where
// it describes a model that cannot exist. Nothing is allocated from a number that was not checked here.
import { ConfigFields, describe, isObject } from './config-fields.js'
import { AlbertError } from './errors.js'
import type { NativeHead } from './native.js'
import { readJsonFile } from './regular-file.js'

/** What stands on top of the encoder; the class of transformers is `architectures[0]` of config.json. */
export type HeadName = NativeHead

export const headNames: readonly HeadName[] = [
  'none',
  'masked_lm',
  'pretraining',
  'sequence_classification',
  'token_classification',
  'question_answering',
  'multiple_choice',
  'squad2',
]

/** What the labels of a sequence classification mean, and so which loss and which scores. */
export type ProblemType = 'regression' | 'single_label_classification' | 'multi_label_classification'

/** Parameter sets of the two families, each between 1 and the number of layers (docs/model.md). */
export interface Sharing {
  attention_groups: number
  ffn_groups: number
}

/** The fields of config.json that mean something here, spelled as transformers spells them. */
export interface AlbertConfig {
  /** `bert`: unshared, E = H and no mapping, with BERT's names in files. Inside it is an ALBERT of these settings. */
  model_type: 'albert' | 'bert'
  architectures: string[]
  vocab_size: number
  embedding_size: number
  hidden_size: number
  num_hidden_layers: number
  num_hidden_groups: number
  num_attention_heads: number
  intermediate_size: number
  inner_group_num: number
  hidden_act: string
  hidden_dropout_prob: number
  attention_probs_dropout_prob: number
  /** Null: as hidden_dropout_prob. */
  classifier_dropout_prob: number | null
  max_position_embeddings: number
  type_vocab_size: number
  initializer_range: number
  layer_norm_eps: number
  pad_token_id: number | null
  bos_token_id: number | null
  eos_token_id: number | null
  tie_word_embeddings: boolean
  id2label: Record<number, string>
  label2id: Record<string, number>
  problem_type: ProblemType | null
  /** Null: `num_hidden_groups` for both families, named as ALBERT names its groups. */
  sharing: Sharing | null
  /** False: no mapping from E to H (E = H, as in BERT). */
  embedding_projection: boolean
  /** dtype of the weights on disk as the file says, `null` when it does not. */
  dtype: string | null
  /** Everything else that the file held; written back by `serializeConfig`. */
  other: Record<string, unknown>
}

/** What `from_config` accepts: any part of a configuration. */
export type PartialConfig = Partial<AlbertConfig> & { num_labels?: number }

// The defaults of transformers' AlbertConfig() (sizes of xxlarge) and BertConfig() (base), version 5.24.
const COMMON = { num_hidden_groups: 1, inner_group_num: 1, max_position_embeddings: 512, type_vocab_size: 2 }
const DEFAULTS = {
  albert: {
    ...COMMON,
    ...{ vocab_size: 30000, embedding_size: 128, hidden_size: 4096, num_hidden_layers: 12, num_attention_heads: 64 },
    ...{ intermediate_size: 16384, hidden_act: 'gelu_new', dropout: 0, classifier_dropout: 0.1, bos: 2, eos: 3 },
  },
  bert: {
    ...COMMON,
    ...{ vocab_size: 30522, embedding_size: 768, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12 },
    ...{ intermediate_size: 3072, hidden_act: 'gelu', dropout: 0.1, classifier_dropout: null, bos: null, eos: null },
  },
}

// Above every model that exists, below what would overflow or exhaust memory before a weight is read.
const LIMITS = {
  vocab_size: 2_000_000,
  embedding_size: 16_384,
  hidden_size: 16_384,
  num_hidden_layers: 1024,
  num_hidden_groups: 1024,
  num_attention_heads: 1024,
  intermediate_size: 131_072,
  inner_group_num: 64,
  max_position_embeddings: 131_072,
  type_vocab_size: 1024,
}
const MAX_LABELS = 100_000
/** 16 GiB of float32. The largest model of the paper, xxlarge with nothing shared, has 2.4 thousand million. */
const MAX_PARAMETERS = 2 ** 32
/** Blocks with weights of their own, each of 16 tensors: the list of all tensors is made before a file is looked at. */
const MAX_BLOCKS = 4096
const MAX_CONFIG_BYTES = 1 << 20

const ACTIVATIONS = {
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_fast: 'gelu_new',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
  tanh: 'tanh',
  linear: 'linear',
} as const

const PROBLEMS: readonly ProblemType[] = ['regression', 'single_label_classification', 'multi_label_classification']

/** The name under which the kernels know an activation of config.json. */
export function activationOf(config: AlbertConfig) {
  return ACTIVATIONS[config.hidden_act as keyof typeof ACTIVATIONS]
}

/** Number of rows of a classifier. */
export function labelCount(config: AlbertConfig): number {
  return Object.keys(config.id2label).length
}

/** [L] attention set of each layer: floor(i Ga / L) in integers, never in floating point (docs/model.md). */
export function attentionMap(config: AlbertConfig): number[] {
  return layerMap(config.num_hidden_layers, config.sharing?.attention_groups ?? config.num_hidden_groups)
}

/** [L] FFN set of each layer. */
export function ffnMap(config: AlbertConfig): number[] {
  return layerMap(config.num_hidden_layers, config.sharing?.ffn_groups ?? config.num_hidden_groups)
}

function layerMap(layers: number, groups: number): number[] {
  return Array.from({ length: layers }, (_, layer) => Math.floor((layer * groups) / layers))
}

/** True where the two families have names of their own in a checkpoint instead of ALBERT's groups. */
export function hasSplitNames({ sharing, num_hidden_groups }: AlbertConfig): boolean {
  if (sharing === null) return false
  return sharing.attention_groups !== num_hidden_groups || sharing.ffn_groups !== num_hidden_groups
}

/** Reads and checks `config.json`. Throws MODEL_NOT_FOUND or INVALID_CONFIG. */
export async function readConfig(path: string): Promise<AlbertConfig> {
  return parseConfig(await readJsonFile(path, MAX_CONFIG_BYTES, 'INVALID_CONFIG'), path)
}

/** Completes and checks a configuration; `origin` names where it came from in messages. */
export function parseConfig(json: unknown, origin = 'the configuration'): AlbertConfig {
  if (!isObject(json)) {
    throw new AlbertError('INVALID_CONFIG', `${origin} must be a JSON object, not ${describe(json)}.`)
  }
  // A configuration that was read before holds its unknown fields in `other`.
  const { other, ...own } = json
  const fields = new ConfigFields(isObject(other) ? { ...other, ...own } : json, origin)
  const config = readFields(fields)
  checkTogether(config, fields)
  return config
}

function readFields(f: ConfigFields): AlbertConfig {
  const architectures = f.texts('architectures')
  const model_type = f.choice(
    'model_type',
    ['albert', 'bert'],
    /^Bert/.test(architectures[0] ?? '') ? 'bert' : 'albert',
  )
  const isBert = model_type === 'bert'
  const defaults = DEFAULTS[model_type]
  const size = (name: keyof typeof LIMITS, otherwise = defaults[name]) => f.integer(name, otherwise, 1, LIMITS[name])
  // Read for its check alone: relative positions are another model.
  f.choice('position_embedding_type', ['absolute'], 'absolute')
  const hidden_size = size('hidden_size')
  const num_hidden_layers = size('num_hidden_layers')
  const unshared = { attention_groups: num_hidden_layers, ffn_groups: num_hidden_layers }
  const config = {
    model_type,
    architectures,
    vocab_size: size('vocab_size'),
    embedding_size: size('embedding_size', isBert ? hidden_size : defaults.embedding_size),
    hidden_size,
    num_hidden_layers,
    num_hidden_groups: size('num_hidden_groups'),
    num_attention_heads: size('num_attention_heads'),
    intermediate_size: size('intermediate_size'),
    inner_group_num: size('inner_group_num'),
    hidden_act: f.choice('hidden_act', Object.keys(ACTIVATIONS), defaults.hidden_act),
    hidden_dropout_prob: f.rate('hidden_dropout_prob', defaults.dropout),
    attention_probs_dropout_prob: f.rate('attention_probs_dropout_prob', defaults.dropout),
    classifier_dropout_prob: f.rateOrNull(
      'classifier_dropout_prob',
      isBert ? f.rateOrNull('classifier_dropout', null) : defaults.classifier_dropout,
    ),
    max_position_embeddings: size('max_position_embeddings'),
    type_vocab_size: size('type_vocab_size'),
    initializer_range: f.number('initializer_range', 0.02, 0, 1000),
    layer_norm_eps: f.number('layer_norm_eps', 1e-12, 0, 1),
    pad_token_id: f.token('pad_token_id', 0),
    bos_token_id: f.token('bos_token_id', defaults.bos),
    eos_token_id: f.token('eos_token_id', defaults.eos),
    tie_word_embeddings: f.boolean('tie_word_embeddings', true),
    ...readLabels(f),
    problem_type: readProblem(f),
    sharing: readSharing(f, num_hidden_layers) ?? (isBert ? unshared : null),
    embedding_projection: f.boolean('embedding_projection', !isBert),
    dtype: readDtype(f),
  }
  return { ...config, other: f.rest() }
}

/** What single fields cannot tell. */
function checkTogether(c: AlbertConfig, f: ConfigFields): void {
  if (c.hidden_size % c.num_attention_heads !== 0) {
    f.refuse('hidden_size', c.hidden_size, `a multiple of num_attention_heads, ${c.num_attention_heads}`)
  }
  if (c.num_hidden_groups > c.num_hidden_layers) {
    f.refuse('num_hidden_groups', c.num_hidden_groups, `at most num_hidden_layers, ${c.num_hidden_layers}`)
  }
  if (!c.embedding_projection && c.embedding_size !== c.hidden_size) {
    f.refuse('embedding_size', c.embedding_size, `hidden_size, ${c.hidden_size}, as embedding_projection is false`)
  }
  if (c.inner_group_num > 1 && hasSplitNames(c)) {
    f.refuse('inner_group_num', c.inner_group_num, '1, as `sharing` differs from num_hidden_groups')
  }
  if (c.pad_token_id !== null && c.pad_token_id >= c.vocab_size) {
    f.refuse('pad_token_id', c.pad_token_id, `below vocab_size, ${c.vocab_size}`)
  }
  if (c.problem_type === 'single_label_classification' && labelCount(c) === 1) {
    f.refuse('problem_type', c.problem_type, 'regression when there is one label')
  }
  checkBert(c, f)
  const blocks = (Math.max(attentionMap(c).at(-1)!, ffnMap(c).at(-1)!) + 1) * c.inner_group_num
  if (blocks > MAX_BLOCKS) f.refuse('the number of blocks with weights of their own', blocks, `at most ${MAX_BLOCKS}`)
  const total = aboutHowManyParameters(c)
  if (total > MAX_PARAMETERS) f.refuse('the number of parameters', total, `at most ${MAX_PARAMETERS}`)
}

/** Fields by which a file would be another model than the one that its tensors are read as. */
function checkBert(c: AlbertConfig, f: ConfigFields): void {
  for (const name of ['is_decoder', 'add_cross_attention']) {
    if (c.other[name] === true) f.refuse(name, true, 'false: this package runs encoders')
  }
  const pruned = c.other['pruned_heads']
  if (isObject(pruned) && Object.keys(pruned).length > 0) f.refuse('pruned_heads', pruned, 'empty')
  if (c.model_type !== 'bert') return
  // A BERT's file has no such field: it would be lost when the configuration is saved.
  if (c.num_hidden_groups > 1) f.refuse('num_hidden_groups', c.num_hidden_groups, "1 where model_type is 'bert'")
  const { sharing, num_hidden_layers: layers } = c
  const shared = sharing?.attention_groups !== layers || sharing.ffn_groups !== layers || c.inner_group_num > 1
  if (shared || c.embedding_projection) {
    f.refuse('model_type', 'bert', "'albert' where layers are shared or embeddings mapped")
  }
}

/** All but the heads and vectors. */
function aboutHowManyParameters(c: AlbertConfig): number {
  const { embedding_size: e, hidden_size: h } = c
  const embeddings = (c.vocab_size + c.max_position_embeddings + c.type_vocab_size + h) * e
  const attention = (attentionMap(c).at(-1)! + 1) * 4 * h * h
  const ffn = (ffnMap(c).at(-1)! + 1) * 2 * h * c.intermediate_size
  return embeddings + c.inner_group_num * (attention + ffn) + h * h
}

/** id2label decides; num_labels (2) names them LABEL_0, LABEL_1, ... as transformers does. */
function readLabels(f: ConfigFields): Pick<AlbertConfig, 'id2label' | 'label2id'> {
  const given = f.objectOrNull('id2label')
  const listed = given && labelNames(given, f)
  const count = f.integer('num_labels', listed?.length ?? 2, 1, MAX_LABELS)
  if (listed && listed.length !== count) {
    f.refuse('num_labels', count, `${listed.length}, the number of labels in id2label`)
  }
  const names = listed ?? Array.from({ length: count }, (_, i) => `LABEL_${i}`)
  checkInverse(f.objectOrNull('label2id') ?? {}, names, f)
  return {
    id2label: Object.fromEntries(names.entries()),
    label2id: Object.fromEntries(names.map((name, i) => [name, i])),
  }
}

function labelNames(given: Record<string, unknown>, f: ConfigFields): string[] {
  const { length } = Object.keys(given)
  if (length === 0 || length > MAX_LABELS) f.refuse('id2label', given, `an object of 1 to ${MAX_LABELS} labels`)
  return Array.from({ length }, (_, i) => {
    const name = Object.hasOwn(given, i) ? given[i] : undefined
    return typeof name === 'string'
      ? name
      : f.refuse(`id2label[${i}]`, name, `a string, as all from 0 to ${length - 1}`)
  })
}

/** label2id follows from id2label. Files often carry one that lags behind: only a contradiction is refused. */
function checkInverse(inverse: Record<string, unknown>, names: string[], f: ConfigFields): void {
  const known = new Set(names)
  for (const [name, id] of Object.entries(inverse)) {
    if (known.has(name) && names[Number(id)] !== name) {
      f.refuse(`label2id[${describe(name)}]`, id, `${names.indexOf(name)}, as in id2label`)
    }
  }
}

function readProblem(f: ConfigFields): ProblemType | null {
  const value = f.textOrNull('problem_type')
  if (value !== null && !PROBLEMS.includes(value as ProblemType)) {
    f.refuse('problem_type', value, `one of ${PROBLEMS.join(', ')}`)
  }
  return value as ProblemType | null
}

function readSharing(f: ConfigFields, layers: number): Sharing | null {
  const value = f.objectOrNull('sharing')
  if (value === null) return null
  const { attention_groups, ffn_groups, ...unknown } = value
  for (const name of Object.keys(unknown)) {
    f.refuse(`sharing.${name}`, unknown[name], 'absent: sharing holds attention_groups and ffn_groups alone')
  }
  const groups = (name: keyof Sharing, given: unknown) => {
    if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= layers) return given
    return f.refuse(`sharing.${name}`, given, `a whole number from 1 to ${layers}`)
  }
  return {
    attention_groups: groups('attention_groups', attention_groups),
    ffn_groups: groups('ffn_groups', ffn_groups),
  }
}

/** transformers called it `torch_dtype` before version 5; where a file has both, `dtype` counts. */
function readDtype(f: ConfigFields): string | null {
  const older = f.textOrNull('torch_dtype')
  return f.textOrNull('dtype') ?? older
}

/** Fields that BertConfig does not know, because a BERT has no choice there. */
const ALBERT_ONLY = ['embedding_size', 'num_hidden_groups', 'inner_group_num', 'embedding_projection', 'sharing']

/** The object of config.json as transformers reads it, keys in order, with fields of ours only where they say something. */
export function serializeConfig(config: AlbertConfig): Record<string, unknown> {
  const { other, classifier_dropout_prob: classifier_dropout, ...fields } = config
  const isBert = config.model_type === 'bert'
  const all: Record<string, unknown> = {
    ...other,
    ...fields,
    ...(isBert ? { classifier_dropout } : { classifier_dropout_prob: classifier_dropout }),
  }
  for (const name of ['dtype', 'problem_type', 'sharing']) if (all[name] === null) delete all[name]
  if (config.embedding_projection) delete all['embedding_projection']
  if (isBert) for (const name of ALBERT_ONLY) delete all[name]
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** config.json as text. transformers refuses `1` for a number that may have a fraction: there it is `1.0`. */
export function configText(config: AlbertConfig): string {
  const text = JSON.stringify(serializeConfig(config), null, 2)
  return `${text.replace(/^( {2}"(?:\w+_prob|classifier_dropout|initializer_range|layer_norm_eps)": \d+)(,?)$/gm, '$1.0$2')}\n`
}
