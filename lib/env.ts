// `env`: what holds for the whole process, one mutable object as in transformers.js. Only what does something is here:
// nothing is kept for a browser, and models are always files, so there is no switch for other kinds of caches.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from './native-loader.js'

/** Values of `env.logLevel`: from which weight on something is said. */
export const LogLevel = Object.freeze({ DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, NONE: 50 })

/** Settings of the process. Change them before models are loaded. */
export class Environment {
  /** May models come from the hub? With false, or with HF_HUB_OFFLINE=1, no connection is opened. */
  allowRemoteModels = true
  /** May models be folders on this machine? The model in the package always may. */
  allowLocalModels = true
  /** Where a folder is looked for by its name. */
  localModelPath = './models/'
  /** What stands between the host and the name of a file. */
  remotePathTemplate = '{model}/resolve/{revision}/'
  /** Warnings of the process are said up to LogLevel.WARNING, requests to the hub at LogLevel.DEBUG. */
  logLevel: number = LogLevel.WARNING
  /** Makes every request. Another one may know a proxy. */
  fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init)
  #remoteHost: string | undefined
  #cacheDir: string | undefined

  /** Where models come from. HF_ENDPOINT, else the public hub. */
  get remoteHost(): string {
    return this.#remoteHost ?? variable('HF_ENDPOINT') ?? 'https://huggingface.co/'
  }

  set remoteHost(host: string) {
    this.#remoteHost = host
  }

  /** The hub's cache, shared with Python. HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub. */
  get cacheDir(): string {
    return this.#cacheDir ?? folder('HF_HUB_CACHE') ?? folder('HUGGINGFACE_HUB_CACHE') ?? join(hubHome(), 'hub')
  }

  set cacheDir(folder: string) {
    this.#cacheDir = folder
  }

  /** Of this package. */
  get version(): string {
    return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version
  }
}

/** The settings of this process. */
export const env = new Environment()

/** Where Python's library keeps its token and its cache. */
export function hubHome(): string {
  return folder('HF_HOME') ?? join(folder('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'huggingface')
}

/** Is the network closed to us? Read at each use: a program may set the variable after its imports. */
export function isOffline(): boolean {
  return !env.allowRemoteModels || isSet('HF_HUB_OFFLINE') || isSet('TRANSFORMERS_OFFLINE')
}

/** Of the process; empty is not set. */
export function variable(name: string): string | undefined {
  return process.env[name] || undefined
}

/** A path in a variable, read as Python reads it: `~` and other variables stand for what they are. */
export function folder(name: string): string | undefined {
  return variable(name)
    ?.replace(/^~(?=$|[/\\])/, () => homedir())
    .replace(/\$(?:(\w+)|\{([^}]*)\})/g, (given, plain, braced) => process.env[plain ?? braced] ?? given)
}

export function isSet(name: string): boolean {
  return /^(1|on|yes|true)$/i.test(process.env[name] ?? '')
}
