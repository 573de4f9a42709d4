// The built package, as a user's program imports it, and one question to the model in it.
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

export * as albert from '../../../dist/index.mjs'

export const TEXT = 'The cat sat on the [MASK] and looked out of the window.'

/** The bits of a tensor. */
export function bits({ data }) {
  return createHash('sha256')
    .update(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
}
