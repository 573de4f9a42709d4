// The contract with the native addon: what it exports and what each field means. native/binding is its other side.
// The only place where untyped becomes typed; lib/native-loader.ts finds the binary.

/**
 * Arithmetic of a model: float32 kernels; the float64 reference (exact to 1e-12, slow); bf16 and int8 kernels, which round
 * weights and inputs of products and add up in float32 (docs/models.md, Dtypes).
 */
export type NativeDtype = 'fp32' | 'fp64' | 'bf16' | 'int8'
/** What int8 gives up: `high` keeps the second matrix of the FFN, whose inputs have the worst outliers, in bf16. */
export type NativeQuality = 'fast' | 'high'
/** Numbers of a model: Float64Array for dtype `fp64`, Float32Array for every other. */
export type NativeArray = Float32Array | Float64Array
/** What stands on top of the encoder. */
export type NativeHead =
  | 'none'
  | 'masked_lm'
  | 'pretraining'
  | 'sequence_classification'
  | 'token_classification'
  | 'question_answering'
  | 'multiple_choice'
  | 'squad2'

/** The sizes of a model. Checked by lib/config.ts before they come here. */
export interface NativeConfig {
  vocabSize: number
  embeddingSize: number
  hiddenSize: number
  intermediateSize: number
  heads: number
  positions: number
  types: number
  /** Blocks of parameters run one after another in each layer (`inner_group_num`). */
  innerGroups: number
  /** [L] parameter set of the attention of each layer; sets are numbered from 0 without gaps. */
  attentionMap: Int32Array
  /** [L] likewise for the FFN. */
  ffnMap: Int32Array
  /** True: sets are named `encoder.attention_groups.A.*` and `encoder.ffn_groups.F.*`; false: as ALBERT names its groups. */
  splitNames: boolean
  activation: 'gelu' | 'gelu_new' | 'relu' | 'silu' | 'tanh' | 'linear'
  layerNormEps: number
  /** False: no mapping from E to H (E = H, BERT). */
  projection: boolean
  head: NativeHead
  /** Rows of the classifier; 1 for multiple choice, 2 for question answering. */
  labels: number
}

export interface NativeModelOptions {
  dtype: NativeDtype
  /** Read for dtype `int8` alone. */
  quality: NativeQuality
  /** Row of the dispatch table; empty = the best that this processor can run. */
  isa: string
  /** Threads a call may use; 0 = all that the process may use. */
  threads: number
  /** `auto`, `split` or `walk`. */
  schedule: string
}

/** One packed batch: T tokens of N sequences, one after another. Letters as in docs/architecture.md. */
export interface NativeRequest {
  /** [T]; exactly one of ids and embeds. */
  ids?: Int32Array
  /** [T,E] in the model's dtype. */
  embeds?: NativeArray
  /** [T] */
  types: Int32Array
  /** [T] */
  positions: Int32Array
  /** [N+1], starts[0] = 0, rising, starts[N] = T. */
  starts: Int32Array
  /** [T], non-zero = may be attended to; absent = all. */
  visible?: Uint8Array
  /** Names of the outputs wanted; see docs/architecture.md for those of each head. */
  outputs: string[]
  /** [R] packed rows, strictly rising, that row-wise outputs (last_hidden_state, logits a token) are wanted for; absent = all T. */
  rows?: Int32Array
  /**
   * [N], each 1 .. L: layers that a sequence goes through before its rows are read; absent = all. Sequences that stop early
   * cost no more; the numbers of each are those that it has alone. Not together with hidden_states, attentions or multipliers.
   */
  layers?: Int32Array
  /**
   * masked_lm, pretraining, token_classification: Int32Array [R], -100 = ignored.
   * sequence_classification: Int32Array [N] (single label), or [N,C] numbers in the model's dtype (multi label, regression).
   * multiple_choice: Int32Array [N / choices].
   */
  labels?: Int32Array | NativeArray
  /** sequence_classification with labels. */
  problem?: 'single_label' | 'multi_label' | 'regression'
  /** multiple_choice: sequences a question. */
  choices?: number
  /** pretraining: [N], 0 = in order, 1 = swapped. */
  sentenceOrderLabels?: Int32Array
  /** question_answering, squad2: [N] row inside the sequence, -1 = ignored. */
  startPositions?: Int32Array
  endPositions?: Int32Array
  /** squad2: [T], 1 = no answer can lie here. */
  excluded?: NativeArray
  /** squad2: [N], 1 = the question has no answer. */
  impossible?: NativeArray
  /** squad2: how many starts and ends are kept. */
  startTop?: number
  endTop?: number
  /**
   * Dropout multipliers by place, for tests against stored ones: `embeddings` [T,E], `attention_probs.B` (per sequence
   * [A, s, s], one after another), `attention_output.B` [T,H], `ffn_output.B` [T,H], B = number of the block.
   */
  multipliers?: Record<string, NativeArray>
}

/** Results wait in native memory until they are copied; `copy` fills `target` from element `offset` on. */
export interface NativeResult {
  /** Dimensions of each output, packed. `attentions`: one entry a block and sequence, `attentions.B.N` [A, s, s]. */
  dims: Record<string, number[]>
  /** Mean losses by name: `loss`, and its parts where a head has several. NaN when no label counts. */
  losses: Record<string, number>
  /** How the work was shared and why, one line for people. */
  schedule: string
  copy(name: string, offset: number, target: NativeArray): void
  /** Frees the native memory; the garbage collector would do it too, but does not see how much there is. */
  release(): void
}

export interface NativeJob {
  promise: Promise<NativeResult>
  /** Asks the job to stop at the next layer; the promise then rejects with code ABORTED. */
  abort(): void
}

/** Native memory of a model, in bytes. */
export interface NativeMemory {
  /** Weights as read: tables, vectors. */
  weights: number
  /** Weights packed for the kernels. */
  packed: number
  /** Activations of the largest call so far. */
  workspace: number
}

/** A matrix in int8: its weights are value × scale of the row / divisor of the column. */
export interface NativeQuantized {
  /** Row by row. */
  values: Int8Array
  scales: Float32Array
  /** What the inputs of its product are divided by; null = 1. */
  divisors: Float32Array | null
}

export interface NativeModel {
  /** Every tensor of the model: name as in a checkpoint without prefix, and shape. */
  parameters(): { name: string; shape: number[] }[]
  /**
   * Elements [offset, offset + n) of a parameter from little-endian bytes as they lie on disk. Before `seal` only. A matrix
   * in `I8` has one scale a row, written before under the name `X_scale` as `F32` [rows], where `X` is that of the matrix, and
   * may have one divisor a column, written before under `X_divisor` as `F32` [columns]; its weights are I8 × scale / divisor.
   */
  write(name: string, offset: number, bytes: Uint8Array, dtype: 'F64' | 'F32' | 'F16' | 'BF16' | 'I8'): void
  /**
   * Elements [offset, offset + target.length) of a parameter, exactly as written (rounded to the model's dtype; value × scale
   * / divisor where it is kept as int8).
   */
  read(name: string, offset: number, target: NativeArray): void
  /** A matrix that a sealed model keeps as int8; null for every other parameter. */
  quantized(name: string): NativeQuantized | null
  /** Packs the weights; afterwards the model answers. */
  seal(): Promise<void>
  forward(request: NativeRequest): NativeJob
  memory(): NativeMemory
  /** Row of the dispatch table in use. */
  readonly isa: string
  readonly threads: number
  /** Lets calls in flight finish, then frees everything. Later calls reject with DISPOSED. */
  dispose(): Promise<void>
}

export interface NativeMachine {
  cpu: string
  threads: number
  isas: { name: string; compiled: boolean; usable: boolean }[]
  features: string[]
}

export interface NativeAddon {
  machine(): NativeMachine
  Model: new (config: NativeConfig, options: NativeModelOptions) => NativeModel
}
