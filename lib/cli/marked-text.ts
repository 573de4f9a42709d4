// A text with places marked in it, for people: in brackets, so that it is readable without colours too.
import { visible } from './display-width.js'
import type { Colors } from './terminal.js'

export interface Mark {
  /** UTF-16 units, the end exclusive. */
  start: number
  end: number
  /** Said behind the place. */
  name?: string
}

/** Marks rise and do not lie on each other; an empty one is not seen. */
export function markedText(text: string, marks: readonly Mark[], colors: Colors): string {
  let at = 0
  let line = ''
  for (const { start, end, name } of marks) {
    if (end === start) continue
    line += visible(text.slice(at, start)) + colors.cyan(`[${colors.bold(visible(text.slice(start, end)))}`)
    line += colors.cyan(name === undefined ? ']' : ` ${visible(name)}]`)
    at = end
  }
  return line + visible(text.slice(at))
}

/** One mark with its surroundings: about `around` units before and behind it, cut between words. */
export function markedPart(text: string, mark: Mark, around: number, colors: Colors): string {
  const from = wordStart(text, mark.start - around, mark.start)
  const end = wordEnd(text, mark.end, mark.end + around)
  const part = markedText(text.slice(from, end), [{ ...mark, start: mark.start - from, end: mark.end - from }], colors)
  return `${from > 0 ? '… ' : ''}${part}${end < text.length ? ' …' : ''}`
}

/** The first place behind a blank from `least` on; `most` if there is none before it. */
function wordStart(text: string, least: number, most: number): number {
  if (least <= 0) return 0
  const blank = text.slice(least, most).indexOf(' ')
  return blank < 0 ? most : least + blank + 1
}

/** The last blank up to `most`; `least` if there is none behind it. */
function wordEnd(text: string, least: number, most: number): number {
  if (most >= text.length) return text.length
  const blank = text.slice(least, most).lastIndexOf(' ')
  return blank < 0 ? least : least + blank
}
