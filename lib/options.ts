// What every object of options is checked for: that it is one, and that signals, callbacks and switches are what they are
// called; and how a value looks in a message. Ranges and names of choices are checked by who reads them.
import { AlbertError } from './errors.js'

interface Kind {
  readonly right: string
  holds(value: unknown): boolean
}

const signal: Kind = {
  right: 'an AbortSignal',
  // By its members: a signal of another realm or of a polyfill will do.
  holds: value =>
    typeof value === 'object' &&
    ['throwIfAborted', 'addEventListener'].every(name => isFunction(memberOf(value, name))),
}
const callback: Kind = { right: 'a function', holds: isFunction }
const flag: Kind = { right: 'true or false', holds: value => typeof value === 'boolean' }

const kinds: Readonly<Record<string, Kind>> = {
  signal,
  onTruncated: callback,
  progress_callback: callback,
  warning_callback: callback,
  normalize: flag,
  quantize: flag,
  multi_label: flag,
  handle_impossible_answer: flag,
  return_documents: flag,
  raw_scores: flag,
  output_hidden_states: flag,
  output_attentions: flag,
  compute_padding: flag,
  local_files_only: flag,
}

/** Refuses what is no object of options, and an option of the wrong kind; null stands for an option that is not given. */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new AlbertError('INVALID_INPUT', `Options must be an object, not ${shown(options)}.`)
  for (const [name, { right, holds }] of Object.entries(kinds)) {
    const value = memberOf(options, name)
    if (value === undefined || value === null || holds(value)) continue
    throw new AlbertError('INVALID_INPUT', `${name} must be ${right}, not ${shown(value)}.`)
  }
}

/** A value in a message: short, and on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return `an object with ${Object.keys(value).join(', ') || 'no keys'}`
  const text = typeof value === 'string' || Array.isArray(value) ? json(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Lists may hold what JSON cannot say: bigints, or themselves. */
function json(value: string | unknown[]): string {
  try {
    return JSON.stringify(value)
  } catch {
    return `a list of ${value.length}`
  }
}

function memberOf(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | null)?.[name]
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
