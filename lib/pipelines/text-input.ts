// What callers of pipelines give: a text, a pair of texts, or a list of them; and the options every task has.
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'
import { firstOf, isOneOfSeveral, partOf, placeOf } from './list-part.js'

/** Two texts in one input: `[CLS] text [SEP] text_pair [SEP]`. */
export interface TextPair {
  text: string
  text_pair?: string | null
}

/** One text, or two in one input. */
export type TextOrPair = string | TextPair

/** Options that calls of every pipeline take. */
export interface TextOptions {
  /** Cut texts that are longer than the model or `max_length` allows. Default true; false refuses them with TOO_LONG. */
  truncation?: boolean
  /** Tokens a text may have, special tokens included. Default: the positions of the model. */
  max_length?: number
  /** Texts a batch at most. Default: as many as fit a number of tokens. */
  batch_size?: number
  /** Stops the call between two layers; it rejects with the signal's reason. */
  signal?: AbortSignal
  /** Told of each text that was cut. Without it a process warning says so once a pipeline. */
  onTruncated?: (cut: TruncatedText) => void
}

/** What `onTruncated` is told of a text that was cut. */
export interface TruncatedText {
  /** Place in the list or stream that was given; 0 for a single text. */
  index: number
  /** Tokens it has now. */
  limit: number
}

/** The list to work on: a single input becomes a list of one. A copy: callers may change theirs while it is read. */
export function inputList(inputs: unknown): TextOrPair[] {
  const list = listOf(inputs)
  for (const [index, input] of list.entries())
    if (!isText(input))
      throw new AlbertError(
        'INVALID_INPUT',
        `${nameOf(inputs, index)} must be a string or { text, text_pair }, not ${shown(input)}.`,
      )
  const copy = (list as TextOrPair[]).map(input => (typeof input === 'string' ? input : { ...input }))
  return partOf(copy, firstOf(inputs))
}

function listOf(inputs: unknown): unknown[] {
  return Array.isArray(inputs) ? partOf(Array.from(inputs as unknown[]), firstOf(inputs)) : [inputs]
}

/** Refuses what is not a plain string. */
export function checkString(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string') return
  throw new AlbertError('INVALID_INPUT', `${name} must be a string, not ${shown(value)}.`)
}

/** The same for tasks that take plain strings. */
export function stringList(inputs: unknown): string[] {
  const list = listOf(inputs)
  for (const [index, input] of list.entries()) checkString(nameOf(inputs, index), input)
  return list as string[]
}

/** `Text 3` of several, `The text` if there is only one. */
export function nameOf(inputs: unknown, index: number): string {
  return isOneOfSeveral(inputs) ? `Text ${placeOf(inputs, index)}` : 'The text'
}

export function checkTextOptions(options: TextOptions, positions: number): void {
  if (typeof (options.truncation ?? true) !== 'boolean')
    throw new AlbertError('INVALID_INPUT', `truncation must be true or false, not ${shown(options.truncation)}.`)
  checkWhole('max_length', options.max_length, 3, positions)
  checkWhole('batch_size', options.batch_size, 1, Number.MAX_SAFE_INTEGER)
}

/** The same options, but `onTruncated` hears of each text once, however often it is read. */
export function toldOnce<Options extends TextOptions>(options: Options): Options {
  const { onTruncated } = options
  if (!onTruncated) return options
  const told = new Set<number>()
  return {
    ...options,
    onTruncated(cut) {
      if (!told.has(cut.index)) onTruncated(cut)
      told.add(cut.index)
    },
  }
}

/** Refuses an option that is given and is not a whole number in the range. */
export function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most))
    return
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
  throw new AlbertError('INVALID_INPUT', `${name} must be a whole number ${range}, not ${shown(value)}.`)
}

function isText(input: unknown): input is TextOrPair {
  if (typeof input === 'string') return true
  if (typeof input !== 'object' || input === null || !('text' in input) || typeof input.text !== 'string') return false
  const second = 'text_pair' in input ? input.text_pair : undefined
  return second === undefined || second === null || typeof second === 'string'
}
