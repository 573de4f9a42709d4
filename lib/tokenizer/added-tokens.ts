// Finds special and other added tokens in raw text: the leftmost, of those the longest, exactly as written.
// Everything between them goes through the normaliser and the vocabulary.
import type { AddedToken } from './definition.js'
import { isWhiteSpace } from './unicode.js'

export interface AddedTokenMatch {
  id: number
  start: number
  end: number
}

/** Units that one search covers, so that a long text can be searched in slices. */
const WINDOW = 65_536

export class AddedTokens {
  readonly #byContent: ReadonlyMap<string, AddedToken>
  readonly #pattern: RegExp | undefined
  readonly #longest: number

  constructor(tokens: readonly AddedToken[]) {
    this.#byContent = new Map(tokens.map(token => [token.content, token]))
    const contents = [...this.#byContent.keys()].sort((a, b) => b.length - a.length)
    this.#longest = contents[0]?.length ?? 0
    this.#pattern = contents.length === 0 ? undefined : new RegExp(contents.map(literal).join('|'), 'g')
  }

  /** The first match at or after `from`, within a window; else where to search on. White space from `free` on may be taken. */
  next(text: string, from: number, free: number): AddedTokenMatch | number {
    const stop = Math.min(text.length, from + WINDOW)
    const pattern = this.#pattern
    if (!pattern) return text.length
    const part = stop === text.length ? text : text.slice(0, Math.min(text.length, stop + this.#longest))
    pattern.lastIndex = from
    const found = pattern.exec(part)
    if (!found || found.index >= stop) return stop
    const token = this.#byContent.get(found[0])!
    let start = found.index
    let end = start + token.content.length
    if (token.lstrip) while (start > free && isWhiteSpace(text.charCodeAt(start - 1))) start--
    if (token.rstrip) while (end < text.length && isWhiteSpace(text.charCodeAt(end))) end++
    return { id: token.id, start, end }
  }
}

/** A pattern that matches exactly this. */
function literal(content: string): string {
  return content.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
