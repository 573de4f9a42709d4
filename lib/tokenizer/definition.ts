// What a tokenizer is, however its file is written: the common form that both readers fill.
// Holds data and the limits that every file must keep; how text runs through it is told in segmenter.ts.
import { AlbertError } from '../errors.js'
import type { Charsmap } from './charsmap.js'

/** The mark that begins a word, in place of the space before it. */
export const WORD_MARK = '\u2581'
export const WORD_MARK_UNIT = 0x2581

/** Limits for files that nobody has looked at. The largest published vocabularies have 256,000 pieces. */
export const limits = {
  fileBytes: 32 * 2 ** 20,
  pieces: 1_000_000,
  pieceUnits: 256,
  allPieceUnits: 8_000_000,
  addedTokens: 10_000,
} as const

/** A token that is found in the raw text, before anything else happens to it. */
export interface AddedToken {
  id: number
  content: string
  /** Takes the white space before it, after it, too. */
  lstrip: boolean
  rstrip: boolean
  /** Left out by decoding with skip_special_tokens. */
  special: boolean
}

/** The texts of the special tokens. */
export interface SpecialTokens {
  pad: string
  unk: string
  cls: string
  sep: string
  mask: string
}

export interface NormalizerRules {
  /** Characters of which two in a row become one double quote: ` and '. */
  doubledQuotes: readonly string[]
  /** NFKD and removal of combining marks. */
  decompose: boolean
  lowerCase: boolean
  charsmap: Charsmap | undefined
  /** Two and more spaces become one, at the very end. */
  collapseSpaces: boolean
}

/** A place in the finished sequence: special tokens, or the text with the given number. */
export type TemplatePart = { ids: readonly number[]; type: number } | { sequence: 0 | 1; type: number }

export interface TokenizerDefinition {
  pieces: readonly string[]
  /** One log probability a piece. */
  scores: Float64Array
  unknownId: number
  addedTokens: readonly AddedToken[]
  normalizer: NormalizerRules
  /** Words end at every white space, which is dropped; else only at spaces, each of which becomes the mark of the next word. */
  splitAtWhiteSpace: boolean
  single: readonly TemplatePart[]
  pair: readonly TemplatePart[]
}

/** `where` is the file, with the field where that helps; `what` goes on with the sentence. */
export function invalidTokenizer(where: string, what: string, cause?: unknown): AlbertError {
  return new AlbertError('INVALID_TOKENIZER', `${where} ${what}.`, cause === undefined ? {} : { cause })
}

/** A name out of a file, short enough for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
