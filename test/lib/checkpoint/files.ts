// Checkpoints for tests in folders of their own, and a sink that keeps what is loaded.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { WeightSink } from '../../../lib/checkpoint/initialise.js'
import { type RawTensor, safetensorsBytes } from './raw-file.js'

export { type RawTensor, rawFile, safetensorsBytes } from './raw-file.js'

/** A folder that goes when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'albert-checkpoint-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A float32 tensor of these values. */
export function floatTensor(name: string, shape: number[], values: ArrayLike<number>): RawTensor {
  return { name, dtype: 'F32', shape, bytes: new Uint8Array(Float32Array.from(values).buffer) }
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
    const width = dtype === 'F64' ? 8 : dtype === 'F32' ? 4 : dtype === 'I8' ? 1 : 2
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < bytes.byteLength / width; i++) {
      values[offset + i] =
        dtype === 'F64'
          ? view.getFloat64(8 * i, true)
          : dtype === 'F32'
            ? view.getFloat32(4 * i, true)
            : dtype === 'I8'
              ? view.getInt8(i)
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
