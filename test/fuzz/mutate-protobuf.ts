// Changes of a protobuf message field by field: lengths that lie, other kinds, extreme numbers, fields twice or not at all.
import { mutateBytes } from './mutate-bytes.js'
import type { Random } from './random.js'

interface Field {
  number: number
  kind: number
  /** A varint; for other kinds what follows the tag, without a length. */
  value: bigint
  content: Buffer
}

const BYTES = 2
const NUMBERS = [0n, 1n, 2n, 3n, 127n, 128n, 2n ** 31n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
const FLOATS = [0, -0, 1, -1, 3.4e38, -3.4e38, 1e-45, Number.NaN, Infinity, -Infinity]

/** The message with one field changed, or a field of a message inside it. What is no message is changed byte by byte. */
export function mutateProtobuf(bytes: Buffer, random: Random, depth = 0): Buffer {
  const fields = fieldsOf(bytes)
  if (!fields || fields.length === 0 || random.once(12)) return mutateBytes(bytes, random)
  const at = random.below(fields.length)
  const field = fields[at]!
  const parts = fields.map(encode)
  switch (random.below(8)) {
    case 0:
      parts.splice(at, 1)
      break
    case 1:
      parts.splice(random.below(parts.length), 0, encode(field))
      break
    case 2:
      parts[at] = encode({ ...field, number: random.pick([0, 1, 2, 3, 35, 41, 2 ** 29 - 1]) })
      break
    case 3:
      parts[at] = encode({ ...field, kind: random.below(8) })
      break
    case 4:
      // A length that lies.
      parts[at] = Buffer.concat([varint(BigInt(field.number * 8 + BYTES)), varint(random.pick(NUMBERS)), field.content])
      break
    default:
      parts[at] = encode(changedValue(field, random, depth))
  }
  return Buffer.concat(parts)
}

function changedValue(field: Field, random: Random, depth: number): Field {
  if (field.kind === 0) return { ...field, value: random.pick(NUMBERS) }
  if (field.kind === 5) {
    const content = Buffer.alloc(4)
    content.writeFloatLE(random.pick(FLOATS))
    return { ...field, content }
  }
  const deeper = depth < 2 && !random.once(3)
  const content = deeper ? mutateProtobuf(field.content, random, depth + 1) : mutateBytes(field.content, random)
  return { ...field, content }
}

/** undefined: this is no message from beginning to end. */
function fieldsOf(bytes: Buffer): Field[] | undefined {
  const fields: Field[] = []
  let at = 0
  const number = (): bigint | undefined => {
    let value = 0n
    for (let shift = 0n; at < bytes.length && shift < 70n; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    return undefined
  }
  while (at < bytes.length) {
    const tag = number()
    if (tag === undefined) return undefined
    const kind = Number(tag & 7n)
    const value = kind === 0 || kind === BYTES ? number() : 0n
    if (value === undefined) return undefined
    const length = kind === 0 ? 0 : kind === 1 ? 8 : kind === BYTES ? Number(value) : kind === 5 ? 4 : -1
    if (length < 0 || at + length > bytes.length) return undefined
    fields.push({ number: Number(tag >> 3n), kind, value, content: bytes.subarray(at, at + length) })
    at += length
  }
  return fields
}

function encode({ number, kind, value, content }: Field): Buffer {
  const tag = varint((BigInt(number) << 3n) | BigInt(kind))
  if (kind === 0) return Buffer.concat([tag, varint(value)])
  return kind === BYTES ? Buffer.concat([tag, varint(BigInt(content.length)), content]) : Buffer.concat([tag, content])
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}
