// A finished sequence: one or two texts cut to length, with the special tokens of the template around them.
// Padding is not known here; that is a matter of batches (batch-encoding.ts).
import { AlbertError } from '../errors.js'
import type { TemplatePart } from './definition.js'
import type { Steps } from './slices.js'
import type { TokenList } from './token-list.js'
import { mostSequences, type Windows } from './truncation.js'

/** A sequence as a model reads it, without tensors and padding. */
export interface Encoding {
  ids: Int32Array
  /** Token types: which text of a pair. */
  types: Uint8Array
  /** Two numbers a token: where it starts and ends in its text, [0, 0] for special tokens. */
  offsets: Int32Array
  /** 1 for the tokens of the template. */
  special: Uint8Array
  /** Which text a token is from, 0 or 1; -1 for the tokens of the template. */
  sequences: Int8Array
  /** True if tokens were cut off. */
  truncated: boolean
}

type Window = Windows[number]

/** The sequence that stays. */
export function encodingOf(
  template: readonly TemplatePart[],
  texts: readonly TokenList[],
  windows: readonly Windows[],
): Steps<Encoding> {
  return assemble(
    template,
    texts,
    windows.map(list => list[0]!),
  )
}

/** The sequence that stays, then every other combination of windows, in the reference library's order. */
export function* allEncodings(
  template: readonly TemplatePart[],
  texts: readonly TokenList[],
  windows: readonly Windows[],
): Steps<Encoding[]> {
  const count = windows.reduce((product, list) => product * list.length, 1)
  const longest = windows.reduce(
    (sum, list) => sum + Math.max(...list.slice(0, 2).map(([start, end]) => end - start)),
    0,
  )
  const most = mostSequences(longest)
  if (count > most) {
    const message = `The windows of these texts make ${count} sequences of about ${longest} tokens; at most ${most} are answered.`
    throw new AlbertError('INVALID_INPUT', message, {
      hint: 'Use truncation only_second or only_first, a smaller stride or a larger max_length.',
    })
  }
  const encodings: Encoding[] = []
  for (const combination of combinations(windows)) {
    encodings.push(yield* assemble(template, texts, combination))
    yield
  }
  return encodings
}

function* combinations([first = [], second]: readonly Windows[]): Generator<Window[]> {
  if (!second) {
    for (const window of first) yield [window]
    return
  }
  yield [first[0]!, second[0]!]
  for (const window of first.slice(1)) for (const other of second) yield [window, other]
  for (const other of second.slice(1)) yield [first[0]!, other]
}

export function specialCount(template: readonly TemplatePart[]): number {
  return template.reduce((count, part) => count + ('ids' in part ? part.ids.length : 0), 0)
}

function* assemble(
  template: readonly TemplatePart[],
  texts: readonly TokenList[],
  windows: readonly Window[],
): Steps<Encoding> {
  const length = windows.reduce((sum, [start, end]) => sum + end - start, specialCount(template))
  const encoding: Encoding = {
    ids: new Int32Array(length),
    types: new Uint8Array(length),
    offsets: new Int32Array(2 * length),
    special: new Uint8Array(length),
    sequences: new Int8Array(length),
    truncated: texts.some((text, i) => windows[i]![1] - windows[i]![0] < text.length),
  }
  let at = 0
  for (const part of template) {
    const from = at
    if ('ids' in part) {
      encoding.ids.set(part.ids, at)
      at += part.ids.length
      encoding.special.fill(1, from, at)
      encoding.sequences.fill(-1, from, at)
    } else {
      const [start, end] = windows[part.sequence]!
      yield* copyTokens(encoding, at, texts[part.sequence]!, start, end)
      at += end - start
      encoding.sequences.fill(part.sequence, from, at)
    }
    encoding.types.fill(part.type, from, at)
  }
  return encoding
}

function* copyTokens(encoding: Encoding, at: number, text: TokenList, start: number, end: number): Steps<void> {
  const { ids, offsets } = encoding
  let to = at
  for (const block of text.blocks(start, end)) {
    if (to > at) yield
    ids.set(block.ids, to)
    for (let i = 0; i < block.ids.length; i++, to++) {
      offsets[2 * to] = block.starts[i]!
      offsets[2 * to + 1] = block.ends[i]!
    }
  }
}
