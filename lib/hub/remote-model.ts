// A model at one commit on the hub, and what of it lies in the cache: asks for facts first, fetches bytes when told to.
import { stat } from 'node:fs/promises'
import { AlbertError } from '../errors.js'
import type { LoadProgress } from '../load-progress.js'
import { limits } from '../tokenizer/definition.js'
import type { ModelCache } from './cache.js'
import { Changed, download, plainEtag, type Source } from './download.js'
import { withLock } from './lock.js'
import type { FileSource } from './model-parts.js'
import { address, remoteUrl } from './repository.js'
import { type FileFacts, request } from './request.js'

type Wanted = Pick<Source, 'etag' | 'size'>

export class RemoteModel implements FileSource {
  /** Files to fetch, as they were asked for. */
  readonly #wanted = new Map<string, Wanted>()
  readonly #lacks: string[] = []

  constructor(
    private readonly model: string,
    private readonly commit: string,
    private readonly cache: ModelCache,
    private readonly progress: LoadProgress,
    /** Files are told without it. */
    private readonly folder: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async has(file: string): Promise<boolean> {
    const { cache, commit } = this
    if (this.#wanted.has(file) || (await cache.has(commit, file))) return true
    if (this.#lacks.includes(file) || (await cache.lacks(commit, file))) return false
    const wanted = await this.#ask(file)
    if (wanted) this.#wanted.set(file, wanted)
    else this.#lacks.push(file)
    return wanted !== undefined
  }

  async path(file: string): Promise<string> {
    const wanted = this.#wanted.get(file)
    if (wanted && !(await this.#takeFromCache(file, wanted))) await this.#fetch(file, wanted)
    return this.cache.path(this.commit, file)
  }

  /** Fetches what was asked for and is not in the cache. Answers the names of what was fetched, without their folder. */
  async fetchAll(): Promise<string[]> {
    for (const [file, wanted] of this.#wanted) await this.#takeFromCache(file, wanted)
    for (const [file, { size }] of this.#wanted) if (size !== undefined) this.progress.expect(this.#label(file), size)
    const fetched = [...this.#wanted.keys()]
    for (const [file, wanted] of this.#wanted) await this.#fetch(file, wanted)
    for (const file of this.#lacks) await this.cache.setLack(this.commit, file)
    return fetched.map(file => this.#label(file))
  }

  async #ask(file: string): Promise<Wanted | undefined> {
    const url = remoteUrl(this.model, this.commit, file)
    const { response, facts } = await request('HEAD', url, { signal: this.signal })
    return response.ok ? promised(facts, url) : undefined
  }

  /** The same bytes may be there under another commit: then only the link is missing, and nothing is told. */
  async #takeFromCache(file: string, { etag }: Wanted): Promise<boolean> {
    if ((await bytesOf(this.cache.blob(etag))) === undefined) return false
    await this.cache.link(etag, this.commit, file)
    return this.#wanted.delete(file)
  }

  async #fetch(file: string, wanted: Wanted): Promise<void> {
    try {
      await this.#bring(file, wanted)
    } catch (error) {
      if (!(error instanceof Changed)) throw error
      const now = await this.#ask(file)
      const url = remoteUrl(this.model, this.commit, file)
      if (!now || now.etag === wanted.etag)
        throw new AlbertError('DOWNLOAD_FAILED', `${address(url)} is another file each time that it is asked for.`)
      await this.#bring(file, now).catch(again => {
        if (!(again instanceof Changed)) throw again
        throw new AlbertError('DOWNLOAD_FAILED', `${address(url)} changes while it is fetched.`)
      })
    }
    this.#wanted.delete(file)
  }

  async #bring(file: string, { etag, size }: Wanted): Promise<void> {
    const { cache, commit, progress, signal } = this
    const blob = cache.blob(etag)
    const url = remoteUrl(this.model, commit, file)
    const most = mostBytes(file)
    if (size !== undefined && size > most)
      throw new AlbertError(
        'DOWNLOAD_FAILED',
        `${address(url)} has ${size} bytes; such a file may have at most ${most}.`,
      )
    await progress.around(
      this.#label(file),
      onBytes =>
        withLock(cache.lock(etag), signal, async hold => {
          // Another process may have brought it while this one waited.
          const there = await bytesOf(blob)
          if (there === undefined) await download({ url, etag, size, most }, blob, { signal, hold, onBytes })
          else onBytes(there, there)
        }),
      true,
    )
    await cache.link(etag, commit, file)
  }

  #label(file: string): string {
    return file.slice(this.folder.length)
  }
}

/** What the hub promises of a file. The etag becomes a file name, so it must be able to be one. */
function promised({ etag, size }: FileFacts, url: URL): Wanted {
  const plain = plainEtag(etag ?? '')
  if (!/^[\w-][\w.-]{0,127}$/.test(plain))
    throw new AlbertError(
      'DOWNLOAD_FAILED',
      `${address(url)} comes without a usable ETag, so its bytes cannot be checked.`,
      {
        hint: 'Is it a hub? HF_ENDPOINT or env.remoteHost names the host.',
      },
    )
  return { etag: plain, size }
}

/** Weights may be of any size; no reader takes a larger file of another kind, so none is fetched. */
function mostBytes(file: string): number {
  return file.endsWith('.safetensors') ? Number.MAX_SAFE_INTEGER : limits.fileBytes
}

/** Of a file that is there. */
async function bytesOf(path: string): Promise<number | undefined> {
  const info = await stat(path).catch(() => undefined)
  return info?.isFile() ? info.size : undefined
}
