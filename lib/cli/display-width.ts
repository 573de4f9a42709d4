// How many columns a text takes on a terminal, and how to make it fit.
// Wide are East Asian characters and emoji; combining marks take none; control characters are made visible first.

let segmenter: Intl.Segmenter | undefined
const wide =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])/u

/** Text as one line that cannot move the cursor, change colours or turn its direction: controls become pictures. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, character => {
    const code = character.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : '\ufffd'
  })
}

export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const segment of graphemes(text)) width += wide.test(segment) || segment.includes('\ufe0f') ? 2 : 1
  return width
}

/** The text, cut to `width` columns with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const segment of graphemes(text)) {
    const next = displayWidth(segment)
    if (used + next > width - 1) break
    kept += segment
    used += next
  }
  return `${kept}…`
}

/** The text, cut at its start instead: for names whose end tells them apart. */
export function cutStart(text: string, width: number): string {
  const backwards = reversed(text)
  const kept = cut(backwards, width)
  return kept === backwards ? text : `…${reversed(kept.slice(0, -1))}`
}

function reversed(text: string): string {
  return graphemes(text).reverse().join('')
}

/** What people take for one character. The segmenter is made on first use: that takes milliseconds. */
function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), each => each.segment)
}

/** Words of `text` in lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line]
}
