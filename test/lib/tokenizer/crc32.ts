// CRC-32 as zlib has it; Node.js 20.12 does not hand it out.

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** The checksum of `text` in UTF-8, going on from the one before; in hex. */
export function crc32(text: string, before = '00000000'): string {
  let crc = ~Number.parseInt(before, 16)
  for (const byte of Buffer.from(text)) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (~crc >>> 0).toString(16).padStart(8, '0')
}
