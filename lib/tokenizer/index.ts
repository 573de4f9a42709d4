export {
  AlbertTokenizer,
  type EncodeIdsOptions,
  type TokenizerLoadOptions,
} from './albert-tokenizer.js'
export { AutoTokenizer } from './auto-tokenizer.js'
export type { BatchEncoding, OffsetMapping, Rows } from './batch-encoding.js'
export type { CallOptions, EncodeOptions } from './call-options.js'
export type { DecodeOptions } from './decode.js'
export type { Encoding } from './encoding.js'
export type { OffsetUnit } from './pair-encoder.js'
export type { TextInput } from './text-input.js'
export type { TruncationStrategy } from './truncation.js'
