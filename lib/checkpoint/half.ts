// float32 to the two half formats of checkpoints, rounded to the nearest, ties to even. Exact where the value fits, so
// that numbers which came from such a file go back as the same bits. Machines that the addon runs on are little-endian.

const floats = new Float32Array(1)
const bits = new Uint32Array(floats.buffer)

/** Bits of a bfloat16. */
export function toBfloat16(value: number): number {
  floats[0] = value
  const x = bits[0]!
  // The upper half of a NaN stays as it is, but must not become an infinity.
  if ((x & 0x7fffffff) > 0x7f800000) return (x & 0x7f0000) === 0 ? (x >>> 16) | 0x40 : x >>> 16
  return (x + 0x7fff + ((x >>> 16) & 1)) >>> 16
}

/** True when rounding to bfloat16 would change no bit. */
export function areBfloat16(values: Float32Array): boolean {
  return new Uint32Array(values.buffer, values.byteOffset, values.length).every(x => (x & 0xffff) === 0)
}

/** Bits of an IEEE 754 binary16. Values of 65520 and more become infinite. */
export function toFloat16(value: number): number {
  floats[0] = value
  const x = bits[0]!
  const sign = (x >>> 16) & 0x8000
  const magnitude = x & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff)
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude >= 0x38800000) {
    // Normal: rebias the exponent by 127 - 15, drop 13 bits.
    const rebased = magnitude - 0x38000000
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13)
  }
  // Denormal: a whole number of 2^-24, which float64 holds exactly.
  return sign | roundHalfEven(Math.abs(floats[0]!) * 2 ** 24)
}

function roundHalfEven(x: number): number {
  const low = Math.floor(x)
  const rest = x - low
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low
}

/** Little-endian bytes of float numbers in the dtype of a checkpoint. */
export function toBytes(values: Float32Array, dtype: 'F32' | 'BF16' | 'F16'): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const convert = dtype === 'BF16' ? toBfloat16 : toFloat16
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) halves[i] = convert(values[i]!)
  return new Uint8Array(halves.buffer)
}
