// Texts that are longer than the model, as sequences that overlap. Each is a whole sequence, with the special tokens and
// the other text of a pair around its part. The arithmetic is that of the tokenizer's own windows (truncation.ts).
import { AlbertError } from '../errors.js'
import type { Encoding } from '../tokenizer/index.js'

/** Half-open range of tokens. */
export type TokenRange = readonly [from: number, end: number]

/** The tokens of one text of a pair, or of the only text (0). They stand together. */
export function rangeOf({ sequences }: Encoding, part: 0 | 1): TokenRange {
  const from = sequences.indexOf(part)
  return from < 0 ? [0, 0] : [from, sequences.lastIndexOf(part) + 1]
}

/** How many tokens of `part` a sequence of `limit` tokens has room for. */
export function roomFor(whole: Encoding, part: 0 | 1, limit: number): number {
  const [from, end] = rangeOf(whole, part)
  return limit - (whole.ids.length - (end - from))
}

/** The whole sequence if it fits; else windows on `part`, each sharing `overlap` tokens with the one before. */
export function tokenWindows(whole: Encoding, part: 0 | 1, room: number, overlap: number): Encoding[] {
  const [from, end] = rangeOf(whole, part)
  if (end - from <= room) return [whole]
  const windows: Encoding[] = []
  for (let at = from; ; at += room - overlap) {
    const to = Math.min(at + room, end)
    windows.push(tokensOf(whole, [0, from], [at, to], [end, whole.ids.length]))
    if (to === end) return windows
  }
}

/** Refuses an overlap that leaves a window nothing new. */
export function checkOverlap(name: string, overlap: number, room: number): void {
  if (overlap < room) return
  const message = `${name} ${overlap} must be smaller than the ${room} tokens that a window has room for.`
  throw new AlbertError('INVALID_INPUT', message)
}

/** A sequence of these ranges of tokens, one after the other. */
export function tokensOf(whole: Encoding, ...ranges: TokenRange[]): Encoding {
  const length = ranges.reduce((sum, [from, end]) => sum + end - from, 0)
  const part: Encoding = {
    ids: new Int32Array(length),
    types: new Uint8Array(length),
    offsets: new Int32Array(2 * length),
    special: new Uint8Array(length),
    sequences: new Int8Array(length),
    truncated: whole.truncated,
  }
  let at = 0
  for (const [from, end] of ranges) {
    part.ids.set(whole.ids.subarray(from, end), at)
    part.types.set(whole.types.subarray(from, end), at)
    part.offsets.set(whole.offsets.subarray(2 * from, 2 * end), 2 * at)
    part.special.set(whole.special.subarray(from, end), at)
    part.sequences.set(whole.sequences.subarray(from, end), at)
    at += end - from
  }
  return part
}
