// Safetensors files for tests, written byte by byte without the writer under test.

export interface RawTensor {
  name: string
  dtype: string
  shape: readonly number[]
  bytes: Uint8Array
}

/** Header text, data, and if wished a header length that lies. */
export function rawFile(header: string | Uint8Array, data: Uint8Array = new Uint8Array(), claim?: bigint): Buffer {
  const json = Buffer.from(header as string)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(claim ?? BigInt(json.length))
  return Buffer.concat([length, json, data])
}

export function safetensorsBytes(tensors: readonly RawTensor[], metadata?: Record<string, string>): Buffer {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {}
  let at = 0
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] }
    at += bytes.length
  }
  return rawFile(JSON.stringify(header), Buffer.concat(tensors.map(({ bytes }) => bytes)))
}
