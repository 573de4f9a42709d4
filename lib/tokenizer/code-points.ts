// Offsets in UTF-16 units to offsets in code points, as Python counts. A lone surrogate counts as one.
import type { TokenList } from './token-list.js'

/** Changes the offsets of the tokens of `text` in place. */
export function toCodePoints(tokens: TokenList, text: string): void {
  const first = text.search(/[\ud800-\udbff][\udc00-\udfff]/)
  if (first < 0) return
  const points = new Int32Array(text.length + 1)
  let point = first
  for (let unit = first; unit < text.length; unit++) {
    points[unit] = point++
    const pair = (text.charCodeAt(unit) & 0xfc00) === 0xd800 && (text.charCodeAt(unit + 1) & 0xfc00) === 0xdc00
    // The second half has the number of what comes after the pair.
    if (pair) points[++unit] = point
  }
  points[text.length] = point
  for (const offsets of [tokens.starts, tokens.ends]) {
    for (let i = 0; i < tokens.length; i++) {
      if (offsets[i]! > first) offsets[i] = points[offsets[i]!]!
    }
  }
}
