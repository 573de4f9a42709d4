// From a folder, or from a bare configuration, to a model in the addon that answers.
// What a checkpoint lacks or has too many is said aloud, as transformers does; nothing is left half loaded.
import { join } from 'node:path'
import { initialise } from './checkpoint/initialise.js'
import { loadCheckpoint, reportSentences } from './checkpoint/load.js'
import { expectedParameters } from './checkpoint/names.js'
import { type AlbertConfig, type PartialConfig, parseConfig, readConfig } from './config.js'
import { checkEngine, type EngineOptions, nativeConfig, openEngine } from './engine.js'
import { AlbertError } from './errors.js'
import { EMBEDDED_MODEL, modelFolder } from './model-folder.js'
import type { NativeDtype, NativeHead, NativeModel, NativeModelOptions } from './native.js'
import { fromNativeError } from './native-error.js'
import { warn } from './warnings.js'

/** What is heard while a model loads: events of transformers.js. */
export type LoadEvent =
  | { status: 'initiate' | 'done'; name: string; file: string }
  | { status: 'progress'; name: string; file: string; progress: number; loaded: number; total: number }

export interface PretrainedOptions extends EngineOptions {
  /** Stops loading; it rejects with the signal's reason. */
  signal?: AbortSignal
  /** Hears about each file. What it throws rejects the load. */
  progress_callback?: ((event: LoadEvent) => void) | null
}

export interface FreshOptions extends EngineOptions {
  /** Equal seeds give equal weights. Default 0. */
  seed?: number
}

/** Everything that a model class is made of. */
export interface LoadedModel {
  config: AlbertConfig
  head: NativeHead
  dtype: NativeDtype
  /** Rows of the classifier. */
  labels: number
  missingHead: readonly string[]
  native: NativeModel
}

export async function pretrainedModel(
  head: NativeHead,
  model: string | undefined,
  options: PretrainedOptions,
): Promise<LoadedModel> {
  const { signal, warning_callback } = options
  signal?.throwIfAborted()
  const engine = checkEngine(options)
  const folder = modelFolder(model)
  const progress = new FileProgress(model ?? EMBEDDED_MODEL, options.progress_callback ?? undefined)
  const config = await progress.around('config.json', () => readConfig(join(folder, 'config.json')))
  return build(head, config, engine, async native => {
    const report = await progress.around('model.safetensors', onProgress =>
      loadCheckpoint(folder, config, head, native, { signal, onProgress }),
    )
    for (const sentence of reportSentences(report, folder)) warn(sentence, warning_callback)
    // A head that reads the pooled vector is as untrained as its pooler.
    return head === 'none' ? [] : report.missing.filter(name => !/^(embeddings|encoder)\./.test(name))
  })
}

export async function freshModel(head: NativeHead, config: PartialConfig, options: FreshOptions): Promise<LoadedModel> {
  const { seed = 0 } = options
  if (!Number.isSafeInteger(seed)) {
    throw new AlbertError('INVALID_INPUT', `seed is ${String(seed)}; it must be a whole number.`)
  }
  const whole = parseConfig(config)
  return build(head, whole, checkEngine(options), async native => {
    initialise(expectedParameters(whole, head), whole, seed, native)
    return []
  })
}

/** Opens a model, lets `fill` write its weights and tell which of the head are missing, and seals it. */
async function build(
  head: NativeHead,
  config: AlbertConfig,
  engine: NativeModelOptions,
  fill: (native: NativeModel) => Promise<readonly string[]>,
): Promise<LoadedModel> {
  const sizes = nativeConfig(config, head)
  const native = openEngine(sizes, engine)
  try {
    const missingHead = await fill(native)
    await native.seal()
    return { config, head, dtype: engine.dtype, labels: sizes.labels, missingHead, native }
  } catch (error) {
    await native.dispose()
    throw fromNativeError(error)
  }
}

class FileProgress {
  readonly #name: string
  readonly #tell: ((event: LoadEvent) => void) | undefined

  constructor(name: string, tell: ((event: LoadEvent) => void) | undefined) {
    this.#name = name
    this.#tell = tell
  }

  async around<T>(file: string, load: (onProgress: (loaded: number, total: number) => void) => Promise<T>): Promise<T> {
    const name = this.#name
    this.#tell?.({ status: 'initiate', name, file })
    const result = await load((loaded, total) =>
      this.#tell?.({ status: 'progress', name, file, progress: (100 * loaded) / total, loaded, total }),
    )
    this.#tell?.({ status: 'done', name, file })
    return result
  }
}
