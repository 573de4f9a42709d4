// Where texts come from: arguments, a file, or stdin, one a line. Lines arrive in groups, as soon as they are there.
import { createReadStream, openSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'
import { CommandError, exitCodes } from './exit-codes.js'

export interface Line {
  text: string
  /** The other text of a pair that was given as two arguments; pairs in lines have a tab between. */
  second?: string
  /** For messages: `argument 2`, `reviews.txt:17`, `stdin:3`. */
  where: string
}

export interface Input {
  /** One text given as an argument: the answer is one result, not a list. */
  single: boolean
  groups: AsyncIterable<Line[]>
}

/** A group is answered before the next is read; this many short texts are some ten milliseconds of work. */
const GROUP = 256
const NEWLINE = 0x0a

export interface InputOptions {
  file?: string
}

/** `-` as the only argument or as the file is stdin; so is nothing, unless a person would have to type it. */
export function inputOf(args: string[], options: InputOptions, stdin: NodeJS.ReadStream, what = 'text'): Input {
  if (args.length > 0 && options.file !== undefined)
    throw new CommandError(exitCodes.usage, `Give the ${what}s as arguments or with --file, not both.`)
  if (args.length > 0 && !(args.length === 1 && args[0] === '-'))
    return { single: args.length === 1, groups: groupsOf(args) }
  if (options.file !== undefined && options.file !== '-')
    return { single: false, groups: readLines(fileStream(options.file), options.file) }
  if (stdin.isTTY && args.length === 0 && options.file === undefined)
    throw new CommandError(
      exitCodes.usage,
      `There is no ${what}: give it as an argument, with --file, or on stdin (one a line).`,
    )
  return { single: false, groups: readLines(stdin, 'stdin') }
}

export async function allLines(input: Input): Promise<Line[]> {
  const lines: Line[] = []
  for await (const group of input.groups) lines.push(...group)
  return lines
}

/** One pair, given as two arguments. */
export function pairInput(text: string, second: string): Input {
  async function* groups(): AsyncGenerator<Line[]> {
    yield [{ text, second, where: 'the arguments' }]
  }
  return { single: true, groups: groups() }
}

/** The two texts of a pair. */
export function pairOf(line: Line): [first: string, second: string] {
  if (line.second !== undefined) return [line.text, line.second]
  const at = line.text.indexOf('\t')
  if (at >= 0) return [line.text.slice(0, at), line.text.slice(at + 1)]
  throw new AlbertError('INVALID_INPUT', `A pair needs a tab between its two texts; ${shown(line.text)} has none.`)
}

/** Words of an option, with commas between. */
export function commaList(typed: string): string[] {
  return typed.split(',').map(word => word.trim())
}

async function* groupsOf(texts: string[]): AsyncGenerator<Line[]> {
  for (let at = 0; at < texts.length; at += GROUP)
    yield texts.slice(at, at + GROUP).map((text, i) => ({ text, where: `argument ${at + i + 1}` }))
}

/** Every line is a text, empty ones too, so that answers keep the numbers of their lines. */
async function* readLines(stream: Readable, name: string): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let number = 0
  let rest = ''
  const take = (text: string): Line => ({
    text: text.endsWith('\r') ? text.slice(0, -1) : text,
    where: `${name}:${++number}`,
  })
  try {
    for await (const chunk of stream) {
      const bytes = chunk as Uint8Array
      const lines: Line[] = []
      let start = 0
      // One line at a time, its newline included, so that the number of a line that is not UTF-8 is known.
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        lines.push(take(rest + decoder.decode(bytes.subarray(start, end + 1), { stream: true }).slice(0, -1)))
        rest = ''
        start = end + 1
      }
      rest += decoder.decode(bytes.subarray(start), { stream: true })
      for (let at = 0; at < lines.length; at += GROUP) yield lines.slice(at, at + GROUP)
    }
    rest += decoder.decode()
    if (rest) yield [take(rest)]
  } catch (error) {
    throw readError(error, name, number + 1)
  }
}

/** Opened at once, so that a wrong name is told before a model is loaded. */
function fileStream(path: string): Readable {
  try {
    return createReadStream(path, { fd: openSync(path, 'r') })
  } catch (error) {
    throw readError(error, path, 0)
  }
}

function readError(error: unknown, name: string, line: number): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new CommandError(exitCodes.badInput, `${name} is not UTF-8 text: line ${line} is the first that is not.`)
  if (code === 'ENOENT') return new CommandError(exitCodes.badFile, `There is no file '${name}'.`)
  if (code === 'EISDIR') return new CommandError(exitCodes.badFile, `'${name}' is a folder, not a file.`)
  if (code === 'EACCES') return new CommandError(exitCodes.badFile, `'${name}' may not be read.`)
  return error
}
