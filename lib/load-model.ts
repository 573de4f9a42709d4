// From a folder, or from a bare configuration, to a model in the addon that answers.
// What a checkpoint lacks or has too many is said aloud, as transformers does; nothing is left half loaded.
import { join } from 'node:path'
import { initialise } from './checkpoint/initialise.js'
import { Checkpoint } from './checkpoint/load.js'
import { expectedParameters } from './checkpoint/names.js'
import { reportSentences } from './checkpoint/report.js'
import { type AlbertConfig, type PartialConfig, parseConfig, readConfig } from './config.js'
import type { Arithmetic } from './dtype.js'
import { checkEngine, type Engine, type EngineOptions, engineFor, nativeConfig, openEngine } from './engine.js'
import { AlbertError } from './errors.js'
import type { ModelPart } from './hub/model-parts.js'
import { type HubOptions, type HubSettings, hubSettings } from './hub/options.js'
import { type LoadEvent, LoadProgress, type ProgressCallback } from './load-progress.js'
import { EMBEDDED_MODEL, findModel, weightsIn } from './model-folder.js'
import type { NativeHead, NativeModel, NativeModelOptions } from './native.js'
import { fromNativeError } from './native-error.js'
import { checkOptions } from './options.js'
import { type WarningCallback, warn } from './warnings.js'

/** Options of `from_pretrained`. */
export interface PretrainedOptions extends EngineOptions, HubOptions {
  /** Taken instead of config.json, which is then not read: other labels, another `problem_type`. */
  config?: PartialConfig | null
  /** Hears about each file. What it throws rejects the load. */
  progress_callback?: ((event: LoadEvent) => void) | null
}

/** Options of `from_config`. */
export interface FreshOptions extends EngineOptions {
  /** Stops drawing; it rejects with the signal's reason. */
  signal?: AbortSignal
  /** Equal seeds give equal weights. Default 0. */
  seed?: number
}

/** Everything that a model class is made of. */
export interface LoadedModel {
  config: AlbertConfig
  head: NativeHead
  arithmetic: Arithmetic
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
  const loading = checkLoading(options)
  // Without a pipeline there is no `ready`.
  const progress = new LoadProgress(model ?? EMBEDDED_MODEL, options.progress_callback as ProgressCallback | null)
  const folder = await findModel(model, neededParts(loading, ['weights']), loading.settings, progress)
  return modelFrom(head, folder, loading, progress)
}

/** How to load, checked. */
export interface Loading {
  engine: Engine
  settings: HubSettings
  /** That of the caller; undefined: config.json. */
  config: AlbertConfig | undefined
  warning_callback: WarningCallback | undefined
  /** False where nobody asks for the pooled vector: then it does not matter whether its weights are there. */
  readsPooler: boolean
}

/** Mistakes are refused before anything is fetched. */
export function checkLoading(options: PretrainedOptions): Loading {
  checkOptions(options)
  options.signal?.throwIfAborted()
  const { warning_callback } = options
  const config = options.config == null ? undefined : parseConfig(options.config, 'the option config')
  return { settings: hubSettings(options), engine: checkEngine(options), config, warning_callback, readsPooler: true }
}

/** `parts`, and the configuration if it is read from a file. */
export function neededParts({ config }: Loading, parts: readonly ModelPart[]): ModelPart[] {
  return config ? [...parts] : ['config', ...parts]
}

/** The caller's configuration, else that of the folder. */
export async function configOf({ config }: Loading, folder: string, progress: LoadProgress): Promise<AlbertConfig> {
  return config ?? progress.around('config.json', () => readConfig(join(folder, 'config.json')))
}

/** The model in a folder that has been found. */
export async function modelFrom(
  head: NativeHead,
  folder: string,
  loading: Loading,
  progress: LoadProgress,
): Promise<LoadedModel> {
  const { engine, settings, warning_callback, readsPooler } = loading
  const { signal } = settings
  const config = await configOf(loading, folder, progress)
  // Opened before the model: what does not fit is refused before memory is asked for by the sizes of config.json.
  const checkpoint = await Checkpoint.open(weightsIn(folder, settings), config, head)
  try {
    return await build(head, config, engineFor(engine, checkpoint.report.stored), async native => {
      await progress.around(`${settings.weights}.safetensors`, onProgress =>
        checkpoint.copyTo(native, { signal, onProgress }),
      )
      const { report } = checkpoint
      const missing = report.missing.filter(name => readsPooler || !name.startsWith('pooler.'))
      for (const sentence of reportSentences({ ...report, missing }, folder)) warn(sentence, warning_callback)
      // A head that reads the pooled vector is as untrained as its pooler.
      return head === 'none' ? [] : report.missing.filter(name => !/^(embeddings|encoder)\./.test(name))
    })
  } finally {
    await checkpoint.close()
  }
}

export async function freshModel(head: NativeHead, config: PartialConfig, options: FreshOptions): Promise<LoadedModel> {
  checkOptions(options)
  const { seed = 0 } = options
  if (!Number.isSafeInteger(seed)) {
    throw new AlbertError('INVALID_INPUT', `seed is ${String(seed)}; it must be a whole number.`)
  }
  const whole = parseConfig(config)
  return build(head, whole, engineFor(checkEngine(options)), async native => {
    await initialise(expectedParameters(whole, head), whole, seed, native, options.signal)
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
    const { dtype, quality } = engine
    return { config, head, arithmetic: { dtype, quality }, labels: sizes.labels, missingHead, native }
  } catch (error) {
    await native.dispose()
    throw fromNativeError(error)
  }
}
