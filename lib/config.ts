// The configuration of a model: config.json read, completed with the defaults of transformers, and refused early where
// it describes a model that cannot exist. Nothing is allocated from a number that was not checked here.
import { readFile, stat } from 'node:fs/promises'
import { AlbertError } from './errors.js'

/** What stands on top of the encoder; the class of transformers is `architectures[0]` of config.json. */
export type HeadName =
  | 'none'
  | 'masked_lm'
  | 'pretraining'
  | 'sequence_classification'
  | 'token_classification'
  | 'question_answering'
  | 'multiple_choice'
  | 'squad2'

export type ProblemType = 'regression' | 'single_label_classification' | 'multi_label_classification'

/** Parameter sets of the two families, each between 1 and the number of layers (docs/model.md). */
export interface Sharing {
  attention_groups: number
  ffn_groups: number
}

/** The fields of config.json that mean something here, spelled as transformers spells them. */
export interface AlbertConfig {
  model_type: string
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
  classifier_dropout_prob: number | null
  max_position_embeddings: number
  type_vocab_size: number
  initializer_range: number
  layer_norm_eps: number
  pad_token_id: number
  bos_token_id: number
  eos_token_id: number
  tie_word_embeddings: boolean
  id2label: Record<number, string>
  label2id: Record<string, number>
  problem_type: ProblemType | null
  /** Absent: `num_hidden_groups` for both families, named as ALBERT names its groups. */
  sharing: Sharing | null
  /** False: no mapping from E to H (E = H, as in BERT). */
  embedding_projection: boolean
  /** dtype of the weights on disk as the file says, `null` when it does not. */
  dtype: string | null
  /** Everything else that the file held; written back by `serializeConfig`. */
  other: Record<string, unknown>
}

/** What `from_config` accepts: any part of a configuration. */
export type PartialConfig = Partial<Omit<AlbertConfig, 'other'>> & { num_labels?: number }

// transformers' AlbertConfig() of version 5.24: sizes of xxlarge.
const DEFAULTS = {
  vocab_size: 30000,
  embedding_size: 128,
  hidden_size: 4096,
  num_hidden_layers: 12,
  num_hidden_groups: 1,
  num_attention_heads: 64,
  intermediate_size: 16384,
  inner_group_num: 1,
  max_position_embeddings: 512,
  type_vocab_size: 2,
}

// Far above every model that exists, far below what would overflow or exhaust memory before the weights are even read.
const LIMITS: Record<keyof typeof DEFAULTS, number> = {
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

const ACTIVATIONS: Record<string, 'gelu' | 'gelu_new' | 'relu' | 'silu' | 'tanh' | 'linear'> = {
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_fast: 'gelu_new',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
  tanh: 'tanh',
  linear: 'linear',
}

const PROBLEMS = ['regression', 'single_label_classification', 'multi_label_classification']
const MAX_CONFIG_BYTES = 1 << 20
const MAX_LABELS = 100_000
// A model of more float32 weights than this is refused: 16 G parameters.
const MAX_PARAMETERS = 2 ** 34

/** The name under which the kernels know an activation of config.json. */
export function activationOf(config: AlbertConfig) {
  return ACTIVATIONS[config.hidden_act]!
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
export function hasSplitNames(config: AlbertConfig): boolean {
  const { sharing, num_hidden_groups } = config
  return (
    sharing !== null && (sharing.attention_groups !== num_hidden_groups || sharing.ffn_groups !== num_hidden_groups)
  )
}

/** Reads and checks `config.json`. Throws MODEL_NOT_FOUND or INVALID_CONFIG. */
export async function readConfig(path: string): Promise<AlbertConfig> {
  const info = await stat(path).catch(() => undefined)
  if (!info?.isFile()) throw new AlbertError('MODEL_NOT_FOUND', `There is no configuration at ${path}.`)
  if (info.size > MAX_CONFIG_BYTES) {
    throw new AlbertError(
      'INVALID_CONFIG',
      `${path} has ${info.size} bytes; a configuration has at most ${MAX_CONFIG_BYTES}.`,
    )
  }
  const text = await readFile(path, 'utf8')
  try {
    return parseConfig(JSON.parse(text), path)
  } catch (cause) {
    if (cause instanceof AlbertError) throw cause
    throw new AlbertError('INVALID_CONFIG', `${path} is not JSON: ${(cause as Error).message}.`, { cause })
  }
}

/** Completes and checks a configuration; `origin` names where it came from in messages. */
export function parseConfig(json: unknown, origin = 'the configuration'): AlbertConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new AlbertError('INVALID_CONFIG', `${origin} must be a JSON object, not ${describe(json)}.`)
  }
  const fields = new Fields({ ...json }, origin)
  const config = readFields(fields)
  checkTogether(config, fields)
  return config
}

function readFields(f: Fields): AlbertConfig {
  const size = (name: keyof typeof DEFAULTS) => f.integer(name, DEFAULTS[name], 1, LIMITS[name])
  const modelType = f.text('model_type', 'albert')
  if (modelType !== 'albert' && modelType !== 'bert') f.refuse('model_type', modelType, "'albert' or 'bert'")
  const positionType = f.text('position_embedding_type', 'absolute')
  if (positionType !== 'absolute') f.refuse('position_embedding_type', positionType, "'absolute'")
  const activation = f.text('hidden_act', 'gelu_new')
  if (!Object.hasOwn(ACTIVATIONS, activation)) {
    f.refuse('hidden_act', activation, `one of ${Object.keys(ACTIVATIONS).join(', ')}`)
  }
  const labels = f.labels()
  const vocab = size('vocab_size')
  const isBert = modelType === 'bert'
  const hidden = size('hidden_size')
  const layers = size('num_hidden_layers')
  return {
    model_type: modelType,
    architectures: f.texts('architectures'),
    vocab_size: vocab,
    embedding_size: isBert ? f.integer('embedding_size', hidden, 1, LIMITS.embedding_size) : size('embedding_size'),
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_hidden_groups: size('num_hidden_groups'),
    num_attention_heads: size('num_attention_heads'),
    intermediate_size: size('intermediate_size'),
    inner_group_num: size('inner_group_num'),
    hidden_act: activation,
    hidden_dropout_prob: f.rate('hidden_dropout_prob', 0),
    attention_probs_dropout_prob: f.rate('attention_probs_dropout_prob', 0),
    classifier_dropout_prob: f.isNull('classifier_dropout_prob') ? null : f.rate('classifier_dropout_prob', 0.1),
    max_position_embeddings: size('max_position_embeddings'),
    type_vocab_size: size('type_vocab_size'),
    initializer_range: f.number('initializer_range', 0.02, 0, 1000),
    layer_norm_eps: f.number('layer_norm_eps', 1e-12, 0, 1),
    pad_token_id: f.integer('pad_token_id', 0, 0, vocab - 1),
    bos_token_id: f.integer('bos_token_id', Math.min(2, vocab - 1), 0, vocab - 1),
    eos_token_id: f.integer('eos_token_id', Math.min(3, vocab - 1), 0, vocab - 1),
    tie_word_embeddings: f.boolean('tie_word_embeddings', true),
    ...labels,
    problem_type: f.problem(),
    sharing: f.sharing(layers) ?? (isBert ? { attention_groups: layers, ffn_groups: layers } : null),
    embedding_projection: f.boolean('embedding_projection', !isBert),
    dtype: f.dtype(),
    other: f.rest(),
  }
}

/** What single fields cannot tell. */
function checkTogether(c: AlbertConfig, f: Fields): void {
  if (c.hidden_size % c.num_attention_heads !== 0) {
    f.refuse('hidden_size', c.hidden_size, `a multiple of num_attention_heads, ${c.num_attention_heads}`)
  }
  if (c.num_hidden_groups > c.num_hidden_layers) {
    f.refuse('num_hidden_groups', c.num_hidden_groups, `at most num_hidden_layers, ${c.num_hidden_layers}`)
  }
  if (!c.embedding_projection && c.embedding_size !== c.hidden_size) {
    f.refuse('embedding_size', c.embedding_size, `hidden_size, ${c.hidden_size}, when embedding_projection is false`)
  }
  if (c.inner_group_num > 1 && c.sharing !== null && hasSplitNames(c)) {
    f.refuse('inner_group_num', c.inner_group_num, '1 when `sharing` differs from num_hidden_groups')
  }
  const sets = Math.max(attentionMap(c).at(-1)!, ffnMap(c).at(-1)!) + 1
  const layer = 4 * c.hidden_size ** 2 + 2 * c.hidden_size * c.intermediate_size
  const total = c.vocab_size * c.embedding_size + sets * c.inner_group_num * layer
  if (total > MAX_PARAMETERS) {
    f.refuse(
      'hidden_size',
      c.hidden_size,
      `small enough for a model of ${MAX_PARAMETERS} weights (this one has about ${total})`,
    )
  }
}

/** config.json as transformers reads it, with the fields of ours where they differ from its defaults. */
export function serializeConfig(config: AlbertConfig): Record<string, unknown> {
  const { other, sharing, embedding_projection, dtype, problem_type, ...fields } = config
  return {
    ...other,
    ...fields,
    ...(dtype === null ? {} : { dtype }),
    ...(problem_type === null ? {} : { problem_type }),
    ...(sharing === null || config.model_type === 'bert' ? {} : { sharing }),
    ...(embedding_projection || config.model_type === 'bert' ? {} : { embedding_projection }),
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'absent'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** The fields of one JSON object: each is taken once, with its checks; what is left over is kept. */
class Fields {
  constructor(
    private readonly object: Record<string, unknown>,
    private readonly origin: string,
  ) {}

  refuse(name: string, value: unknown, wanted: string): never {
    throw new AlbertError('INVALID_CONFIG', `${name} is ${describe(value)} in ${this.origin}; it must be ${wanted}.`)
  }

  isNull(name: string): boolean {
    if (this.object[name] !== null) return false
    delete this.object[name]
    return true
  }

  integer(name: string, otherwise: number, low: number, high: number): number {
    const value = this.take(name) ?? otherwise
    if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
      this.refuse(name, value, `an integer from ${low} to ${high}`)
    }
    return value
  }

  number(name: string, otherwise: number, low: number, high: number): number {
    const value = this.take(name) ?? otherwise
    if (typeof value !== 'number' || !(value >= low && value <= high)) {
      this.refuse(name, value, `a number from ${low} to ${high}`)
    }
    return value
  }

  rate(name: string, otherwise: number): number {
    const value = this.number(name, otherwise, 0, 1)
    if (value === 1) this.refuse(name, value, 'below 1')
    return value
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.take(name) ?? otherwise
    if (typeof value !== 'boolean') this.refuse(name, value, 'true or false')
    return value
  }

  text(name: string, otherwise: string): string {
    const value = this.take(name) ?? otherwise
    if (typeof value !== 'string') this.refuse(name, value, 'a string')
    return value
  }

  texts(name: string): string[] {
    const value = this.take(name) ?? []
    if (!Array.isArray(value) || !value.every(item => typeof item === 'string'))
      this.refuse(name, value, 'a list of strings')
    return value
  }

  /** `dtype`, which transformers called `torch_dtype` before version 5. */
  dtype(): string | null {
    const older = this.take('torch_dtype')
    const value = this.take('dtype') ?? older ?? null
    return typeof value === 'string' ? value : null
  }

  problem(): ProblemType | null {
    const value = this.take('problem_type') ?? null
    if (value !== null && !PROBLEMS.includes(value as string))
      this.refuse('problem_type', value, `one of ${PROBLEMS.join(', ')}`)
    return value as ProblemType | null
  }

  sharing(layers: number): Sharing | null {
    const value = this.take('sharing') ?? null
    if (value === null) return null
    if (typeof value !== 'object' || Array.isArray(value)) this.refuse('sharing', value, 'an object')
    const inner = new Fields({ ...value }, `sharing of ${this.origin}`)
    const sharing = {
      attention_groups: inner.integer('attention_groups', Number.NaN, 1, layers),
      ffn_groups: inner.integer('ffn_groups', Number.NaN, 1, layers),
    }
    const unknown = Object.keys(inner.rest())
    if (unknown.length > 0) this.refuse('sharing', value, 'an object of attention_groups and ffn_groups alone')
    return sharing
  }

  /** id2label decides; num_labels (2) names them LABEL_0, LABEL_1, ... as transformers does. */
  labels(): Pick<AlbertConfig, 'id2label' | 'label2id'> {
    const given = this.take('id2label')
    const inverse = this.take('label2id')
    const listed = given === undefined || given === null ? undefined : this.labelNames(given)
    const count = this.integer('num_labels', listed?.length ?? 2, 1, MAX_LABELS)
    if (listed && listed.length !== count)
      this.refuse('num_labels', count, `${listed.length}, the number of labels in id2label`)
    const names = listed ?? Array.from({ length: count }, (_, i) => `LABEL_${i}`)
    const id2label = Object.fromEntries(names.map((name, i) => [i, name]))
    const label2id = Object.fromEntries(names.map((name, i) => [name, i]))
    if (inverse !== undefined && inverse !== null) this.checkInverse(inverse, label2id, listed !== undefined)
    return { id2label, label2id }
  }

  private labelNames(value: unknown): string[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('id2label', value, 'an object')
    const entries = Object.entries(value)
    if (entries.length === 0 || entries.length > MAX_LABELS)
      this.refuse('id2label', value, `an object of 1 to ${MAX_LABELS} labels`)
    return entries.map((_, i) => {
      const name = (value as Record<string, unknown>)[i]
      if (typeof name !== 'string')
        this.refuse('id2label', value, `an object of strings with keys 0 to ${entries.length - 1}`)
      return name
    })
  }

  private checkInverse(inverse: unknown, expected: Record<string, number>, namesGiven: boolean): void {
    if (typeof inverse !== 'object' || inverse === null || Array.isArray(inverse))
      this.refuse('label2id', inverse, 'an object')
    if (!namesGiven) return
    for (const [name, id] of Object.entries(inverse)) {
      if (Object.hasOwn(expected, name) && expected[name] !== Number(id)) {
        this.refuse('label2id', inverse, `the inverse of id2label ('${name}' is ${expected[name]} there)`)
      }
    }
  }

  rest(): Record<string, unknown> {
    return this.object
  }

  private take(name: string): unknown {
    const value = Object.hasOwn(this.object, name) ? this.object[name] : undefined
    delete this.object[name]
    return value === null ? undefined : value
  }
}
