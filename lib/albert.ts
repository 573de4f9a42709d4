// What all ALBERT models have in common: loading, the packed call, memory, parameters, saving, disposal.
// The heads, with their inputs and outputs, are in lib/heads.ts.
import { Answer } from './answer.js'
import {
  checkBatch,
  checkLabels,
  checkLayers,
  checkRows,
  type PackedBatch,
  requestOf,
  sequenceCount,
  tokenCount,
} from './batch.js'
import { type CallOptions, type ForwardOptions, PaddedCall } from './call.js'
import { Callable } from './callable.js'
import { type SaveOptions, saveCheckpoint } from './checkpoint/save.js'
import type { AlbertConfig, PartialConfig } from './config.js'
import type { Quality } from './dtype.js'
import { AlbertError } from './errors.js'
import {
  type FreshOptions,
  freshModel,
  type LoadedModel,
  type PretrainedOptions,
  pretrainedModel,
} from './load-model.js'
import type { NativeDtype, NativeHead, NativeJob, NativeMemory, NativeModel, NativeResult } from './native.js'
import { fromNativeError } from './native-error.js'
import { checkOptions } from './options.js'
import { checkOutputs } from './outputs.js'
import { type ModelInputs, readPadded } from './padded.js'
import { type Parameter, parametersOf, weightsOf } from './parameters.js'
import type { FloatTensor } from './tensor.js'

/** A class of models: `AlbertModel`, `AlbertForMaskedLM`, … */
export interface ModelClass<M> {
  /** @internal */
  new (loaded: LoadedModel): M
  readonly head: NativeHead
}

/** Safety net for models that nobody disposed. */
const forgotten = new FinalizationRegistry<NativeModel>(native => void native.dispose())

/**
 * What all classes of models have in common. A model is called like a function: `model(inputs, options)` takes padded inputs
 * [B,S] and answers padded outputs, as in transformers.js; `forward` takes and answers packed ones. Mistakes of the caller
 * reject with an `AlbertError`. Call `dispose` when the model is no longer needed: its memory lies outside of JavaScript's.
 */
export abstract class AlbertPreTrainedModel<
  Inputs extends ModelInputs,
  Outputs,
  Options extends CallOptions = CallOptions,
> extends Callable<[inputs: Inputs, options?: Options], Promise<Outputs>> {
  /** What stands on top of the encoder. */
  readonly head: NativeHead
  /** Arithmetic in use. */
  readonly dtype: NativeDtype
  /** Of an int8 model: `fast` or `high`; null for every other. */
  readonly quality: Quality | null
  readonly device = 'cpu'
  /** Row of the instruction set table that computes. */
  readonly isa: string
  /** Threads that a call may use. */
  readonly threads: number
  /** Names of this head's weights that the checkpoint did not have: the head is untrained. Empty if all is well. */
  readonly missingHead: readonly string[]
  /** Rows of the classifier. */
  protected readonly labels: number
  readonly #native: NativeModel
  #config: AlbertConfig
  #disposal: Promise<void> | undefined

  /** @internal Use `from_pretrained` or `from_config`. */
  constructor(loaded: LoadedModel) {
    super()
    this.#config = loaded.config
    this.labels = loaded.labels
    this.head = loaded.head
    const { dtype, quality } = loaded.arithmetic
    this.dtype = dtype
    this.quality = dtype === 'int8' ? quality : null
    this.missingHead = loaded.missingHead
    this.#native = loaded.native
    this.isa = loaded.native.isa
    this.threads = loaded.native.threads
    forgotten.register(this, loaded.native, this)
  }

  /** Loads a folder with `config.json` and weights; without a name, the model in the package. */
  static async from_pretrained<M>(this: ModelClass<M>, model?: string, options: PretrainedOptions = {}): Promise<M> {
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked, not this one
    return new this(await pretrainedModel(this.head, model, options))
  }

  /** A model of this configuration with freshly drawn weights. */
  static async from_config<M>(this: ModelClass<M>, config: PartialConfig, options: FreshOptions = {}): Promise<M> {
    // biome-ignore lint/complexity/noThisInStatic: as above
    return new this(await freshModel(this.head, config, options))
  }

  /** Sizes, labels and the rest of config.json. */
  get config(): AlbertConfig {
    return this.#config
  }

  /** Packed tokens in, packed tensors out, and only those asked for. Losses are among them where labels are given. */
  async forward(batch: PackedBatch, options: ForwardOptions): Promise<Record<string, FloatTensor>> {
    const answer = await this.execute(batch, options)
    try {
      const tensors = answer.losses
      for (const name of answer.named(options.outputs)) tensors[name] = await answer.whole(name)
      return tensors
    } finally {
      answer.release()
    }
  }

  /** Bytes of native memory in use. */
  memory(): NativeMemory {
    this.#refuseIfDisposed()
    return this.#native.memory()
  }

  /** The weights by their names in the checkpoint. */
  parameters(): Map<string, Parameter> {
    this.#refuseIfDisposed()
    return parametersOf(this.#native, this.config, this.head, this.dtype)
  }

  /**
   * Writes `config.json` and `model.safetensors`, which transformers loads back bit for bit; of an int8 model in a form that
   * this package alone reads.
   */
  async save_pretrained(folder: string, options: SaveOptions = {}): Promise<void> {
    this.#refuseIfDisposed()
    checkOptions(options)
    const weights = weightsOf(this.#native, { dtype: this.dtype, quality: this.quality ?? 'fast' })
    await saveCheckpoint(folder, this.config, this.head, weights, options)
  }

  /** Gives the native memory back once the calls in flight have finished. Later calls are refused. */
  dispose(): Promise<void> {
    if (!this.#disposal) {
      forgotten.unregister(this)
      this.#disposal = this.#native.dispose()
    }
    return this.#disposal
  }

  /** `dispose()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const state = this.#disposal
      ? 'disposed'
      : `${this.dtype}${this.quality === 'high' ? ' (high)' : ''}, ${this.isa}, ${this.threads} thread${this.threads === 1 ? '' : 's'}`
    return `${this.constructor.name} (${state})`
  }

  /** Checks and runs one packed call; the results still lie in native memory. */
  protected async execute(batch: PackedBatch, options: ForwardOptions): Promise<Answer> {
    this.#refuseIfDisposed()
    const { signal, ...asked } = options ?? {}
    checkOptions(options ?? {})
    signal?.throwIfAborted()
    const request = requestOf(batch, asked)
    checkBatch(request, this.config, this.dtype)
    checkRows(request.rows, tokenCount(request))
    checkLayers(request.layers, sequenceCount(request), this.config.num_hidden_layers)
    checkLabels(request, this.dtype)
    checkOutputs(this.constructor.name, this.head, request.outputs)
    try {
      const result = await settled(this.#native.forward(request), signal)
      if (process.env['ALBERT_LOG'] === 'schedule') process.stderr.write(`albert: ${result.schedule}\n`)
      return new Answer(result, this.dtype, signal)
    } catch (error) {
      throw signal?.aborted ? error : fromNativeError(error)
    }
  }

  /** Answers `model(inputs, options)`. */
  protected abstract invoke(inputs: Inputs, options?: Options): Promise<Outputs>

  /** Reads padded inputs, [B,S] or, with rank 3, [B,N,S]. */
  protected begin(inputs: ModelInputs, options: CallOptions, rank: 2 | 3 = 2): PaddedCall {
    this.#refuseIfDisposed()
    checkOptions(options)
    const padded = readPadded(inputs, this.config, this.dtype, rank)
    return new PaddedCall(padded, options, (batch, request) => this.execute(batch, request))
  }

  /** Writes down what the first labels settled. */
  protected amendConfig(amendment: Partial<AlbertConfig>): void {
    this.#config = { ...this.#config, ...amendment }
  }

  #refuseIfDisposed(): void {
    if (this.#disposal) throw new AlbertError('DISPOSED', `This ${this.constructor.name} was disposed.`)
  }
}

/** The job's result, or the signal's reason as soon as it says so: the job may still wait in the queue for its end. */
async function settled(job: NativeJob, signal: AbortSignal | undefined): Promise<NativeResult> {
  if (!signal) return job.promise
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      job.abort()
      reject(signal.reason)
    }
  })
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([job.promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
