// Changes that know nothing of a format: flipped bits, cut and doubled parts, numbers in place of others.
import type { Random } from './random.js'

/** Bytes that mean something to one of the formats: ends of ranges, quotes, brackets, tags. */
const BYTES = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0xc0, 0xed, 0xf4]
const WORDS = [0n, 1n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n]
/** Cases do not grow for ever. */
export const MAX_BYTES = 1 << 20

export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return Buffer.from([random.pick(BYTES)])
  const at = random.below(bytes.length)
  const end = Math.min(bytes.length, at + 1 + random.below(random.once(4) ? bytes.length : 16))
  switch (random.below(8)) {
    case 0:
      return changed(bytes, at, [bytes[at]! ^ (1 << random.below(8))])
    case 1:
      return changed(bytes, at, [random.pick(BYTES)])
    case 2:
      return changed(bytes, at, [random.below(256)])
    case 3:
      return bytes.subarray(0, at)
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)])
    case 5:
      return insert(bytes, at, bytes.subarray(at, end))
    case 6:
      return insert(bytes, random.below(bytes.length), bytes.subarray(at, end))
    default:
      return changed(bytes, at, word(random))
  }
}

/** The beginning of one and the end of another. */
export function splice(one: Buffer, other: Buffer, random: Random): Buffer {
  const from = one.length === other.length ? random.below(one.length + 1) : undefined
  const head = one.subarray(0, from ?? random.below(one.length + 1))
  return Buffer.concat([head, other.subarray(from ?? random.below(other.length + 1))]).subarray(0, MAX_BYTES)
}

function changed(bytes: Buffer, at: number, values: readonly number[] | Uint8Array): Buffer {
  const copy = Buffer.from(bytes)
  for (const [i, value] of values.entries()) if (at + i < copy.length) copy[at + i] = value
  return copy
}

function insert(bytes: Buffer, at: number, more: Buffer): Buffer {
  return bytes.length + more.length > MAX_BYTES
    ? bytes
    : Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)])
}

/** 1 to 8 bytes of a number at the end of some range, in either order. */
function word(random: Random): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(random.pick(WORDS))
  const short = bytes.subarray(0, random.pick([1, 2, 4, 8]))
  return random.once(4) ? Buffer.from(short).reverse() : short
}
