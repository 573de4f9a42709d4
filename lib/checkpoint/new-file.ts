// Writes a file that appears under its name only when it is complete and on disk, and makes the folders for it.
import { type FileHandle, mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'

/**
 * Fills a temporary file beside `path`, brings it to disk, then gives it the name. What is there under the name stays
 * whole until then. Throws CANNOT_WRITE, or what `fill` throws; neither leaves a temporary file.
 */
export async function replaceFile(path: string, fill: (file: NewFile) => Promise<void>): Promise<void> {
  // The global crypto, which Node brings up when it is asked for: most programs save nothing.
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.incomplete`)
  const handle = await orCannotWrite(path, open(temporary, 'wx'))
  try {
    try {
      await fill(new NewFile(path, handle))
      await orCannotWrite(path, handle.sync())
    } finally {
      await handle.close()
    }
    await orCannotWrite(path, rename(temporary, path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  await syncFolder(dirname(path))
}

/** The bytes of `from` at `path`; nothing happens where both are one file. */
export async function copyFile(from: string, path: string): Promise<void> {
  const [source, target] = await Promise.all([from, path].map(each => realpath(each).catch(() => undefined)))
  if (source !== undefined && source === target) return
  const bytes = await orCannotWrite(path, readFile(from))
  await replaceFile(path, file => file.write(bytes))
}

/** A folder and those above it. The `recursive` of Node 20 goes round for ever where none can be made, as in /proc. */
export async function makeFolders(folder: string, mode?: number): Promise<void> {
  const make = (): Promise<void> => mkdir(folder, { mode })
  await make()
    .catch(error => {
      if (error.code !== 'ENOENT' || dirname(folder) === folder) throw error
      return makeFolders(dirname(folder), mode).then(make)
    })
    .catch(error => {
      if (error.code !== 'EEXIST') throw error
    })
}

/** Refuses what is no path, where `what` is to be saved. */
export function checkFolder(what: string, folder: unknown): void {
  if (typeof folder === 'string' && folder !== '') return
  const message = `${what} is saved in a folder that is given by its path, not by ${shown(folder)}.`
  throw new AlbertError('INVALID_INPUT', message)
}

export class NewFile {
  constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** Appends all bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) {
      const writing = this.handle.write(bytes, done, bytes.byteLength - done)
      done += (await orCannotWrite(this.path, writing)).bytesWritten
    }
  }
}

/** The name itself must survive a power cut too. Systems that cannot do it (Windows) need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

export async function orCannotWrite<T>(path: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing
  } catch (cause) {
    throw cannotWrite(path, cause)
  }
}

export function cannotWrite(path: string, cause: unknown): AlbertError {
  return new AlbertError('CANNOT_WRITE', `${path} cannot be written: ${(cause as Error).message}.`, { cause })
}
