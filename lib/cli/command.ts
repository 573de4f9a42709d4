// What a command is: a name, a sentence, examples, options, and a function that answers. Each lives in a file of its own
// and stands in the list of commands.ts, which the program, the help and the documentation check read.
import { Option } from 'commander'
import type { Dtype, Quality } from '../dtype.js'
import type { TaskName } from '../pipelines/index.js'
import type { ExitCode } from './exit-codes.js'
import type { Messages } from './messages.js'
import type { Output } from './output.js'
import { type SettingName, settingOption } from './settings.js'

export interface Context<Options> {
  args: string[]
  options: Options
  /** stdout: data only. */
  out: Output
  /** stderr: everything else. */
  messages: Messages
  stdin: NodeJS.ReadStream
  env: Record<string, string | undefined>
  signal: AbortSignal
  /** Of the package. */
  version: string
}

export interface Example {
  /** As typed after `albert`. */
  run: string
  does: string
}

export interface Definition<Options> {
  name: string
  /** The task of the pipeline that answers, where one does. */
  task?: TaskName
  group: 'Text' | 'Tokens' | 'Models' | 'This machine'
  /** One line, as in the list of commands. */
  summary: string
  /** In commander's form: `[text...]`. Empty = no arguments. */
  arguments: string
  examples: Example[]
  settings: SettingName[]
  /** Defaults of settings that differ from the general one. */
  defaults?: Partial<Record<SettingName, string | number>>
  options: Option[]
  run(context: Context<Options>): Promise<ExitCode>
}

export type Command = Definition<Record<string, unknown>>

/** Ties the options that a command declares to the type it reads them by. */
export function command<Options extends object>(definition: Definition<Options>): Command {
  return { ...definition, run: context => definition.run(context as Context<Options>) }
}

export const sourceSettings: SettingName[] = ['model', 'revision', 'cache-dir']
export const modelSettings: SettingName[] = [...sourceSettings, 'dtype', 'quality', 'threads']
export const lengthSettings: SettingName[] = ['max-length', 'auto-truncate', 'batch-size']

/** Which model. */
export interface SourceOptions {
  model?: string
  revision?: string
  cacheDir?: string
}

export interface ModelOptions extends SourceOptions {
  dtype?: Dtype
  quality?: Quality
  threads?: number
}

export interface LengthOptions {
  maxLength?: number
  autoTruncate: boolean
  batchSize?: number
}

export const fileOption = new Option('--file <path>', 'read the texts from a file, one a line; - is stdin')
export const jsonOption = new Option('--json', 'one JSON value: what the library returns')
export const ndjsonOption = new Option('--ndjson', 'one JSON value a line for each text, failures too')

export function commanderOptions(definition: Command): Option[] {
  return [
    ...definition.options,
    ...definition.settings.map(name => settingOption(name, definition.defaults?.[name])),
    new Option('--quiet', 'no progress and no notes on stderr'),
    new Option('--no-color', 'no colours'),
  ]
}
