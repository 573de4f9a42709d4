// Small forms of embeddings: one bit a number (Hamming distance), or one byte a number (dot product).
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'

/** `binary` and `ubinary`: the signs, eight a byte, first in the highest bit; `int8`: a byte a number. */
export type Precision = 'binary' | 'ubinary' | 'int8'

const forms: Record<Precision, 'int8' | 'uint8'> = { binary: 'int8', ubinary: 'uint8', int8: 'int8' }

export function checkPrecision(precision: string, width: number): asserts precision is Precision {
  if (typeof precision !== 'string' || !Object.hasOwn(forms, precision))
    throw new AlbertError(
      'INVALID_INPUT',
      `precision ${shown(precision)} does not exist; it is one of ${Object.keys(forms).join(', ')}.`,
    )
  if (precision !== 'int8' && width % 8 !== 0)
    throw new AlbertError(
      'INVALID_INPUT',
      `precision '${precision}' packs eight numbers a byte; ${width} numbers do not fill whole bytes.`,
    )
}

/** Type of the tensor that holds vectors of this precision. */
export function quantizedType(precision: Precision): 'int8' | 'uint8' {
  return forms[precision]
}

/** `int8` scales each vector by its own largest number, so that it depends on no other: cosines stay, lengths do not. */
export function quantize(vector: ArrayLike<number>, precision: Precision): Int8Array | Uint8Array {
  if (precision === 'int8') return bytes(vector)
  const packed = new Uint8Array(vector.length / 8)
  for (let i = 0; i < vector.length; i++) if (vector[i]! > 0) packed[i >> 3]! |= 128 >> (i & 7)
  return precision === 'ubinary' ? packed : Int8Array.from(packed, byte => byte - 128)
}

function bytes(vector: ArrayLike<number>): Int8Array {
  let largest = 0
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i]!))
  const scale = largest > 0 ? 127 / largest : 0
  return Int8Array.from(vector, value => Math.round(value * scale))
}
