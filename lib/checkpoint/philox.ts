// Philox4x32-10: random numbers by counting. Four words are a function of a key and a counter alone, so that any element
// can be drawn without those before it. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const
/** The golden ratio and the square root of 3, less 1, as 32-bit fractions. */
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85] as const
const ROUNDS = 10

export type Words = readonly [number, number, number, number]

/** Four words of 32 bits, written into `target`. */
export function philox(target: Uint32Array, counter: Words, key: readonly [number, number]): void {
  let [a, b, c, d] = counter
  let [k, l] = key
  for (let round = 0; round < ROUNDS; round++) {
    const highA = highProduct(MULTIPLIERS[0], a)
    const lowA = Math.imul(MULTIPLIERS[0], a)
    const highC = highProduct(MULTIPLIERS[1], c)
    const lowC = Math.imul(MULTIPLIERS[1], c)
    a = (highC ^ b ^ k) >>> 0
    b = lowC >>> 0
    c = (highA ^ d ^ l) >>> 0
    d = lowA >>> 0
    k = (k + KEY_STEPS[0]) >>> 0
    l = (l + KEY_STEPS[1]) >>> 0
  }
  target[0] = a
  target[1] = b
  target[2] = c
  target[3] = d
}

/** The upper half of a 64-bit product, by 16-bit halves: no partial sum reaches 2^32. */
function highProduct(x: number, y: number): number {
  const xLow = x & 0xffff
  const xHigh = x >>> 16
  const yLow = y & 0xffff
  const yHigh = y >>> 16
  const middle = xHigh * yLow + ((xLow * yLow) >>> 16)
  const other = xLow * yHigh + (middle & 0xffff)
  return xHigh * yHigh + (middle >>> 16) + (other >>> 16)
}
