// Writes a safetensors file as the reference library does: same order of tensors, same header padding. The file appears
// under its name only when it is complete and on disk.
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { AlbertError } from '../errors.js'
import { DTYPE_BYTES } from './safetensors-header.js'

export interface TensorToWrite {
  name: string
  dtype: string
  shape: number[]
  /** The bytes of the tensor, in order. */
  chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Throws CANNOT_WRITE; leaves no half file behind. */
export async function writeSafetensors(
  path: string,
  tensors: TensorToWrite[],
  metadata: Record<string, string>,
): Promise<void> {
  // The reference library orders by alignment, then by name, so that every tensor is aligned.
  const ordered = [...tensors].sort(
    (a, b) => DTYPE_BYTES[b.dtype]! - DTYPE_BYTES[a.dtype]! || (a.name < b.name ? -1 : 1),
  )
  await replaceFile(path, async handle => {
    await writeAll(handle, headerBytes(ordered, metadata))
    for (const tensor of ordered) {
      let written = 0
      for await (const bytes of tensor.chunks()) {
        await writeAll(handle, bytes)
        written += bytes.byteLength
      }
      if (written !== byteSize(tensor)) {
        throw new AlbertError('INTERNAL', `${tensor.name} gave ${written} bytes; its shape needs ${byteSize(tensor)}.`)
      }
    }
  })
}

/** Writes a file under a temporary name beside `path`, brings it to disk, then renames it. */
export async function replaceFile(path: string, fill: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await fill(handle)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    if (cause instanceof AlbertError) throw cause
    throw new AlbertError('CANNOT_WRITE', `${path} cannot be written: ${(cause as Error).message}.`, { cause })
  }
}

function byteSize(tensor: TensorToWrite): number {
  return tensor.shape.reduce((product, extent) => product * extent, DTYPE_BYTES[tensor.dtype]!)
}

function headerBytes(tensors: TensorToWrite[], metadata: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let at = 0
  for (const tensor of tensors) {
    const end = at + byteSize(tensor)
    header[tensor.name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [at, end] }
    at = end
  }
  const json = Buffer.from(JSON.stringify(header))
  const padded = Math.ceil(json.length / 8) * 8
  const bytes = Buffer.alloc(8 + padded, 0x20)
  bytes.writeBigUInt64LE(BigInt(padded))
  json.copy(bytes, 8)
  return bytes
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten
  }
}
