// Checkpoints for tests, written byte by byte without the writer under test, and a sink that keeps what is loaded.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { WeightSink } from '../../../lib/checkpoint/initialise.js'

/** A folder that goes when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'albert-checkpoint-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface RawTensor {
  name: string
  dtype: string
  shape: number[]
  bytes: Uint8Array
}

/** A float32 tensor of these values. */
export function floatTensor(name: string, shape: number[], values: ArrayLike<number>): RawTensor {
  return { name, dtype: 'F32', shape, bytes: new Uint8Array(Float32Array.from(values).buffer) }
}

/** Header text, data, and if wished a header length that lies. */
export function rawFile(header: string | Uint8Array, data: Uint8Array = new Uint8Array(), claim?: bigint): Buffer {
  const json = Buffer.from(header as string)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(claim ?? BigInt(json.length))
  return Buffer.concat([length, json, data])
}

export function safetensorsBytes(tensors: RawTensor[], metadata?: Record<string, string>): Buffer {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {}
  let at = 0
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] }
    at += bytes.length
  }
  return rawFile(JSON.stringify(header), Buffer.concat(tensors.map(({ bytes }) => bytes)))
}

export function writeTensors(path: string, tensors: RawTensor[]): void {
  writeFileSync(path, safetensorsBytes(tensors))
}

/** Keeps float32 weights by name, so that what arrived can be compared. */
export class MemorySink implements WeightSink {
  readonly tensors = new Map<string, number[]>()
  readonly dtypes = new Map<string, string>()

  write(name: string, offset: number, bytes: Uint8Array, dtype: string): void {
    const values = this.tensors.get(name) ?? []
    const width = dtype === 'F64' ? 8 : dtype === 'F32' ? 4 : 2
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < bytes.byteLength / width; i++) {
      values[offset + i] =
        dtype === 'F64'
          ? view.getFloat64(8 * i, true)
          : dtype === 'F32'
            ? view.getFloat32(4 * i, true)
            : view.getUint16(2 * i, true)
    }
    this.tensors.set(name, values)
    this.dtypes.set(name, dtype)
  }

  read(name: string, offset: number, target: Float32Array): void {
    target.set(this.tensors.get(name)!.slice(offset, offset + target.length))
  }
}

/** Numbers in [0, 1) from a seed (mulberry32), equal on every run. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
