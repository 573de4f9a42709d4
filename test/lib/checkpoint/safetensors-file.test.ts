// Every rule of the safetensors format, one test each, and files that are no files. Nothing but AlbertError comes out.
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SafetensorsFile } from '../../../lib/checkpoint/safetensors-file.js'
import { isAlbertError } from '../../../lib/errors.js'
import { floatTensor, rawFile, safetensorsBytes, seededRandom, temporaryFolder } from './files.js'

const folder = temporaryFolder()
let files = 0

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.safetensors`)
  writeFileSync(path, bytes)
  return path
}

async function names(bytes: Uint8Array): Promise<string[]> {
  const file = await SafetensorsFile.open(fileOf(bytes))
  await file.close()
  return [...file.tensors.keys()]
}

/** Header of one tensor `a` with a field changed, over four bytes of data unless told. */
function one(changes: object, data = new Uint8Array(4)): Buffer {
  return rawFile(JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...changes } }), data)
}

const pair = (a: number[], b: number[], size = 8) =>
  rawFile(
    JSON.stringify({
      a: { dtype: 'F32', shape: [(a[1]! - a[0]!) / 4], data_offsets: a },
      b: { dtype: 'F32', shape: [(b[1]! - b[0]!) / 4], data_offsets: b },
    }),
    new Uint8Array(size),
  )

describe('what is right is read', () => {
  it('tensors, offsets and values', async () => {
    const path = fileOf(safetensorsBytes([floatTensor('a', [2, 2], [1, 2, 3, 4]), floatTensor('b', [1], [5])]))
    const file = await SafetensorsFile.open(path)
    const entry = file.tensors.get('a')!
    expect(entry).toMatchObject({ name: 'a', dtype: 'F32', shape: [2, 2] })
    expect(entry.end - entry.begin).toBe(16)
    const seen: number[] = []
    for await (const { offset, bytes } of file.chunks(file.tensors.get('b')!)) {
      expect(offset).toBe(0)
      seen.push(Buffer.from(bytes).readFloatLE(0))
    }
    await file.close()
    expect(seen).toEqual([5])
  })

  it.each([
    ['no tensor at all', rawFile('{}'), []],
    ['metadata that is null', rawFile('{"__metadata__":null}'), []],
    ['a field that a later version may have added', one({ stride: [1] }), ['a']],
    ['forty axes', one({ shape: new Array(40).fill(1) }), ['a']],
    ['metadata alone', rawFile('{"__metadata__":{"format":"pt"}}'), []],
    ['spaces behind the header', rawFile('{}      '), []],
    ['a scalar', one({ shape: [] }), ['a']],
    ['a tensor without elements', one({ shape: [0, 5], data_offsets: [0, 0] }, new Uint8Array()), ['a']],
    ['tensors in another order than their data: as they lie', pair([4, 8], [0, 4]), ['b', 'a']],
    [
      'names that mean something to JavaScript',
      rawFile('{"__proto__":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', new Uint8Array(1)),
      ['__proto__'],
    ],
    [
      'escapes, quotes and braces in names',
      rawFile('{"\\"{:\\u0041":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', new Uint8Array(1)),
      ['"{:A'],
    ],
  ])('%s', async (_, bytes, expected) => {
    expect(await names(bytes)).toEqual(expected)
  })

  it('a tensor of many chunks, in order', async () => {
    const size = (9 << 20) / 4
    const values = Float32Array.from({ length: size }, (_, i) => i)
    const file = await SafetensorsFile.open(fileOf(safetensorsBytes([floatTensor('a', [size], values)])))
    let next = 0
    for await (const { offset, bytes } of file.chunks(file.tensors.get('a')!)) {
      expect(offset).toBe(next)
      const chunk = new Float32Array(Uint8Array.from(bytes).buffer)
      expect([chunk[0], chunk.at(-1)]).toEqual([next, next + chunk.length - 1])
      next += chunk.length
    }
    await file.close()
    expect(next).toBe(size)
  })

  it('a symbolic link, as caches of downloads use them', async () => {
    const link = join(folder, 'link.safetensors')
    symlinkSync(fileOf(safetensorsBytes([floatTensor('a', [1], [1])])), link)
    const file = await SafetensorsFile.open(link)
    await file.close()
    expect([...file.tensors.keys()]).toEqual(['a'])
  })
})

const deep = (open: string, close: string) => `${open.repeat(100_000)}${close.repeat(100_000)}`
const entryText = (fields: string) => rawFile(`{"a":{${fields}}}`, new Uint8Array(4))

const wrong: [rule: string, bytes: Uint8Array, message: RegExp][] = [
  ['an empty file', new Uint8Array(), /0 bytes/],
  ['less than a length', new Uint8Array(7), /7 bytes/],
  ['a header longer than the file', rawFile('{}', undefined, 3n), /claims 3 bytes/],
  ['a header of 2^63 bytes', rawFile('{}', undefined, 2n ** 63n), /claims 9223372036854775808/],
  ['a header of 2^64 - 1 bytes', rawFile('{}', undefined, 2n ** 64n - 1n), /claims 18446744073709551615/],
  ['a header above 100 MB', rawFile('{}', undefined, 100_000_001n), /claims 100000001 bytes.*100000000/],
  ['no header', rawFile(''), /begin with/],
  ['a header that begins with a space', rawFile(' {}'), /begin with/],
  ['a header that is a list', rawFile('[]'), /begin with/],
  ['a header that is cut', rawFile('{"a":'), /JSON/],
  ['text behind the header', rawFile('{} x'), /JSON/],
  ['bytes that are not UTF-8', rawFile(Buffer.from('{"a\xff":1}', 'latin1')), /UTF-8/],
  [
    'the same name twice',
    rawFile(
      '{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}',
      new Uint8Array(1),
    ),
    /two entries of one name/,
  ],
  [
    'the same name twice, once with an escape',
    rawFile(
      '{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}',
      new Uint8Array(1),
    ),
    /two entries of one name/,
  ],
  ['metadata that is a list', rawFile('{"__metadata__":[]}'), /__metadata__/],
  ['metadata with a number', rawFile('{"__metadata__":{"a":1}}'), /__metadata__/],
  ['an entry that is a number', rawFile('{"a":1}'), /"a" is .*not an object/],
  ['an entry that is null', rawFile('{"a":null}'), /"a" is .*not an object/],
  ['an entry that is a list', rawFile('{"a":[]}'), /"a" is .*not an object/],
  ['an unknown dtype', one({ dtype: 'F33' }), /"a" has dtype "F33"/],
  ['a dtype that is a property of every object', one({ dtype: 'constructor' }), /"a" has dtype/],
  ['a dtype that is a number', one({ dtype: 4 }), /"a" has dtype/],
  ['no dtype', entryText('"shape":[1],"data_offsets":[0,4]'), /"a" has dtype/],
  ['no shape', entryText('"dtype":"F32","data_offsets":[0,4]'), /"a" has a shape/],
  ['no offsets', entryText('"dtype":"F32","shape":[1]'), /"a" has data_offsets/],
  ['a negative extent', one({ shape: [-1] }), /"a" has a shape/],
  ['a broken extent', one({ shape: [1.5] }), /"a" has a shape/],
  ['an extent that is text', one({ shape: ['1'] }), /"a" has a shape/],
  ['an extent of 1e300', one({ shape: [1e300] }), /"a" has a shape/],
  ['a shape that overflows', one({ shape: [2 ** 31, 2 ** 31, 2 ** 31] }), /too large/],
  [
    'a shape that overflows before it comes to 0',
    one({ shape: [2 ** 40, 2 ** 40, 0], data_offsets: [0, 0] }, new Uint8Array()),
    /too large/,
  ],
  ['three offsets', one({ data_offsets: [0, 4, 4] }), /"a" has data_offsets/],
  ['a negative offset', one({ data_offsets: [-4, 0] }), /"a" has data_offsets/],
  ['a broken offset', one({ data_offsets: [0, 4.5] }), /"a" has data_offsets/],
  ['an end before its begin', one({ data_offsets: [4, 0] }), /lies at .* bytes of data/],
  ['an end behind the file', one({ data_offsets: [0, 8], shape: [2] }), /lies at .* bytes of data/],
  ['an end of 2^53', one({ data_offsets: [0, 2 ** 53] }), /"a" has data_offsets/],
  ['more bytes than the shape needs', one({ shape: [1], data_offsets: [0, 8] }, new Uint8Array(8)), /8 bytes.*needs 4/],
  ['the size of another dtype', one({ dtype: 'F64' }), /4 bytes.*needs 8/],
  ['two tensors in one place', pair([0, 4], [0, 4], 4), /inside/],
  ['tensors that overlap', pair([0, 8], [4, 12], 12), /inside/],
  ['a hole between tensors', pair([0, 4], [8, 12], 12), /hole/],
  ['a hole before the first', one({ data_offsets: [4, 8] }, new Uint8Array(8)), /hole/],
  ['bytes behind the last', one({}, new Uint8Array(5)), /1 bytes lie behind/],
  ['data that is cut', one({}, new Uint8Array(3)), /lies at .* bytes of data/],
  ['bytes without a tensor', rawFile('{}', new Uint8Array(3)), /3 bytes lie behind/],
  ['a value 100 000 levels deep', rawFile(`{"a":${deep('[', ']')}}`), /nested 10000\d deep/],
  [
    'a shape 100 000 levels deep',
    rawFile(`{"a":{"dtype":"F32","shape":${deep('[', ']')},"data_offsets":[0,0]}}`),
    /nested 10000\d deep/,
  ],
  [
    'a dtype 100 000 levels deep',
    rawFile(`{"a":{"dtype":${deep('{"x":', '}').replace('{"x":}', '{"x":1}')},"shape":[],"data_offsets":[0,0]}}`),
    /nested 10000\d deep/,
  ],
  [
    'offsets 100 000 levels deep',
    rawFile(`{"a":{"dtype":"U8","shape":[],"data_offsets":[0,${deep('[', ']')}]}}`),
    /nested 10000\d deep/,
  ],
]

describe('each rule of the format', () => {
  it.each(wrong)('%s', async (_, bytes, message) => {
    const path = fileOf(bytes)
    const error: unknown = await SafetensorsFile.open(path).then(
      () => 'opened',
      reason => reason,
    )
    expect(error).toMatchObject({ code: 'INVALID_CHECKPOINT', message: expect.stringMatching(message) })
    expect((error as Error).message).toContain(path)
    expect((error as Error).message.length).toBeLessThan(path.length + 400)
  })

  it('a name of ten million characters, and half a million names of which the last comes twice, take no ages', async () => {
    const start = performance.now()
    const long = rawFile(`{"${'x\\n'.repeat(5_000_000)}":1}`)
    await expect(SafetensorsFile.open(fileOf(long))).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' })
    const many = Array.from({ length: 500_000 }, (_, i) => `"${i}":0`).join(',')
    await expect(SafetensorsFile.open(fileOf(rawFile(`{${many},"499999":0}`)))).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringContaining('two entries of one name'),
    })
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

describe('what is no file', () => {
  it('is missing', async () => {
    await expect(SafetensorsFile.open(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })

  it('is a folder', async () => {
    const path = join(folder, 'folder.safetensors')
    mkdirSync(path)
    await expect(SafetensorsFile.open(path)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' })
  })

  it.skipIf(process.platform === 'win32')('is a pipe without a writer: refused, not waited for', async () => {
    const path = join(folder, 'pipe.safetensors')
    execFileSync('mkfifo', [path])
    await expect(SafetensorsFile.open(path)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' })
  })

  it.skipIf(process.platform !== 'linux')('is a device', async () => {
    await expect(SafetensorsFile.open('/dev/zero')).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' })
  })
})

describe('a file that changes while it is open', () => {
  const readAll = async (file: SafetensorsFile) => {
    const parts: Uint8Array[] = []
    for await (const { bytes } of file.chunks(file.tensors.get('a')!)) parts.push(Uint8Array.from(bytes))
    return new Float32Array(Uint8Array.from(Buffer.concat(parts)).buffer)
  }

  it('is cut: a typed error, no signal', async () => {
    const path = fileOf(safetensorsBytes([floatTensor('a', [4096], new Float32Array(4096).fill(1))]))
    const file = await SafetensorsFile.open(path)
    truncateSync(path, 500)
    await expect(readAll(file)).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringContaining('500'),
    })
    await file.close()
  })

  it('is replaced: what was opened is read', async () => {
    const path = fileOf(safetensorsBytes([floatTensor('a', [3], [1, 2, 3])]))
    const file = await SafetensorsFile.open(path)
    renameSync(fileOf(safetensorsBytes([floatTensor('a', [3], [7, 8, 9])])), path)
    expect([...(await readAll(file))]).toEqual([1, 2, 3])
    await file.close()
  })
})

describe('mutations of a valid file', () => {
  const valid = safetensorsBytes(
    [
      floatTensor('embeddings.weight', [2, 3], [1, 2, 3, 4, 5, 6]),
      floatTensor('bias', [3], [1, 2, 3]),
      { name: 'half', dtype: 'F16', shape: [2, 1], bytes: new Uint8Array(4) },
      { name: 'ids', dtype: 'I64', shape: [1], bytes: new Uint8Array(8) },
    ],
    { format: 'pt' },
  )
  const words = [
    '[',
    ']',
    '{',
    '}',
    '"',
    ',',
    ':',
    '-1',
    '1e9',
    'null',
    '9007199254740993',
    '"F32"',
    '\\',
    '\0',
    'é',
    '[[',
  ]

  function mutate(random: () => number): Buffer {
    let bytes = Buffer.from(valid)
    const at = (end: number) => Math.floor(random() * end)
    for (let changes = 1 + at(3); changes > 0; changes--) {
      const place = at(bytes.length)
      // The header is where the rules are: most mutations fall there.
      const inHeader = Math.min(bytes.length, 8 + at(valid.readUInt32LE(0)))
      const kind = at(6)
      if (kind === 0) bytes = Buffer.from(bytes.subarray(0, place))
      else if (kind === 1) bytes[place] = at(256)
      else if (kind === 2)
        bytes = Buffer.concat([
          bytes.subarray(0, inHeader),
          Buffer.from(words[at(words.length)]!),
          bytes.subarray(inHeader),
        ])
      else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, inHeader), bytes.subarray(inHeader + 1 + at(8))])
      else if (kind === 4) bytes.write(String(at(10)), inHeader)
      else bytes = Buffer.concat([bytes, bytes.subarray(place)])
      // Half of them keep a true length, so that the JSON behind it is reached.
      if (random() < 0.5 && bytes.length > 8)
        bytes.writeBigUInt64LE(BigInt(at(2) ? valid.readUInt32LE(0) : at(bytes.length)))
    }
    return bytes
  }

  it('3000 of them: opened and read whole, or refused with a typed error, in a moment', async () => {
    const random = seededRandom(20261124)
    const path = join(folder, 'mutated.safetensors')
    let refused = 0
    let slowest = 0
    for (let i = 0; i < 3000; i++) {
      const bytes = mutate(random)
      writeFileSync(path, bytes)
      const start = performance.now()
      try {
        const file = await SafetensorsFile.open(path)
        let data = 0
        for (const entry of file.tensors.values()) {
          for await (const chunk of file.chunks(entry)) data += chunk.bytes.length
        }
        await file.close()
        expect(data).toBe(bytes.length - 8 - bytes.readUInt32LE(0))
      } catch (error) {
        if (!isAlbertError(error) || error.code !== 'INVALID_CHECKPOINT') throw error
        refused++
      }
      slowest = Math.max(slowest, performance.now() - start)
    }
    expect(refused).toBeGreaterThan(1500)
    expect(refused).toBeLessThan(3000)
    expect(slowest).toBeLessThan(2000)
  })
})
