// An open safetensors file: its header checked, its tensors read in bounded chunks.
// What the tensors mean is the business of load.ts.
import { RegularFile } from '../regular-file.js'
import {
  DTYPE_BITS,
  headerLength,
  parseHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensors-header.js'

/** Largest piece handed on at once: small beside any model, and converting it does not stop the event loop for long. */
export const CHUNK_BYTES = 1 << 20

export class SafetensorsFile {
  private constructor(
    readonly header: SafetensorsHeader,
    private readonly file: RegularFile,
  ) {}

  /** Opens a file and checks its header. Throws MODEL_NOT_FOUND or INVALID_CHECKPOINT. */
  static async open(path: string): Promise<SafetensorsFile> {
    const file = await RegularFile.open(path, 'INVALID_CHECKPOINT')
    try {
      const prefix = await file.read(0, Math.min(8, file.size))
      const length = headerLength(prefix, file.size, path)
      return new SafetensorsFile(parseHeader(await file.read(8, length), file.size, path), file)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  get path(): string {
    return this.file.path
  }

  get tensors(): Map<string, TensorEntry> {
    return this.header.tensors
  }

  /** The bytes of a tensor in chunks of whole elements; `offset` counts elements. The next chunk reuses the buffer. */
  async *chunks(
    entry: TensorEntry,
    buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, entry.end - entry.begin)),
  ): AsyncGenerator<{ offset: number; bytes: Uint8Array }> {
    const size = entry.end - entry.begin
    for (let done = 0; done < size; done += CHUNK_BYTES) {
      const bytes = buffer.subarray(0, Math.min(CHUNK_BYTES, size - done))
      await this.file.fill(bytes, entry.begin + done)
      yield { offset: (done * 8) / DTYPE_BITS[entry.dtype]!, bytes }
    }
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}

/** True when two tensors hold the same bytes in the same dtype, whatever file each is in. */
export async function sameTensor(
  one: { file: SafetensorsFile; entry: TensorEntry },
  other: { file: SafetensorsFile; entry: TensorEntry },
): Promise<boolean> {
  if (one.entry.dtype !== other.entry.dtype || one.entry.shape.join() !== other.entry.shape.join()) return false
  const theirs = other.file.chunks(other.entry)
  for await (const { bytes } of one.file.chunks(one.entry)) {
    const next = await theirs.next()
    if (next.done || Buffer.compare(bytes, next.value.bytes) !== 0) return false
  }
  return true
}
