// A tokenizer of a dozen pieces, as both kinds of file, small enough to be broken at every byte.

const NORMAL = 1
const UNKNOWN = 2
const CONTROL = 3

export const tinyPieces: [piece: string, score: number, type: number][] = [
  ['<pad>', 0, CONTROL],
  ['<unk>', 0, UNKNOWN],
  ['[CLS]', 0, CONTROL],
  ['[SEP]', 0, CONTROL],
  ['[MASK]', 0, CONTROL],
  ['\u2581', -2, NORMAL],
  ['a', -3, NORMAL],
  ['b', -3.5, NORMAL],
  ['\u2581ab', -4, NORMAL],
  ['abc', -5, NORMAL],
  ['9,', -6, NORMAL],
  ['\u{1f600}', -7, NORMAL],
]

/** One rule, `key` -> `to`: a double array in blocks of 256 units, one block a byte of the key. */
export function tinyCharsmap(key = '\t', to = ' '): Buffer {
  const bytes = Buffer.from(key)
  const units = new Uint32Array(256 * (bytes.length + 2))
  let at = 0
  for (const [i, byte] of bytes.entries()) {
    const block = 256 * (i + 1)
    units[at]! |= (at ^ block) << 10
    at = block + byte
    units[at]! |= byte
  }
  const block = 256 * (bytes.length + 1)
  units[at]! |= ((at ^ block) << 10) | 256
  units[block] = 0x80000000
  const size = Buffer.alloc(4)
  size.writeUInt32LE(units.byteLength)
  return Buffer.concat([size, Buffer.from(units.buffer), Buffer.from(`${to}\0`)])
}

export function tinySpiece(charsmap: Buffer = tinyCharsmap()): Buffer {
  const pieces = tinyPieces.map(([piece, score, type]) =>
    bytesField(1, Buffer.concat([bytesField(1, Buffer.from(piece)), floatField(2, score), varintField(3, type)])),
  )
  return Buffer.concat([...pieces, bytesField(2, varintField(3, 1)), bytesField(3, bytesField(2, charsmap))])
}

/** A fresh object each time: tests break it. */
export function tinyJson() {
  const special = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } })
  const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } })
  const single = [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)]
  const metaspace = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true }
  return {
    version: '1.0',
    added_tokens: tinyPieces.slice(0, 5).map(([content], id) => ({
      id,
      content,
      single_word: false,
      lstrip: content === '[MASK]',
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Replace', pattern: { String: '``' }, content: '"' },
        { type: 'Replace', pattern: { String: "''" }, content: '"' },
        { type: 'NFKD' },
        { type: 'StripAccents' },
        { type: 'Lowercase' },
        { type: 'Precompiled', precompiled_charsmap: tinyCharsmap().toString('base64') },
      ] as Record<string, unknown>[],
    },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, sequence('B', 1), special('[SEP]', 1)],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
      },
    },
    decoder: { ...metaspace },
    model: {
      type: 'Unigram',
      unk_id: 1,
      vocab: tinyPieces.map(([piece, score]) => [piece, piece === '9,' ? score - 100 : score]),
      byte_fallback: false,
    },
  }
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt(value)
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}

export function bytesField(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content])
}

export function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)])
}

export function floatField(number: number, value: number): Buffer {
  const content = Buffer.alloc(4)
  content.writeFloatLE(value)
  return Buffer.concat([varint(number * 8 + 5), content])
}
