// How long each text of a pair may be, and the windows that cover what does not fit. Knows lengths only.
// The arithmetic is the reference library's, down to which text keeps the odd token.
import { AlbertError } from '../errors.js'

/** Which text of a pair is cut; `longest_first` cuts the longer one, and of a single text itself. */
export type TruncationStrategy = 'longest_first' | 'only_first' | 'only_second' | 'do_not_truncate'
/** An end of a text. */
export type Side = 'left' | 'right'

export interface Truncation {
  strategy: TruncationStrategy
  /** Tokens of the finished sequence, special tokens included. */
  maxLength: number
  /** Tokens that a window shares with the one before it. */
  stride: number
  /** Which end is cut. */
  side: Side
}

/** Half-open ranges of tokens; the first is what stays, the rest covers what was cut off. */
export type Windows = readonly (readonly [start: number, end: number])[]

/** Tokens of all windows together. More would fill the memory: windows overlap, and those of a pair are combined. */
const MAX_WINDOW_TOKENS = 2 ** 24
/** A sequence takes about 1.2 kB beside its tokens, a token 19 bytes: a million short ones fill the memory as well. */
const TOKENS_A_SEQUENCE_COSTS = 64

/** How many sequences of `length` tokens are answered at most. */
export function mostSequences(length: number): number {
  return Math.floor(MAX_WINDOW_TOKENS / (length + TOKENS_A_SEQUENCE_COSTS))
}

/** Windows for one or two texts of the given lengths; `specials`: number of special tokens in the template. */
export function windowsOf(lengths: readonly number[], specials: number, truncation: Truncation): Windows[] {
  const { strategy, stride, side } = truncation
  const room = Math.max(0, truncation.maxLength - specials)
  const total = lengths.reduce((a, b) => a + b, 0)
  if (strategy === 'do_not_truncate' || total <= room) return lengths.map(length => [[0, length]])
  const kept = keptLengths(lengths, room, strategy, truncation.maxLength)
  return lengths.map((length, i) => cover(length, kept[i]!, stride, side))
}

function keptLengths(
  lengths: readonly number[],
  room: number,
  strategy: TruncationStrategy,
  maxLength: number,
): number[] {
  const [first = 0, second] = lengths
  if (strategy === 'longest_first' || room === 0) {
    return second === undefined ? [room] : longestFirst(first, second, room)
  }
  const cut = strategy === 'only_first' ? 0 : 1
  const length = lengths[cut]
  if (length === undefined) {
    throw new AlbertError('INVALID_INPUT', "truncation 'only_second' needs a pair of texts; there is only one.")
  }
  const excess = lengths.reduce((a, b) => a + b, 0) - room
  if (length <= excess) {
    const message = `max_length ${maxLength} cannot be reached with truncation '${strategy}': that text has ${length} tokens, and ${excess} would have to go.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  return lengths.map((all, i) => (i === cut ? all - excess : all))
}

/** The shorter text stays whole as long as it takes no more than its half; an odd token goes to the longer one. */
function longestFirst(first: number, second: number, room: number): number[] {
  if (room === 0) return [0, 0]
  let short = Math.min(first, second)
  let long = short > room ? short : Math.max(short, room - short)
  if (short + long > room) {
    short = Math.floor(room / 2)
    long = short + (room % 2)
  }
  return first > second ? [long, short] : [short, long]
}

function cover(length: number, kept: number, stride: number, side: Side): Windows {
  if (kept >= length) return [[0, length]]
  // Nothing stays: what was cut off is one window.
  if (kept === 0)
    return [
      [0, 0],
      [0, length],
    ]
  if (stride >= kept) {
    const message = `stride ${stride} must be smaller than the ${kept} tokens that a window of this text has.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  const windows: [number, number][] = []
  for (let from = 0; ; from += kept - stride) {
    const end = Math.min(from + kept, length)
    windows.push(side === 'right' ? [from, end] : [length - end, length - from])
    if (end === length) return windows
  }
}

/** The template asks for stride to fit one text, before any text is seen. */
export function checkStride(truncation: Truncation, specials: number): void {
  const room = truncation.maxLength - specials
  if (truncation.strategy === 'do_not_truncate' || truncation.stride <= Math.max(0, room)) return
  const message = `stride ${truncation.stride} must be smaller than max_length ${truncation.maxLength} without its ${specials} special tokens.`
  throw new AlbertError('INVALID_INPUT', message)
}
