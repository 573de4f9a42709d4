// Texts as callers give them: one or many, alone or in pairs; anything else is refused by name.
import { AlbertError } from '../errors.js'

/** One text or several. */
export type Texts = string | readonly string[]
/** One text or a pair. */
export type TextInput = string | readonly [first: string, second: string]
export type CheckedInput = readonly [first: string, second: string | undefined]

/** The inputs of a call; a pair for each text if `pair` is given. */
export function inputsOf(text: Texts, pair: Texts | null | undefined): CheckedInput[] {
  const single = typeof text === 'string'
  if (!single && !Array.isArray(text)) throw notText('text', text)
  const texts: readonly string[] = single ? [text] : text
  const nameOf = (i: number): string => (single ? 'text' : `text[${i}]`)
  for (const [i, first] of texts.entries()) if (typeof first !== 'string') throw notText(nameOf(i), first)
  if (pair == null) return texts.map(first => [first, undefined])
  const pairs: readonly unknown[] = single ? [pair] : Array.isArray(pair) ? pair : []
  if (pairs.length !== texts.length || (single && typeof pair !== 'string')) {
    const given =
      typeof pair === 'string' ? 'one string' : Array.isArray(pair) ? `an array of ${pair.length}` : typeof pair
    const wanted = single ? 'one string, as text is' : `an array of ${texts.length}, as text is`
    throw new AlbertError('INVALID_INPUT', `text_pair is ${given}; it must be ${wanted}.`)
  }
  return texts.map((first, i) => {
    const second = pairs[i]
    if (typeof second !== 'string') throw notText(`text_pair[${i}]`, second)
    return [first, second]
  })
}

/** `name` is what messages call the input. */
export function inputOf(input: TextInput, name: string): CheckedInput {
  if (typeof input === 'string') return [input, undefined]
  if (!Array.isArray(input) || input.length !== 2) throw notText(name, input)
  const bad = input.findIndex(part => typeof part !== 'string')
  if (bad >= 0) throw notText(bad === 0 ? name : `the pair of ${name}`, input[bad])
  return [input[0], input[1]]
}

function notText(name: string, value: unknown): AlbertError {
  const given = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  return new AlbertError('INVALID_INPUT', `${name} is ${given}; it must be a string.`)
}
