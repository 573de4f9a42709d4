// What a caller may say about a model on the hub, with the names of transformers.js, and the checks of it.
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'

/** Which files of a model are taken, and from where. */
export interface HubOptions {
  /** Branch, tag or commit. Default 'main'. */
  revision?: string | null
  /** Folder of the cache. Default: `env.cacheDir`. */
  cache_dir?: string | null
  /** Take only what is on this machine. Default false. */
  local_files_only?: boolean
  /** Folder in the model that holds its files. Default: its root. */
  subfolder?: string | null
  /** Name of the weights without '.safetensors'. Default 'model'. */
  model_file_name?: string | null
  /** Stops fetching and loading; it rejects with the signal's reason. */
  signal?: AbortSignal
}

/** The options with their defaults. */
export interface HubSettings {
  revision: string
  cacheDir: string | undefined
  localOnly: boolean
  /** '' or a path with '/' at its end. */
  subfolder: string
  weights: string
  signal: AbortSignal | undefined
}

/** Throws INVALID_INPUT for what no branch, folder or file can be called: names become parts of paths and addresses. */
export function hubSettings(options: HubOptions): HubSettings {
  const revision = text('revision', options.revision) ?? 'main'
  const subfolder = (text('subfolder', options.subfolder) ?? '').replace(/^\.?\/+|\/+$/g, '')
  const weights = text('model_file_name', options.model_file_name) ?? 'model'
  if (!isRelativePath(revision)) throw wrong('revision', revision, 'the name of a branch or tag, or a commit')
  if (subfolder !== '' && !isRelativePath(subfolder)) throw wrong('subfolder', subfolder, 'a folder inside the model')
  if (!isRelativePath(weights) || weights.includes('/'))
    throw wrong('model_file_name', weights, "a file name without '.safetensors'")
  return {
    revision,
    cacheDir: text('cache_dir', options.cache_dir),
    localOnly: options.local_files_only ?? false,
    subfolder: subfolder === '' ? '' : `${subfolder}/`,
    weights: weights.replace(/\.safetensors$/, ''),
    signal: options.signal ?? undefined,
  }
}

/** Names with '/' between that stay below where they begin, on any system. */
export function isRelativePath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (path.length > 512 || /[\\:*?"<>|\u0000-\u001f\u007f]|\p{Surrogate}/u.test(path)) return false
  return path.split('/').every(name => name !== '' && !/^\s|[\s.]$/.test(name))
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw wrong(name, value, 'a text')
  return value
}

function wrong(name: string, value: unknown, right: string): AlbertError {
  return new AlbertError('INVALID_INPUT', `${name} is ${shown(value)}; it must be ${right}.`)
}
