// The bytes of one file: into an .incomplete beside its place, on from where the last attempt ended, checked, then renamed.
// So the cache never holds a half or a wrong file under its final name.
import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolders, orCannotWrite } from '../checkpoint/new-file.js'
import { AlbertError } from '../errors.js'
import { patience, pause, Transient } from './patience.js'
import { address } from './repository.js'
import { type Answer, request } from './request.js'
import { connectionFailure } from './watch.js'

export interface Source {
  url: URL
  /** SHA-256 of what lies in large file storage, the git hash of the others; other servers may give something else. */
  etag: string
  size: number | undefined
  /** Where no size is promised. */
  most: number
}

export interface DownloadOptions {
  signal: AbortSignal | undefined
  /** Called before anything on the disk is changed. What it throws ends the download, and what is there stays. */
  hold: () => void
  onBytes: (loaded: number, total: number) => void
}

/** The file on the hub is not the one that was promised: ask again what it is. */
export class Changed extends Error {}

/** What has arrived is not what was promised. */
class WrongBytes extends Error {}

/** Python's library resumes nothing, or writes to .incomplete without looking at our locks: ours has a name of its own. */
function partialPath(target: string): string {
  return `${target}.albert.incomplete`
}

/** Throws DOWNLOAD_FAILED, CANNOT_WRITE, Changed, or the signal's reason. */
export async function download(source: Source, target: string, options: DownloadOptions): Promise<void> {
  const partial = partialPath(target)
  await orCannotWrite(target, makeFolders(dirname(target)))
  for (let attempt = 1; ; attempt++) {
    try {
      await fill(partial, source, options)
      await check(partial, source)
      options.hold()
      return await orCannotWrite(target, rename(partial, target))
    } catch (error) {
      options.hold()
      if (!isWorthKeeping(error)) await rm(partial, { force: true }).catch(() => {})
      if (!(error instanceof WrongBytes)) throw error
      if (attempt === 2)
        throw new AlbertError('DOWNLOAD_FAILED', `${address(source.url)} gave wrong bytes twice: ${error.message}.`)
    }
  }
}

/** A disk that is full should not stay so because of us. */
function isWorthKeeping(error: unknown): boolean {
  if (error instanceof WrongBytes || error instanceof Changed) return false
  // A callback or a signal may throw anything.
  const code = ((error as Error | null | undefined)?.cause as NodeJS.ErrnoException | undefined)?.code
  return code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EFBIG'
}

/** Until all bytes are there. A connection that is cut is opened again; patience ends when nothing more comes. */
async function fill(partial: string, source: Source, options: DownloadOptions): Promise<void> {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
  const handle = await orCannotWrite(partial, open(partial, flags))
  try {
    // Most bytes that there ever were: what is thrown away and fetched again is no progress.
    let most = 0
    for (let failures = 0; ; ) {
      const before = (await handle.stat()).size
      if (before === source.size) {
        options.onBytes(before, before)
        break
      }
      most = Math.max(most, before)
      try {
        await append(handle, partial, before, source, options)
        break
      } catch (error) {
        if (!(error instanceof Transient)) throw error
        failures = (await handle.stat()).size > most ? 1 : failures + 1
        await pause(error, failures, patience.attempts, source.url, options.signal)
      }
    }
    await orCannotWrite(partial, handle.sync())
  } finally {
    await handle.close()
  }
}

async function append(
  handle: FileHandle,
  partial: string,
  before: number,
  source: Source,
  { signal, hold, onBytes }: DownloadOptions,
): Promise<void> {
  const { url, size, most } = source
  // Longer than the whole cannot be a part of it.
  const wanted = size !== undefined && before > size ? 0 : before
  const answer = await request('GET', url, { signal, ...(wanted > 0 && { headers: { range: `bytes=${wanted}-` } }) })
  const { response, watch } = answer
  const reader = response.body?.getReader()
  try {
    let position = startOf(answer, wanted, source)
    hold()
    if (position < before) await orCannotWrite(partial, handle.truncate(position))
    if (response.status === 416) throw new Transient('it cannot go on where the last attempt ended')
    onBytes(position, size ?? position)
    for (;;) {
      const { done, value } = await next(reader, answer, signal)
      if (done) break
      watch.alive()
      if (position + value.length > (size ?? most))
        throw new WrongBytes(
          `more than the ${size ?? most} bytes that ${size === undefined ? 'such a file may have' : 'were promised'}`,
        )
      hold()
      await write(handle, partial, value, position)
      position += value.length
      onBytes(position, size ?? position)
    }
    if (size !== undefined && position < size)
      throw new Transient(`the connection ended after ${position} of ${size} bytes`)
  } finally {
    watch.end()
    // Not waited for: nothing depends on it.
    void reader?.cancel().catch(() => {})
  }
}

/** The byte at which the answer begins. */
function startOf({ response, facts }: Answer, wanted: number, { url, etag, size }: Source): number {
  if (response.status === 404) throw new AlbertError('DOWNLOAD_FAILED', `${address(url)} was there and is gone.`)
  if (facts.etag !== undefined && plainEtag(facts.etag) !== etag) throw new Changed()
  if (response.status !== 206) return 0
  const [, begin, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? []
  const fits = Number(begin) === wanted && (total === '*' || size === undefined || Number(total) === size)
  // A part of coded bytes cannot be decoded.
  if (!fits || response.headers.has('content-encoding'))
    throw new WrongBytes('another part than the one that was asked for')
  return wanted
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  { watch }: Answer,
  signal: AbortSignal | undefined,
): Promise<{ done: true; value?: undefined } | { done: false; value: Uint8Array }> {
  if (!reader) return { done: true }
  try {
    return (await watch.until(reader.read())) as { done: false; value: Uint8Array }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new Transient(connectionFailure(cause, watch), undefined, cause)
  }
}

async function write(handle: FileHandle, path: string, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const writing = handle.write(bytes, done, bytes.length - done, position + done)
    done += (await orCannotWrite(path, writing)).bytesWritten
  }
}

/** Read again from the disk: what counts is what lies there, also of earlier attempts. */
async function check(partial: string, { etag, size }: Source): Promise<void> {
  const there = (await stat(partial)).size
  if (size !== undefined && there !== size) throw new WrongBytes(`${there} bytes instead of ${size}`)
  const hash = hashFor(etag, there)
  if (!hash) return
  for await (const bytes of createReadStream(partial, { highWaterMark: 1 << 20 })) hash.update(bytes as Buffer)
  const digest = hash.digest('hex')
  if (digest !== etag) throw new WrongBytes(`the checksum is ${digest} instead of ${etag}`)
}

/** By the length of the promise; undefined: it is no hash that we know. */
function hashFor(etag: string, size: number): ReturnType<typeof createHash> | undefined {
  if (/^[0-9a-f]{64}$/.test(etag)) return createHash('sha256')
  if (/^[0-9a-f]{40}$/.test(etag)) return createHash('sha1').update(`blob ${size}\0`)
  return undefined
}

/** Without quotes and the mark of weak ones. */
export function plainEtag(etag: string): string {
  return etag.replace(/^W\//, '').replace(/^"|"$/g, '')
}
