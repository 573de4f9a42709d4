// Finds special and other added tokens in raw text: the leftmost, of those the longest, exactly as written.
// Everything between them goes through the normaliser and the vocabulary.
import type { AddedToken } from './definition.js'
import type { Steps } from './slices.js'
import { isWhiteSpace } from './unicode.js'

export interface AddedTokenMatch {
  token: AddedToken
  start: number
  end: number
}

/** Units that one search covers, so that a long text can be searched in slices. */
const WINDOW = 65_536
/** White space taken between two pauses. */
const PART = 16_384

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

  /** The first match at or after `from`, within a window; else where to search on. */
  next(text: string, from: number): AddedTokenMatch | number {
    const stop = Math.min(text.length, from + WINDOW)
    const pattern = this.#pattern
    if (!pattern) return text.length
    const part = stop === text.length ? text : text.slice(0, Math.min(text.length, stop + this.#longest))
    pattern.lastIndex = from
    const found = pattern.exec(part)
    if (!found || found.index >= stop) return stop
    const token = this.#byContent.get(found[0])!
    return { token, start: found.index, end: found.index + token.content.length }
  }
}

/** The match with the white space that its token takes, before it not beyond `free`. */
export function* withWhiteSpace(match: AddedTokenMatch, text: string, free: number): Steps<AddedTokenMatch> {
  let { token, start, end } = match
  let taken = 0
  while (token.lstrip && start > free && isWhiteSpace(text.charCodeAt(start - 1))) {
    start--
    if (++taken % PART === 0) yield
  }
  while (token.rstrip && end < text.length && isWhiteSpace(text.charCodeAt(end))) {
    end++
    if (++taken % PART === 0) yield
  }
  return { token, start, end }
}

/** A pattern that matches exactly this. */
function literal(content: string): string {
  return content.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
