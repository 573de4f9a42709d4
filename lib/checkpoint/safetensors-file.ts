// An open safetensors file. Read by position in bounded chunks, not mapped: a mapped file that somebody cuts kills the
// process by SIGBUS, a short read is a typed error, and a file once opened is immune to being replaced.
import { type FileHandle, open } from 'node:fs/promises'
import { AlbertError } from '../errors.js'
import {
  DTYPE_BYTES,
  headerLength,
  parseHeader,
  refuseFile,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensors-header.js'

/** Largest piece handed on at once: small enough that converting it does not stop the event loop. */
const CHUNK_BYTES = 4 << 20

export class SafetensorsFile {
  private constructor(
    readonly path: string,
    readonly header: SafetensorsHeader,
    private readonly handle: FileHandle,
  ) {}

  /** Opens a file and checks its header. Throws MODEL_NOT_FOUND or INVALID_CHECKPOINT. */
  static async open(path: string): Promise<SafetensorsFile> {
    const handle = await openRegular(path)
    try {
      const { size } = await handle.stat()
      const prefix = await readExactly(handle, 0, Math.min(8, size), path)
      const length = headerLength(prefix, size, path)
      const header = parseHeader(await readExactly(handle, 8, length, path), size, path)
      return new SafetensorsFile(path, header, handle)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get tensors(): Map<string, TensorEntry> {
    return this.header.tensors
  }

  /** The bytes of a tensor in chunks of whole elements; `offset` counts elements. The buffer is reused between chunks. */
  async *chunks(entry: TensorEntry): AsyncGenerator<{ offset: number; bytes: Uint8Array }> {
    const width = DTYPE_BYTES[entry.dtype]!
    for (let at = entry.begin; at < entry.end; at += CHUNK_BYTES) {
      const bytes = await readExactly(this.handle, at, Math.min(CHUNK_BYTES, entry.end - at), this.path)
      yield { offset: (at - entry.begin) / width, bytes }
    }
  }

  /** True when two tensors, of this file or of two, hold the same bytes. */
  async sameBytes(own: TensorEntry, other: SafetensorsFile, entry: TensorEntry): Promise<boolean> {
    if (own.dtype !== entry.dtype || own.end - own.begin !== entry.end - entry.begin) return false
    for (let at = 0; at < own.end - own.begin; at += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, own.end - own.begin - at)
      const mine = await readExactly(this.handle, own.begin + at, length, this.path)
      const theirs = await readExactly(other.handle, entry.begin + at, length, other.path)
      if (Buffer.compare(mine, theirs) !== 0) return false
    }
    return true
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  // O_NONBLOCK: opening a FIFO would otherwise wait for a writer that never comes.
  const { O_RDONLY, O_NONBLOCK } = (await import('node:fs')).constants
  let handle: FileHandle
  try {
    handle = await open(path, O_RDONLY | (O_NONBLOCK ?? 0))
  } catch (cause) {
    throw new AlbertError('MODEL_NOT_FOUND', `${path} cannot be opened: ${(cause as Error).message}.`, { cause })
  }
  const info = await handle.stat()
  if (info.isFile()) return handle
  await handle.close()
  refuseFile(path, 'it is not a regular file')
}

async function readExactly(handle: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) refuseFile(path, `it ended at byte ${position + done} while it was read`)
    done += bytesRead
  }
  return buffer
}
