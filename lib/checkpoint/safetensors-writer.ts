// Writes a safetensors file byte for byte as the reference library does: order of tensors, spelling and padding of the
// header. https://github.com/huggingface/safetensors#format
import { AlbertError } from '../errors.js'
import { replaceFile } from './new-file.js'
import { byteSize, DTYPE_BITS } from './safetensors-header.js'

export interface TensorToWrite {
  name: string
  dtype: string
  shape: number[]
  /** The bytes of the tensor, in order. */
  chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Throws CANNOT_WRITE, or what `chunks` throws; leaves no half file behind. */
export async function writeSafetensors(
  path: string,
  tensors: TensorToWrite[],
  metadata: Record<string, string>,
): Promise<void> {
  const dtypes = Object.keys(DTYPE_BITS)
  // Widest dtype first, so that every tensor is aligned; then by name.
  const ordered = [...tensors].sort(
    (a, b) => dtypes.indexOf(b.dtype) - dtypes.indexOf(a.dtype) || (a.name < b.name ? -1 : 1),
  )
  await replaceFile(path, async file => {
    await file.write(headerBytes(ordered, metadata))
    for (const tensor of ordered) {
      let written = 0
      for await (const bytes of tensor.chunks()) {
        await file.write(bytes)
        written += bytes.byteLength
      }
      if (written !== sizeOf(tensor)) {
        throw new AlbertError('INTERNAL', `${tensor.name} gave ${written} bytes; its shape needs ${sizeOf(tensor)}.`)
      }
    }
  })
}

function sizeOf({ name, dtype, shape }: TensorToWrite): number {
  const size = byteSize(dtype, shape)
  if (size === undefined) throw new AlbertError('INTERNAL', `${name} cannot be written as ${dtype} [${shape}].`)
  return size
}

/** The entries are joined as text: an object would bring keys that look like numbers to the front. */
function headerBytes(tensors: TensorToWrite[], metadata: Record<string, string>): Uint8Array {
  const entries = [`"__metadata__":${JSON.stringify(metadata)}`]
  let begin = 0
  for (const tensor of tensors) {
    const { name, dtype, shape } = tensor
    const end = begin + sizeOf(tensor)
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`)
    begin = end
  }
  const json = Buffer.from(`{${entries.join()}}`)
  const padded = Math.ceil(json.length / 8) * 8
  const bytes = Buffer.alloc(8 + padded, ' ')
  bytes.writeBigUInt64LE(BigInt(padded))
  json.copy(bytes, 8)
  return bytes
}
