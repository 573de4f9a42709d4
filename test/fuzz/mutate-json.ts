// Changes of JSON that keep it JSON most of the time: values replaced by extremes, keys doubled, renamed, left out,
// lists grown, things nested. What is no JSON any more is changed as text.
import { MAX_BYTES } from './mutate-bytes.js'
import type { Random } from './random.js'

const NUMBERS = ['0', '-1', '1.5', '-0', '1e308', '1e999', '-1e999', '5e-324', '2147483648', '4294967296'].concat(
  '9007199254740993',
  '18446744073709551616',
)
const TEXTS = ['', '\0', '\ud800', '\u2581', '\ufeff', '\ufffd', '\ufdfa', 'e\u0301', '\u{1f600}', '__proto__'].concat(
  'constructor',
  'x'.repeat(300),
  '../x',
  '[MASK]',
  ' ',
  '%s',
)
const OTHERS = ['null', 'true', 'false', '[]', '{}', '[[]]', '[null]', '{"a":{}}', '"NaN"', '{"__proto__":{"x":1}}']
const MARK = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:]/g

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export function mutateJson(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString()
  if (random.once(3)) return Buffer.from(mutateText(text, random))
  const value = parsed(text)
  if (typeof value !== 'object' || value === null) return Buffer.from(mutateText(text, random))
  return Buffer.from(JSON.stringify(changed(value, random)))
}

/** Replaces one token of the text: reaches what a parsed value cannot hold, such as 1e999 and doubled keys. */
function mutateText(text: string, random: Random): string {
  const tokens = [...text.matchAll(MARK)]
  if (tokens.length === 0) return word(random)
  const { index, 0: token } = random.pick(tokens)
  const replacement = random.once(6) ? '' : random.once(6) ? `${token}${token}` : word(random)
  return text.slice(0, index) + replacement + text.slice(index + token.length)
}

function word(random: Random): string {
  if (random.once(2)) return random.pick(NUMBERS)
  return random.once(2) ? JSON.stringify(random.pick(TEXTS)) : random.pick(OTHERS)
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** The value with one change somewhere inside. */
export function changed(value: Json, random: Random): Json {
  const places = containers(value)
  const place = random.pick(places)
  if (place === undefined) return parsed(word(random)) ?? null
  if (Array.isArray(place)) changeList(place, random)
  else changeObject(place, random)
  return value
}

function changeList(list: Json[], random: Random): void {
  const at = random.below(list.length + 1)
  switch (random.below(6)) {
    case 0:
      list.splice(at, 1 + random.below(2))
      break
    case 1:
      list.splice(at, 0, other(list[at] ?? null, random))
      break
    case 2:
      list.splice(at, 0, ...list.slice(0, MAX_BYTES >> 8))
      break
    case 3:
      list.reverse()
      break
    default:
      list[Math.min(at, list.length)] = other(list[at] ?? null, random)
  }
}

function changeObject(object: { [name: string]: Json }, random: Random): void {
  const names = Object.keys(object)
  const name = random.pick(names) ?? 'x'
  const set = (key: string, value: Json): void => {
    // Not by assignment: __proto__ is a name like any other.
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  }
  switch (random.below(6)) {
    case 0:
      delete object[name]
      break
    case 1:
      set(random.once(2) ? random.pick(TEXTS) : name + random.pick(TEXTS), object[name] ?? null)
      break
    case 2:
      set(name, object[random.pick(names) ?? name] ?? null)
      break
    default:
      set(name, other(object[name] ?? null, random))
  }
}

/** Something in the place of `value`: near it, of its kind, or of any kind. */
function other(value: Json, random: Random): Json {
  if (random.once(12)) return nested(value, random.pick([1, 2, 17, 70, 1000]))
  if (typeof value === 'number' && random.once(2)) {
    return random.pick([
      value + 1,
      value - 1,
      -value,
      value * 2,
      value / 2,
      value + 0.5,
      Math.floor(value * random.next()),
    ])
  }
  if (typeof value === 'string' && random.once(2)) {
    const at = random.below(value.length + 1)
    return value.slice(0, at) + random.pick(TEXTS) + value.slice(random.once(2) ? at : at + 1)
  }
  return parsed(word(random)) ?? null
}

function nested(value: Json, depth: number): Json {
  let outer = value
  for (let i = 0; i < depth; i++) outer = i % 2 ? { a: outer } : [outer]
  return outer
}

/** Every list and object inside; of long lists some entries. */
function containers(value: Json): (Json[] | { [name: string]: Json })[] {
  const found: (Json[] | { [name: string]: Json })[] = []
  const visit = (inner: Json, depth: number): void => {
    if (typeof inner !== 'object' || inner === null || depth > 40) return
    found.push(inner)
    const values = Object.values(inner)
    for (let i = 0; i < values.length; i += Math.ceil(values.length / 64)) visit(values[i]!, depth + 1)
  }
  visit(value, 0)
  return found
}
