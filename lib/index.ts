// What the package gives to programs.
export { AlbertPreTrainedModel, type ModelClass } from './albert.js'
export * from './auto.js'
export { type PackedBatch, packEncodings, type TokenIds } from './batch.js'
export type { CallOptions as ModelCallOptions, ForwardOptions, LogitsOutput, ModelOutput } from './call.js'
export type { LoadReport } from './checkpoint/load.js'
export type { Quantization } from './checkpoint/quantized.js'
export type { SavedDtype, SaveOptions } from './checkpoint/save.js'
export type { AlbertConfig, PartialConfig, ProblemType, Sharing } from './config.js'
export type { Arithmetic, Dtype, Quality } from './dtype.js'
export type { EngineOptions, Schedule } from './engine.js'
export { type Environment, env, LogLevel } from './env.js'
export { AlbertError, type AlbertErrorCode, type AlbertErrorOptions, errorCodes, isAlbertError } from './errors.js'
export * from './heads.js'
export type { HubOptions } from './hub/options.js'
export type { ArrayInput, NumberRow } from './input.js'
export type { FreshOptions, PretrainedOptions } from './load-model.js'
export type { FileEvent, LoadEvent, LoadedBytes, ProgressCallback, ProgressEvent } from './load-progress.js'
export type { NativeArray, NativeDtype, NativeHead, NativeMemory, NativeQuality } from './native.js'
export type { ModelInputs } from './padded.js'
export type { Parameter } from './parameters.js'
export * from './pipelines/index.js'
export { type PresetName, presets } from './presets.js'
export {
  type FloatTensor,
  type Nested,
  Tensor,
  type TensorArrays,
  type TensorElement,
  type TensorIndex,
  type TensorType,
} from './tensor.js'
export * from './tokenizer/index.js'
export type { WarningCallback } from './warnings.js'
