// Reads files that a stranger may have written: regular files only, by position, never more than asked for.
// Not mapped: cutting a mapped file kills the process with SIGBUS, cutting this one gives a typed error, and a file that
// is open stays what it was when another one takes its name.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { AlbertError, type AlbertErrorCode } from './errors.js'

export class RegularFile {
  private constructor(
    readonly path: string,
    readonly size: number,
    /** What a bad file means to the caller. */
    readonly code: AlbertErrorCode,
    private readonly handle: FileHandle,
  ) {}

  /** Throws MODEL_NOT_FOUND where nothing can be opened, `code` where it is no file. Links are followed. */
  static async open(path: string, code: AlbertErrorCode): Promise<RegularFile> {
    let handle: FileHandle
    try {
      // O_NONBLOCK (absent on Windows): opening a FIFO would else wait for a writer that never comes.
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    } catch (cause) {
      throw new AlbertError('MODEL_NOT_FOUND', `${path} cannot be opened: ${reasonOf(cause)}.`, { cause })
    }
    try {
      const info = await handle.stat()
      if (info.isFile()) return new RegularFile(path, info.size, code, handle)
    } catch (cause) {
      await handle.close()
      throw new AlbertError(code, `${path} cannot be read: ${reasonOf(cause)}.`, { cause })
    }
    await handle.close()
    throw new AlbertError(code, `${path} is not a regular file.`)
  }

  /** Fills `target` from byte `position` on. */
  async fill(target: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < target.length; ) {
      const at = position + done
      const { bytesRead } = await this.handle
        .read(target, done, target.length - done, at)
        .catch((cause: unknown) => this.refuse(`cannot be read: ${reasonOf(cause)}`, cause))
      if (bytesRead === 0) this.refuse(`ended at byte ${at} while it was read`)
      done += bytesRead
    }
  }

  async read(position: number, length: number): Promise<Buffer> {
    const target = Buffer.allocUnsafe(length)
    await this.fill(target, position)
    return target
  }

  /** Throws: what is wrong, said of the file by its path. */
  refuse(reason: string, cause?: unknown): never {
    throw new AlbertError(this.code, `${this.path} ${reason}.`, { cause })
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}

/** The JSON value of a small file in UTF-8. */
export async function readJsonFile(path: string, maxBytes: number, code: AlbertErrorCode): Promise<unknown> {
  const file = await RegularFile.open(path, code)
  try {
    if (file.size > maxBytes) file.refuse(`has ${file.size} bytes; at most ${maxBytes} are allowed`)
    const bytes = await file.read(0, file.size)
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch (cause) {
      file.refuse(`is not JSON in UTF-8: ${(cause as Error).message}`, cause)
    }
  } finally {
    await file.close()
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause)
}
