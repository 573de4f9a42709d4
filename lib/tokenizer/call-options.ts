// The options of `tokenizer(text, options)`, read once: spelled as in transformers, checked, defaults filled in.
import { AlbertError } from '../errors.js'
import { checkOptions, shown } from '../options.js'
import type { EncodeSettings, OffsetUnit } from './pair-encoder.js'
import type { Side, Truncation, TruncationStrategy } from './truncation.js'

/** Options that say which tokens a text becomes. */
export interface EncodeOptions {
  /** Default true: [CLS] and [SEP] as the template says. */
  add_special_tokens?: boolean
  /** true = 'longest_first'. Default: not, unless max_length is given and padding is not. */
  truncation?: boolean | TruncationStrategy | null
  /** Tokens of a sequence, special tokens included. Default: model_max_length. */
  max_length?: number | null
  /** Tokens that overflowing sequences share with the one before. Default 0. */
  stride?: number
  /** Which end is cut off. Default: as tokenizer_config.json says, else 'right'. */
  truncation_side?: Side
}

/** Options of `tokenizer(text, options)`. */
export interface CallOptions extends EncodeOptions {
  /** The second text of each pair: a string, or as many as there are texts. */
  text_pair?: string | readonly string[] | null
  /** true = 'longest' of this call; 'max_length'. Default false. */
  padding?: boolean | 'longest' | 'max_length' | 'do_not_pad'
  /** Pads to a multiple of this. */
  pad_to_multiple_of?: number | null
  /** Default: as tokenizer_config.json says, else 'right'. */
  padding_side?: Side
  /** Default true: tensors of int64; false: arrays of numbers. */
  return_tensor?: boolean
  /** Default true. */
  return_token_type_ids?: boolean | null
  /** Answer `special_tokens_mask`: 1 for special tokens and padding. */
  return_special_tokens_mask?: boolean
  /** Answer `offset_mapping`: start and end of each token in its text; always arrays. */
  return_offsets_mapping?: boolean
  /** Also answer the sequences that cover what was cut off, and `overflow_to_sample_mapping`. */
  return_overflowing_tokens?: boolean
  /** How offsets count. Default 'utf16', as JavaScript's strings do; 'codepoint' as Python's. */
  offsets?: OffsetUnit
}

/** What tokenizer_config.json says. */
export interface CallDefaults {
  modelMaxLength: number
  truncationSide: Side
  paddingSide: Side
}

export interface CallPlan {
  settings: EncodeSettings
  /** 0: no padding; Infinity: to the longest; else to this length. */
  padTo: number
  padMultiple: number
  padSide: Side
  tensors: boolean
  typeIds: boolean
  specialMask: boolean
  offsetMapping: boolean
  overflow: boolean
}

const strategies: readonly TruncationStrategy[] = ['longest_first', 'only_first', 'only_second', 'do_not_truncate']
const sides: readonly Side[] = ['left', 'right']
const offsetUnits: readonly OffsetUnit[] = ['utf16', 'codepoint']
const paddings = ['longest', 'max_length', 'do_not_pad'] as const

export function planCall(options: CallOptions, defaults: CallDefaults): CallPlan {
  checkOptions(options)
  const maxLength = maxLengthOf(options)
  const padding = paddingOf(options.padding)
  // As transformers does: a max_length alone means that longer texts are to be cut.
  const implied = options.truncation == null && maxLength !== undefined && padding === 'do_not_pad'
  const truncation = truncationOf(implied ? { ...options, truncation: true } : options, defaults)
  const padTo = padding === 'do_not_pad' ? 0 : padding === 'longest' ? Infinity : (maxLength ?? defaults.modelMaxLength)
  if (padding === 'max_length' && padTo === Infinity) {
    throw new AlbertError(
      'INVALID_INPUT',
      "padding 'max_length' needs max_length: this tokenizer has no model_max_length.",
    )
  }
  return {
    settings: {
      truncation,
      addSpecialTokens: options.add_special_tokens ?? true,
      offsets: oneOf('offsets', options.offsets ?? 'utf16', offsetUnits),
    },
    padTo,
    padMultiple: wholeNumber('pad_to_multiple_of', options.pad_to_multiple_of ?? 1, 1),
    padSide: oneOf('padding_side', options.padding_side ?? defaults.paddingSide, sides),
    tensors: options.return_tensor ?? true,
    typeIds: options.return_token_type_ids ?? true,
    specialMask: options.return_special_tokens_mask ?? false,
    offsetMapping: options.return_offsets_mapping ?? false,
    overflow: options.return_overflowing_tokens ?? false,
  }
}

/** Truncation for one text without padding. */
function truncationOf(options: EncodeOptions, defaults: CallDefaults): Truncation | undefined {
  const { truncation } = options
  if (truncation == null || truncation === false || truncation === 'do_not_truncate') return undefined
  const strategy = truncation === true ? 'longest_first' : oneOf('truncation', truncation, strategies)
  const maxLength = maxLengthOf(options) ?? defaults.modelMaxLength
  const stride = wholeNumber('stride', options.stride ?? 0, 0)
  const side = oneOf('truncation_side', options.truncation_side ?? defaults.truncationSide, sides)
  return maxLength === Infinity ? undefined : { strategy, maxLength, stride, side }
}

function maxLengthOf(options: EncodeOptions): number | undefined {
  return options.max_length == null ? undefined : wholeNumber('max_length', options.max_length, 1)
}

function paddingOf(padding: CallOptions['padding']): (typeof paddings)[number] {
  if (typeof padding === 'boolean' || padding == null) return padding ? 'longest' : 'do_not_pad'
  return oneOf('padding', padding, paddings)
}

function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T
  const list = allowed.map(word => `'${word}'`).join(', ')
  throw new AlbertError('INVALID_INPUT', `${name} is ${shown(value)}; it must be one of ${list}.`)
}

function wholeNumber(name: string, value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  throw new AlbertError('INVALID_INPUT', `${name} is ${shown(value)}; it must be a whole number of at least ${least}.`)
}
