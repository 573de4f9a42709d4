// Where the tokenizer tests find their files, and short ways to write the same facts down.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AlbertTokenizer } from '../../../lib/tokenizer/index.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A path in the repository. */
export function path(name: string): string {
  return `${root}/${name}`
}

export const golden = {
  json: path('test/golden/tokenizer/tokenizer.json'),
  spiece: path('test/golden/tokenizer/spiece.model'),
}

export function jsonLines<T>(name: string): T[] {
  return readFileSync(path(name), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T)
}

export function sentences(): string[] {
  return readFileSync(path('test/golden/text/sentences.txt'), 'utf8')
    .split('\n')
    .filter(line => line !== '')
}

/** Flat offsets as pairs. */
export function pairs(offsets: Int32Array): [number, number][] {
  return Array.from({ length: offsets.length / 2 }, (_, i) => [offsets[2 * i]!, offsets[2 * i + 1]!])
}

/** Everything about the tokens of one text, without special tokens, offsets in code points. */
export function facts(tokenizer: AlbertTokenizer, text: string) {
  const { ids, offsets } = tokenizer.encodeIds(text, null, { add_special_tokens: false, offsets: 'codepoint' })
  return { ids: [...ids], tokens: tokenizer.tokenize(text), offsets: pairs(offsets) }
}
