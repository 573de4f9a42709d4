// Where and how a model computes: device, dtype, instruction set, threads, schedule. Checked here, then handed to the addon.

import { headLabels } from './checkpoint/names.js'
import { type AlbertConfig, activationOf, attentionMap, ffnMap, hasSplitNames } from './config.js'
import {
  type Arithmetic,
  arithmeticOf,
  checkDtype,
  type Dtype,
  type DtypeRequest,
  fastDtypes,
  type Quality,
} from './dtype.js'
import { AlbertError } from './errors.js'
import type { NativeConfig, NativeHead, NativeModel, NativeModelOptions } from './native.js'
import { fromNativeError } from './native-error.js'
import { nativeAddon } from './native-loader.js'
import { shown } from './options.js'
import { type WarningCallback, warnOnce } from './warnings.js'

/** How and where a model computes. */
export interface EngineOptions {
  /** Default `auto`: what the file of weights is in, as far as this processor multiplies it; fresh models run as fp32. */
  dtype?: Dtype
  /** With dtype `int8` alone. Default: that of an int8 file, else `fast`. */
  quality?: Quality | null
  /** Default `cpu`; `auto` is the same in this version. */
  device?: string
  /** Threads a call may use. Default: all that the process may use. */
  threads?: number
  /** Row of the instruction set table, at most; default: ALBERT_ISA, else the best that this processor runs. */
  isa?: string
  /** How work is shared: `auto`, `split` or `walk`; default: ALBERT_SCHEDULE, else auto. Never changes a result. */
  schedule?: Schedule
  /** As in transformers.js; only `intraOpNumThreads` is read, as `threads`. */
  session_options?: { intraOpNumThreads?: number; [option: string]: unknown }
  /** Hears what is not an error: a fallback, a weight that the file lacks. Default: a process warning. */
  warning_callback?: WarningCallback
}

/** How the work of a call is shared by threads: `split` shares each product, `walk` gives each thread texts of its own. */
export type Schedule = 'auto' | 'split' | 'walk'
const schedules: readonly string[] = ['auto', 'split', 'walk'] satisfies Schedule[]

/** Checked options. What the dtype `auto` runs as is settled by `engineFor`, once the file is known. */
export interface Engine extends DtypeRequest, Omit<NativeModelOptions, 'dtype' | 'quality'> {}

/** Weights that nothing has rounded. */
const UNROUNDED: Arithmetic = { dtype: 'fp32', quality: 'fast' }

/** Checks the options without touching the addon's models: mistakes are refused before any file is read. */
export function checkEngine(options: EngineOptions): Engine {
  checkDevice(options.device ?? 'cpu')
  return {
    ...checkDtype(options.dtype, options.quality, options.warning_callback),
    isa: checkIsa(options),
    threads: checkThreads(options),
    schedule: checkSchedule(options),
  }
}

/** The options as the addon wants them, for weights that are `stored` so. */
export function engineFor(engine: Engine, stored: Arithmetic = UNROUNDED): NativeModelOptions {
  const fast = fastDtypes(nativeAddon().machine().isas, engine.isa)
  return { ...engine, ...arithmeticOf(engine, stored, fast) }
}

/** The configuration as the addon wants it. */
export function nativeConfig(config: AlbertConfig, head: NativeHead): NativeConfig {
  return {
    vocabSize: config.vocab_size,
    embeddingSize: config.embedding_size,
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    heads: config.num_attention_heads,
    positions: config.max_position_embeddings,
    types: config.type_vocab_size,
    innerGroups: config.inner_group_num,
    attentionMap: Int32Array.from(attentionMap(config)),
    ffnMap: Int32Array.from(ffnMap(config)),
    splitNames: hasSplitNames(config),
    activation: activationOf(config),
    layerNormEps: config.layer_norm_eps,
    projection: config.embedding_projection,
    head,
    labels: headLabels(config, head),
  }
}

/** An empty model of this size, whose weights are to be written and then sealed. */
export function openEngine(config: NativeConfig, options: NativeModelOptions): NativeModel {
  try {
    return new (nativeAddon().Model)(config, options)
  } catch (error) {
    throw fromNativeError(error)
  }
}

function checkDevice(device: string): void {
  if (device === 'cpu' || device === 'auto') return
  const message = `Device ${shown(device)} is not there; this version runs on 'cpu' ('auto' means the same).`
  throw new AlbertError('DEVICE_UNAVAILABLE', message)
}

/** Names where a wrong value came from: an option that the caller wrote, or a variable of the process. */
function checkIsa(options: EngineOptions): string {
  const isa = options.isa ?? process.env['ALBERT_ISA'] ?? ''
  const source = isa === options.isa ? '' : ' of ALBERT_ISA'
  const rows = nativeAddon().machine().isas
  if (isa === '' || rows.some(row => row.name === isa && row.usable)) return isa
  const row = rows.find(({ name }) => name === isa)
  const problem = !row ? 'does not exist' : row.compiled ? 'cannot run on this processor' : 'is not part of this build'
  const usable = rows.filter(row => row.usable).map(row => row.name)
  throw new AlbertError(
    'UNSUPPORTED_ISA',
    `Instruction set ${shown(isa)}${source} ${problem}; here run ${usable.join(', ')}.`,
  )
}

function checkThreads({ threads, session_options, warning_callback }: EngineOptions): number {
  const sessionOptions = session_options ?? {}
  if (typeof sessionOptions !== 'object' || Array.isArray(sessionOptions))
    throw new AlbertError('INVALID_INPUT', `session_options must be an object, not ${shown(sessionOptions)}.`)
  const { intraOpNumThreads, ...others } = sessionOptions
  const ignored = Object.keys(others)
  if (ignored.length > 0) {
    warnOnce(`session_options: only intraOpNumThreads is read, ${ignored.join(', ')} not.`, warning_callback)
  }
  const count = threads ?? intraOpNumThreads ?? 0
  if (Number.isInteger(count) && count >= 0 && count < 2 ** 31) return count
  throw new AlbertError('INVALID_INPUT', `threads is ${shown(count)}; it must be a whole number, 1 or more (0 = all).`)
}

function checkSchedule(options: EngineOptions): string {
  const schedule = options.schedule ?? process.env['ALBERT_SCHEDULE'] ?? 'auto'
  const source = schedule === options.schedule ? 'schedule' : 'ALBERT_SCHEDULE'
  if (schedules.includes(schedule)) return schedule
  throw new AlbertError('INVALID_INPUT', `${source} is ${shown(schedule)}; it must be one of ${schedules.join(', ')}.`)
}
