// Offsets in UTF-16 units to offsets in code points, as Python counts. A lone surrogate counts as one.
import { inParts, type Steps } from './slices.js'
import type { TokenList } from './token-list.js'

/** Changes the offsets of the tokens of `text` in place. */
export function* toCodePoints(tokens: TokenList, text: string): Steps<void> {
  const first = yield* firstPair(text)
  if (first < 0) return
  // From here on the two ways of counting differ. The second half of a pair has the number of what comes after the pair.
  const points = new Int32Array(text.length - first + 1)
  let point = first
  yield* inParts(points.length, (from, to) => {
    for (let i = from; i < to; i++) {
      points[i] = point
      if (!isSecondHalf(text, first + i)) point++
    }
  })
  for (const { starts, ends } of tokens.blocks(0, tokens.length)) {
    yield
    for (const offsets of [starts, ends]) {
      for (let i = 0; i < offsets.length; i++) {
        if (offsets[i]! > first) offsets[i] = points[offsets[i]! - first]!
      }
    }
  }
}

/** Where the first surrogate pair begins; -1: there is none. */
function* firstPair(text: string): Steps<number> {
  let found = -1
  yield* inParts(text.length, (from, to) => {
    for (let i = from; i < to && found < 0; i++) if (isSecondHalf(text, i)) found = i - 1
  })
  return found
}

function isSecondHalf(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800
}
