// Changes of a safetensors file that know its parts: the length of the header, its JSON, the numbers behind it.
import { rawFile } from '../lib/checkpoint/raw-file.js'
import { mutateBytes } from './mutate-bytes.js'
import { mutateJson } from './mutate-json.js'
import type { Random } from './random.js'

const CLAIMS = [0n, 1n, 7n, 100_000_000n, 100_000_001n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
/** NaN, infinity, the largest and the smallest, as the upper half of a float32: a bfloat16. */
const EXTREMES = [0x7fc0, 0x7f80, 0xff80, 0x7f7f, 0xff7f, 0x0001, 0x8000]

export function mutateSafetensors(bytes: Buffer, random: Random): Buffer {
  const length = bytes.length < 8 ? 0n : bytes.readBigUInt64LE()
  if (length === 0n || length > BigInt(bytes.length - 8) || random.once(6)) return mutateBytes(bytes, random)
  const header = bytes.subarray(8, 8 + Number(length))
  const data = bytes.subarray(8 + Number(length))
  switch (random.below(8)) {
    case 0:
      return rawFile(header, data, random.once(2) ? random.pick(CLAIMS) : BigInt(random.below(2 * bytes.length)))
    case 1:
      return rawFile(
        header,
        random.once(2) ? mutateBytes(data, random) : data.subarray(0, random.below(data.length + 1)),
      )
    case 2:
      return rawFile(header, withExtreme(data, random))
    case 3:
      return rawFile(mutateBytes(header, random), data)
    default:
      return rawFile(mutateJson(header, random), data)
  }
}

function withExtreme(data: Buffer, random: Random): Buffer {
  const copy = Buffer.from(data)
  const halves = data.length >> 1
  for (let n = 1 + random.below(random.once(4) ? 64 : 2); n > 0 && halves > 0; n--) {
    copy.writeUInt16LE(random.pick(EXTREMES), 2 * random.below(halves))
  }
  return copy
}
