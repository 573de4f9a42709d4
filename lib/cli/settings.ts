// Options that need not be typed each time: a flag wins over an ALBERT_* variable, that over albert.config.json in the
// working folder, that over the default. One line a setting; commands name the settings they take.
import { readFileSync } from 'node:fs'
import { Option } from 'commander'
import { type Dtype, dtypeNames, qualities } from '../dtype.js'
import { suggestion } from '../pipelines/nearest.js'
import { CommandError, exitCodes } from './exit-codes.js'

interface Setting {
  flags: string
  help: string
  variable: string
  /** Turns what was typed into the value; throws a sentence that ends "not …" without the value. */
  parse: ((typed: string) => string | number | boolean) & { choices?: readonly string[] }
  default?: string | number | boolean
}

const text = (typed: string): string => typed
const count = (typed: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(typed)) throw new Error('must be a whole number from 1 on')
  return Number(typed)
}
const truth = (typed: string): boolean => {
  if (/^(1|true|yes|on)$/i.test(typed)) return true
  if (/^(0|false|no|off)$/i.test(typed)) return false
  throw new Error('must be true or false')
}
const oneOf = (...choices: string[]): Setting['parse'] => {
  const parse = (typed: string): string => {
    if (!choices.includes(typed)) throw new Error(`must be one of ${choices.join(', ')}`)
    return typed
  }
  return Object.assign(parse, { choices })
}

export const settings = {
  model: {
    flags: '--model <model>',
    help: 'folder or id; default: the small model in the package',
    variable: 'ALBERT_MODEL',
    parse: text,
  },
  dtype: {
    flags: '--dtype <type>',
    help: 'auto, fp32, bf16, int8 (or q8), fp16 (runs as fp32), fp64 (slow reference)',
    variable: 'ALBERT_DTYPE',
    // The library refuses the others, and knows better what to say.
    parse: Object.assign((typed: string) => typed as Dtype, { choices: dtypeNames }),
  },
  quality: {
    flags: '--quality <level>',
    help: 'of int8: fast, or high, nearer to fp32',
    variable: 'ALBERT_QUALITY',
    parse: oneOf(...qualities),
  },
  threads: {
    flags: '--threads <n>',
    help: 'threads; default: what the process may use',
    variable: 'ALBERT_NUM_THREADS',
    parse: count,
  },
  pooling: {
    flags: '--pooling <how>',
    help: 'mean, cls, last_token, max; or none: a vector a token',
    variable: 'ALBERT_POOLING',
    parse: oneOf('mean', 'cls', 'first_token', 'last_token', 'eos', 'max', 'none'),
    default: 'mean',
  },
  normalize: {
    flags: '--no-normalize',
    help: 'leave vectors as long as they come, not of length 1',
    variable: 'ALBERT_NORMALIZE',
    parse: truth,
  },
  dimensions: {
    flags: '--dimensions <n>',
    help: 'keep only the first n numbers of each vector',
    variable: 'ALBERT_DIMENSIONS',
    parse: count,
  },
  'top-k': { flags: '--top-k <n>', help: 'how many answers, best first', variable: 'ALBERT_TOP_K', parse: count },
  'top-n': { flags: '--top-n <n>', help: 'how many texts, best first', variable: 'ALBERT_TOP_N', parse: count },
  'max-length': {
    flags: '--max-length <n>',
    help: 'cut texts to n tokens, special tokens included',
    variable: 'ALBERT_MAX_LENGTH',
    parse: count,
  },
  'auto-truncate': {
    flags: '--no-auto-truncate',
    help: 'refuse texts that are too long instead of cutting them',
    variable: 'ALBERT_AUTO_TRUNCATE',
    parse: truth,
  },
  'batch-size': {
    flags: '--batch-size <n>',
    help: 'texts a batch at most; default: by tokens',
    variable: 'ALBERT_BATCH_SIZE',
    parse: count,
  },
  revision: {
    flags: '--revision <name>',
    help: 'branch, tag or commit on the hub; default: main',
    variable: 'ALBERT_REVISION',
    parse: text,
  },
  'cache-dir': {
    flags: '--cache-dir <folder>',
    help: "the hub's cache; default: HF_HUB_CACHE",
    variable: 'ALBERT_CACHE_DIR',
    parse: text,
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings

export const CONFIG_FILE = 'albert.config.json'

/** The commander option of a setting. `defaultValue` where a command's own default differs. */
export function settingOption(name: SettingName, defaultValue?: string | number): Option {
  const setting: Setting = settings[name]
  const option = new Option(setting.flags, setting.help)
  if (setting.parse.choices) option.choices(setting.parse.choices)
  if (!option.negate) option.argParser(typed => parsed(setting, typed, `option ${flagOf(setting)}`))
  const value = defaultValue ?? setting.default
  if (value !== undefined) option.default(value)
  return option
}

/** Values of variables and the file for `names`, where there are any. */
export function settingsFrom(
  names: readonly SettingName[],
  env: Record<string, string | undefined>,
): Map<SettingName, string | number | boolean> {
  const values = new Map<SettingName, string | number | boolean>()
  const file = configFile()
  for (const name of names) {
    const setting: Setting = settings[name]
    const variable = env[setting.variable]
    if (variable !== undefined && variable !== '') values.set(name, parsed(setting, variable, setting.variable))
    else if (file[name] !== undefined) values.set(name, parsed(setting, String(file[name]), `${CONFIG_FILE}: ${name}`))
  }
  return values
}

function parsed(setting: Setting, typed: string, from: string): string | number | boolean {
  try {
    return setting.parse(typed)
  } catch (error) {
    throw new CommandError(exitCodes.usage, `${from} ${(error as Error).message}, not '${typed}'.`)
  }
}

function flagOf(setting: Setting): string {
  return setting.flags.split(' ')[0]!
}

function configFile(): Record<string, unknown> {
  let content: string
  try {
    content = readFileSync(CONFIG_FILE, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new CommandError(exitCodes.badFile, `${CONFIG_FILE} cannot be read: ${(error as Error).message}.`)
  }
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw new CommandError(exitCodes.badFile, `${CONFIG_FILE} is not JSON: ${(error as Error).message}.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CommandError(exitCodes.badFile, `${CONFIG_FILE} must hold one object, such as { "threads": 2 }.`)
  for (const name of Object.keys(value))
    if (!Object.hasOwn(settings, name))
      throw new CommandError(
        exitCodes.usage,
        `${CONFIG_FILE} has no setting '${name}'.`,
        suggestion(name, Object.keys(settings)),
      )
  return value as Record<string, unknown>
}
