// Places in the caller's text, in the unit that the caller counts in. Inside the package they are UTF-16 units.
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'
import type { OffsetUnit } from '../tokenizer/index.js'

export function checkOffsets(offsets: unknown): void {
  if (offsets === undefined || offsets === 'utf16' || offsets === 'codepoint') return
  throw new AlbertError('INVALID_INPUT', `offsets must be 'utf16' or 'codepoint', not ${shown(offsets)}.`)
}

/** The place of a UTF-16 unit of `text`. A surrogate without its other half counts as one code point. */
export function placeIn(text: string, unit: OffsetUnit = 'utf16'): (at: number) => number {
  if (unit === 'utf16') return at => at
  // Ends of pairs, in order: each one is a unit more than there are code points.
  const pairs = Array.from(text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g), pair => pair.index + 2)
  return at => at - countUpTo(pairs, at)
}

/** How many of the rising numbers are at most `most`. */
function countUpTo(rising: readonly number[], most: number): number {
  let low = 0
  let high = rising.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (rising[middle]! <= most) low = middle + 1
    else high = middle
  }
  return low
}
