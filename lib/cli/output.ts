// Where data goes: stdout, one line after another, never faster than the reader takes it.
// On a terminal a command prints tables; in a pipe the same rows separated by tabs; with --json or --ndjson JSON.
import { once } from 'node:events'
import { Tensor } from '../tensor.js'
import { CommandError, exitCodes } from './exit-codes.js'
import type { Terminal } from './terminal.js'

export type Format = 'table' | 'tabs' | 'json' | 'ndjson'

export interface FormatOptions {
  json?: boolean
  ndjson?: boolean
}

export function formatOf(options: FormatOptions, terminal: Terminal): Format {
  if (options.json && options.ndjson) throw new CommandError(exitCodes.usage, '--json and --ndjson exclude each other.')
  if (options.json) return 'json'
  if (options.ndjson) return 'ndjson'
  return terminal.watched ? 'table' : 'tabs'
}

export class Output {
  readonly terminal: Terminal
  readonly format: Format
  readonly #stream: NodeJS.WriteStream

  constructor(stream: NodeJS.WriteStream, terminal: Terminal, format: Format) {
    this.#stream = stream
    this.terminal = terminal
    this.format = format
  }

  async line(text = ''): Promise<void> {
    if (!this.#stream.write(`${text}\n`)) await once(this.#stream, 'drain')
  }

  async lines(texts: Iterable<string>): Promise<void> {
    for (const text of texts) await this.line(text)
  }

  /** One row of values in a pipe. Tabs and line ends inside a value would end it, so they become spaces. */
  async tabs(values: (string | number)[]): Promise<void> {
    await this.line(values.map(value => String(value).replace(/[\t\r\n]+/g, ' ')).join('\t'))
  }

  /** A value as one line of JSON; `pretty` for reports that people read. */
  async json(value: unknown, pretty = false): Promise<void> {
    await this.line(JSON.stringify(value, (_, part) => plain(part), pretty ? 2 : undefined))
  }
}

function plain(value: unknown): unknown {
  return value instanceof Tensor ? value.tolist() : value
}
