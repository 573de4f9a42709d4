// Reads a JSON file that nobody has looked at: bounded before it is parsed, and every field asked for by name and kind.
import { AlbertError } from '../errors.js'
import { invalidTokenizer, limits } from './definition.js'

type Fields = Record<string, unknown>

/** Files up to this size cannot hold enough to fill the memory, however they are made. */
const HARMLESS_BYTES = 4 * 2 ** 20
/** A vocabulary entry is a list with two values. */
const MAX_LISTS = limits.pieces + limits.addedTokens
const MAX_VALUES = 3 * MAX_LISTS

/** The object that the file holds; `where` names the file in messages. */
export function readJson(bytes: Uint8Array, where: string): JsonObject {
  if (bytes.length > HARMLESS_BYTES) checkStructure(bytes, where)
  try {
    return new JsonObject(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), where)
  } catch (cause) {
    if (cause instanceof AlbertError) throw cause
    throw invalidTokenizer(where, `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
}

/** An object of the file and the way to it, for messages. */
export class JsonObject {
  readonly fields: Fields
  readonly where: string

  constructor(value: unknown, where: string) {
    if (!isObject(value)) throw invalidTokenizer(where, `must hold an object, not ${show(value)}`)
    this.fields = value
    this.where = where
  }

  object(name: string): JsonObject {
    return new JsonObject(this.fields[name], `${this.where}: ${name}`)
  }

  list(name: string, most: number): unknown[] {
    const value = this.fields[name]
    if (!Array.isArray(value)) throw this.wrong(name, 'a list')
    if (value.length > most)
      throw invalidTokenizer(this.where, `has ${value.length} entries in ${name}; ${most} are allowed`)
    return value
  }

  objects(name: string, most: number): JsonObject[] {
    return this.list(name, most).map((value, i) => new JsonObject(value, `${this.where}: ${name}[${i}]`))
  }

  wrong(name: string, wanted: string): Error {
    return invalidTokenizer(`${this.where}: ${name}`, `is ${show(this.fields[name])}; it must be ${wanted}`)
  }

  unreadable(name: string, wanted: string): Error {
    return invalidTokenizer(
      `${this.where}: ${name}`,
      `is ${show(this.fields[name])}, which this package does not read; it reads ${wanted}`,
    )
  }
}

/** Counts lists, objects and values before JSON.parse makes them: a few bytes of file can ask for a hundred of memory. */
function checkStructure(bytes: Uint8Array, where: string): void {
  let lists = 0
  let values = 0
  let inText = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (inText && byte === 0x5c) i++
    else if (byte === 0x22) inText = !inText
    else if (inText) continue
    else if (byte === 0x5b || byte === 0x7b) lists++
    else if (byte === 0x2c) values++
  }
  if (lists > MAX_LISTS) throw invalidTokenizer(where, `has ${lists} lists and objects; ${MAX_LISTS} are allowed`)
  if (values > MAX_VALUES) throw invalidTokenizer(where, `has ${values} values; ${MAX_VALUES} are allowed`)
}

/** A whole number from 0 to end - 1. */
export function isId(value: unknown, end: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < end
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value out of a file, short enough for a message. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing'
  const text =
    typeof value === 'object'
      ? Array.isArray(value)
        ? 'a list'
        : value === null
          ? 'null'
          : 'an object'
      : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
