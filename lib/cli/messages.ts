// Everything that is not data goes to stderr through here: notes, failures of single texts, progress, the last error.
import { type AlbertError, type AlbertErrorCode, isAlbertError } from '../errors.js'
import type { TruncatedText } from '../pipelines/text-input.js'
import { CommandError, type ExitCode, exitCodeOf, exitCodes } from './exit-codes.js'
import type { Terminal } from './terminal.js'

const REDRAW_MS = 100
const PLAIN_LINE_MS = 10_000

export class Messages {
  readonly terminal: Terminal
  readonly #stream: NodeJS.WriteStream
  readonly #quiet: boolean
  /** A line that is redrawn, for people; others get a whole line now and then. */
  readonly #redraws: boolean
  #drawn = false
  #cut = 0
  #limit = 0
  #lastProgress = Date.now()

  constructor(
    stream: NodeJS.WriteStream,
    terminal: Terminal,
    options: { quiet: boolean; env: Record<string, string | undefined> },
  ) {
    this.#stream = stream
    this.terminal = terminal
    this.#quiet = options.quiet
    this.#redraws = terminal.watched && !options.env['CI'] && options.env['TERM'] !== 'dumb'
  }

  note(message: string): void {
    if (!this.#quiet) this.#write(`${this.terminal.colors.yellow('note:')} ${message}`)
  }

  /** One text of many that could not be answered. Said also with --quiet: it is an error. */
  failed(where: string, error: Error): void {
    this.#write(`${this.terminal.colors.red(`${where}:`)} ${error.message}`)
  }

  truncated(cuts: TruncatedText[]): void {
    this.#cut += cuts.length
    this.#limit = cuts.at(-1)?.limit ?? this.#limit
  }

  progress(text: string): void {
    const now = Date.now()
    if (this.#quiet || now - this.#lastProgress < (this.#redraws ? REDRAW_MS : PLAIN_LINE_MS)) return
    this.#lastProgress = now
    if (!this.#redraws) this.#stream.write(`${text}\n`)
    else {
      this.#stream.write(`\r\u001b[K${this.terminal.colors.dim(text)}`)
      this.#drawn = true
    }
  }

  /** The one clear line of a failed run, and what to do about it. The stack only with ALBERT_DEBUG. */
  error(error: unknown, debug: boolean): void {
    const { red, dim } = this.terminal.colors
    const { message, hint, code } = describe(error)
    this.#write(`${red('albert:')} ${message.replace(/^albert: /, '')}${code ? ` ${dim(`(${code})`)}` : ''}`)
    if (hint && !message.includes(hint)) this.#write(dim(`  ${hint}`))
    if (debug && error instanceof Error) this.#write(dim(withCauses(error)))
  }

  /** What is to be said after the last answer. */
  finish(): void {
    this.clear()
    const texts = this.#cut === 1 ? 'One text was' : `${this.#cut} texts were`
    if (this.#cut > 0)
      this.note(`${texts} cut to ${this.#limit} tokens; --no-auto-truncate refuses such texts instead.`)
  }

  /** Takes a progress line away, so that what follows stands on a clean line. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K')
    this.#drawn = false
  }

  #write(text: string): void {
    this.clear()
    this.#stream.write(`${text}\n`)
  }
}

export function exitCodeFor(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode
  return isAlbertError(error) ? exitCodeOf[error.code] : exitCodes.internal
}

/** Mistakes in one text: the others can still be answered. */
export function isInputError(error: unknown): error is AlbertError {
  return isAlbertError(error) && exitCodeOf[error.code] === exitCodes.badInput
}

function describe(error: unknown): { message: string; hint?: string | undefined; code?: AlbertErrorCode } {
  if (error instanceof CommandError) return { message: error.message, hint: error.hint }
  if (isAlbertError(error)) return { message: error.message, hint: error.hint, code: error.code }
  return {
    message: `unexpected: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a mistake in albert-native. ALBERT_DEBUG=1 shows where; please report it with `albert doctor --json`.',
    code: 'INTERNAL',
  }
}

function withCauses(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${withCauses(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
