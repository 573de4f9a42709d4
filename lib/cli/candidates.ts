// What can stand at the cursor of an unfinished command line: commands, options, values of options, or file names.
// Read by the scripts of `albert completion` in the protocol that cobra brought up: a line `value<tab>description` for
// each candidate (`value` where that says all), then `:` and a number that says whether the shell may offer file names beside
// them. Of `--name=value` the scripts want the value alone: they know what stands before it.
import type { Option } from 'commander'
import { cacheActions } from './cache.js'
import { type Command, commanderOptions } from './command.js'
import { commands } from './commands.js'
import { shells } from './completion.js'

const FILES = 0
const NO_FILES = 4

interface Candidates {
  /** Value and description. */
  found: [string, string][]
  files: typeof FILES | typeof NO_FILES
  /** What is typed of the value; default: the whole word at the cursor. */
  typed?: string
}

/** `words` follow `albert`; the last one is the word at the cursor, maybe empty. */
export function candidateLines(words: readonly string[]): string[] {
  const current = words.at(-1) ?? ''
  const { found, files, typed = current } = candidates(words.slice(0, -1), current)
  const fitting = found.filter(([value]) => value.startsWith(typed))
  return [...fitting.map(([value, text]) => (text === '' ? value : `${value}\t${text}`)), `:${files}`]
}

function candidates(before: readonly string[], current: string): Candidates {
  const definition = commands.find(({ name }) => name === before.find(word => !word.startsWith('-')))
  if (!definition) return atStart(before, current)
  const options = commanderOptions(definition)
  const open = options.find(option => option.long === before.at(-1) && takesValue(option))
  if (open) return valuesOf(open)
  const [flag, typed] = current.split('=', 2)
  const joined = options.find(option => option.long === flag && takesValue(option))
  if (joined && typed !== undefined) return { ...valuesOf(joined), typed }
  if (current.startsWith('-')) return { found: options.map(each => [each.long!, each.description]), files: NO_FILES }
  return argumentsOf(definition, before.at(-1) === definition.name)
}

function atStart(before: readonly string[], current: string): Candidates {
  const names = commands.map(({ name, summary }): [string, string] => [name, summary])
  const flags: [string, string][] = [
    ['--help', 'what there is'],
    ['--version', 'of the package'],
  ]
  if (before.includes('help')) return { found: names, files: NO_FILES }
  return { found: current.startsWith('-') ? flags : [...names, ['help', 'about a command']], files: NO_FILES }
}

function takesValue(option: Option): boolean {
  return option.required || option.optional
}

function valuesOf(option: Option): Candidates {
  if (option.argChoices) return { found: option.argChoices.map(choice => [choice, '']), files: NO_FILES }
  return { found: [], files: /<(?:file|path|folder|model)>/.test(option.flags) ? FILES : NO_FILES }
}

/** Arguments that are one of a few words, by how commands name them. */
const firstWords: Record<string, readonly string[]> = { '<shell>': shells, '<action> [id...]': cacheActions }

/** `first`: no argument stands before the cursor. */
function argumentsOf(definition: Command, first: boolean): Candidates {
  const words = firstWords[definition.arguments]
  if (words) return { found: first ? words.map(word => [word, '']) : [], files: NO_FILES }
  return { found: [], files: /model|path|file/.test(definition.arguments) ? FILES : NO_FILES }
}
