// A tokenizer as it lies on disk: tokenizer.json, else spiece.model, and tokenizer_config.json beside it.
// Sizes are checked before anything is read.
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AlbertError } from '../errors.js'
import { type HubOptions, hubSettings } from '../hub/options.js'
import { type LoadEvent, LoadProgress, type ProgressCallback } from '../load-progress.js'
import { EMBEDDED_MODEL, findModel } from '../model-folder.js'
import { checkOptions } from '../options.js'
import { RegularFile } from '../regular-file.js'
import type { CallDefaults } from './call-options.js'
import { limits, type SpecialTokens, type TokenizerDefinition } from './definition.js'
import { JsonObject, readJson } from './json-object.js'
import { readSpieceModel } from './spiece-model.js'
import { readTokenizerJson } from './tokenizer-json.js'
import type { Side } from './truncation.js'

/** Options of `from_pretrained`. */
export interface TokenizerLoadOptions extends Omit<HubOptions, 'model_file_name'> {
  /** Hears about each file. What it throws rejects the load. */
  progress_callback?: ((event: LoadEvent) => void) | null
}

export interface LoadedTokenizer {
  definition: TokenizerDefinition
  /** The file, for messages. */
  where: string
  tokens: SpecialTokens
  defaults: CallDefaults
  cleanUp: boolean
}

export const JSON_FILE = 'tokenizer.json'
export const SPIECE_FILE = 'spiece.model'
export const CONFIG_FILE = 'tokenizer_config.json'
/** Numbers beyond are transformers' way to say that there is no limit. */
const NO_LIMIT = 2 ** 31

/** `model`: a folder, the name of a folder, an id, or one of the two files. None: the model in the package. */
export async function loadTokenizer(
  model: string | undefined,
  options: TokenizerLoadOptions,
): Promise<LoadedTokenizer> {
  checkOptions(options)
  options.signal?.throwIfAborted()
  if (isTokenizerFile(model)) return tokenizerFrom(dirname(model), [basename(model)])
  const progress = new LoadProgress(model ?? EMBEDDED_MODEL, options.progress_callback as ProgressCallback | null)
  const folder = await findModel(model, ['tokenizer'], hubSettings(options), progress)
  return progress.around(JSON_FILE, () => tokenizerFrom(folder))
}

/** The tokenizer in a folder that has been found. */
export async function tokenizerFrom(folder: string, names = [JSON_FILE, SPIECE_FILE]): Promise<LoadedTokenizer> {
  for (const name of names) {
    const bytes = await readLimited(join(folder, name))
    if (!bytes) continue
    const where = join(folder, name)
    const config = await readConfig(join(folder, CONFIG_FILE))
    const definition = name.endsWith('.json') ? readTokenizerJson(bytes, where) : readSpieceModel(bytes, where, config)
    return { definition, where, ...config }
  }
  throw new AlbertError('MODEL_NOT_FOUND', `There is no tokenizer in ${folder}; tried ${names.join(', ')}.`)
}

function isTokenizerFile(model: string | undefined): model is string {
  return (
    typeof model === 'string' &&
    /\.(?:json|model)$/.test(model) &&
    (statSync(model, { throwIfNoEntry: false })?.isFile() ?? false)
  )
}

/** undefined: there is no such file. */
async function readLimited(path: string): Promise<Uint8Array | undefined> {
  if (!existsSync(path)) return undefined
  const file = await RegularFile.open(path, 'INVALID_TOKENIZER')
  try {
    if (file.size > limits.fileBytes) file.refuse(`has ${file.size} bytes; at most ${limits.fileBytes} are read`)
    return await file.read(0, file.size)
  } finally {
    await file.close()
  }
}

interface Config extends Omit<LoadedTokenizer, 'definition' | 'where'> {
  lowerCase: boolean
  keepAccents: boolean
}

async function readConfig(path: string): Promise<Config> {
  const bytes = await readLimited(path)
  const config = bytes ? readJson(bytes, path) : new JsonObject({}, path)
  const limit = config.fields['model_max_length'] ?? Infinity
  if (typeof limit !== 'number' || !(limit >= 1)) throw config.wrong('model_max_length', 'a number of at least 1')
  return {
    lowerCase: flag(config, 'do_lower_case', true),
    keepAccents: flag(config, 'keep_accents', false),
    cleanUp: flag(config, 'clean_up_tokenization_spaces', false),
    tokens: {
      pad: tokenName(config, 'pad_token', '<pad>'),
      unk: tokenName(config, 'unk_token', '<unk>'),
      cls: tokenName(config, 'cls_token', '[CLS]'),
      sep: tokenName(config, 'sep_token', '[SEP]'),
      mask: tokenName(config, 'mask_token', '[MASK]'),
    },
    defaults: {
      modelMaxLength: limit >= NO_LIMIT ? Infinity : Math.floor(limit),
      truncationSide: side(config, 'truncation_side'),
      paddingSide: side(config, 'padding_side'),
    },
  }
}

function flag(config: JsonObject, name: string, otherwise: boolean): boolean {
  const value = config.fields[name] ?? otherwise
  if (typeof value !== 'boolean') throw config.wrong(name, 'true or false')
  return value
}

/** A name, or an object that describes the token. */
function tokenName(config: JsonObject, name: string, otherwise: string): string {
  const value = config.fields[name] ?? otherwise
  const text = typeof value === 'object' ? config.object(name).fields['content'] : value
  if (typeof text !== 'string' || text.length === 0) throw config.wrong(name, 'a text')
  return text
}

function side(config: JsonObject, name: string): Side {
  const value = config.fields[name] ?? 'right'
  if (value !== 'left' && value !== 'right') throw config.wrong(name, "'left' or 'right'")
  return value
}
