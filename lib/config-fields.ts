// Takes the fields of one JSON object one by one, each with its check. What nobody took is left over for a faithful save.
// Knows nothing of ALBERT: which fields there are and what they mean together is in config.ts.
import { AlbertError } from './errors.js'

/** How deep unknown fields may be nested: deeper than any real file, shallow enough for every recursion over them. */
export const MAX_DEPTH = 64

export class ConfigFields {
  readonly #fields: Map<string, unknown>
  readonly #origin: string

  constructor(object: object, origin: string) {
    this.#fields = new Map(Object.entries(object).filter(([, value]) => value !== undefined))
    this.#origin = origin
  }

  refuse(name: string, value: unknown, wanted: string): never {
    throw new AlbertError('INVALID_CONFIG', `${name} is ${describe(value)} in ${this.#origin}; it must be ${wanted}.`)
  }

  /** The value, once; `otherwise` where the field is absent. */
  take(name: string, otherwise?: unknown): unknown {
    const value = this.#fields.has(name) ? this.#fields.get(name) : otherwise
    this.#fields.delete(name)
    return value
  }

  integer(name: string, otherwise: number | undefined, low: number, high: number): number {
    const value = this.take(name, otherwise)
    if (!isInteger(value, low, high)) this.refuse(name, value, `a whole number from ${low} to ${high}`)
    return value
  }

  /** A token id; null where the model has no such token. */
  token(name: string, otherwise: number | null): number | null {
    const id = this.take(name, otherwise)
    if (id !== null && !isInteger(id, 0, 2 ** 31 - 1)) this.refuse(name, id, 'a token id or null')
    return id
  }

  number(name: string, otherwise: number, low: number, high: number): number {
    const value = this.take(name, otherwise)
    if (typeof value !== 'number' || !(value >= low && value <= high)) {
      this.refuse(name, value, `a number from ${low} to ${high}`)
    }
    return value
  }

  /** A dropout rate: what is left after dropping everything could not be scaled up again. */
  rate(name: string, otherwise: number): number {
    const value = this.number(name, otherwise, 0, 1)
    if (value === 1) this.refuse(name, value, 'below 1')
    return value
  }

  rateOrNull(name: string, otherwise: number | null): number | null {
    const value = this.take(name, otherwise)
    if (value === null) return null
    this.#fields.set(name, value)
    return this.rate(name, 0)
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.take(name, otherwise)
    if (typeof value !== 'boolean') this.refuse(name, value, 'true or false')
    return value
  }

  /** A list of strings; null is an empty one. */
  texts(name: string): string[] {
    const value = this.take(name) ?? []
    if (!Array.isArray(value) || !value.every(item => typeof item === 'string')) {
      this.refuse(name, value, 'a list of strings')
    }
    return value
  }

  textOrNull(name: string): string | null {
    const value = this.take(name) ?? null
    if (value !== null && typeof value !== 'string') this.refuse(name, value, 'a string')
    return value
  }

  choice<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const value = this.take(name, otherwise)
    if (!choices.includes(value as T)) this.refuse(name, value, `one of ${choices.join(', ')}`)
    return value as T
  }

  objectOrNull(name: string): Record<string, unknown> | null {
    const value = this.take(name) ?? null
    if (value !== null && !isObject(value)) this.refuse(name, value, 'an object')
    return value
  }

  /** What nobody took. Refused where it is no JSON: it could not be saved again. */
  rest(): Record<string, unknown> {
    for (const [name, value] of this.#fields) {
      if (!isJson(value, 0)) this.refuse(name, value, `JSON of at most ${MAX_DEPTH} levels`)
    }
    return Object.fromEntries(this.#fields)
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isInteger(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high
}

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return false
  return Object.values(value).every(each => isJson(each, depth + 1))
}

/** A value in a message: short, and safe for what JSON.stringify cannot write (cycles, depths, BigInt). */
export function describe(value: unknown): string {
  if (value === undefined) return 'absent'
  if (typeof value === 'string') return JSON.stringify(value.length > 120 ? `${value.slice(0, 117)}...` : value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
