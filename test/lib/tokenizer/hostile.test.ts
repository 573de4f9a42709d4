// Files that nobody should trust: cut, flipped, lying about sizes, of the wrong kind. Each is refused by name or works; nothing hangs or grows.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type AlbertErrorCode, isAlbertError } from '../../../lib/errors.js'
import { AlbertTokenizer } from '../../../lib/tokenizer/index.js'
import { facts, golden } from './files.js'
import { bytesField, floatField, tinyCharsmap, tinyJson, tinyPieces, tinySpiece, varint, varintField } from './tiny.js'

const folder = mkdtempSync(join(tmpdir(), 'albert-hostile-'))
afterAll(() => rmSync(folder, { recursive: true }))

const awkward = 'ab\tABC 9, [MASK] \u{1f600} caf\u00e9 \ud800 \u0001\ufdfa e\u0301\u200d \u1100\u1161'

/** Writes the file, loads it, uses it. What comes out is a tokenizer that worked or the refusal. */
async function attempt(
  name: string,
  content: Buffer | string,
): Promise<AlbertTokenizer | { code: AlbertErrorCode; message: string }> {
  const file = join(folder, name)
  writeFileSync(file, content)
  try {
    const tokenizer = await AlbertTokenizer.from_pretrained(file)
    tokenizer.encodeIds(awkward, awkward)
    return tokenizer
  } catch (error) {
    if (isAlbertError(error)) return error
    throw error
  }
}

async function refused(name: string, content: Buffer | string): Promise<string> {
  const result = await attempt(name, content)
  if (result instanceof AlbertTokenizer) return 'accepted'
  expect(result.code).toBe('INVALID_TOKENIZER')
  expect(result.message).toContain(folder)
  return result.message
}

/** Deterministic numbers below 2^32. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0
  }
}

test('the tiny tokenizer itself works, from both files', async () => {
  const fromJson = (await attempt('tokenizer.json', JSON.stringify(tinyJson()))) as AlbertTokenizer
  const fromSpiece = (await attempt('spiece.model', tinySpiece())) as AlbertTokenizer
  expect(facts(fromJson, 'ab\tc [MASK]')).toEqual({
    ids: [8, 5, 1, 4],
    tokens: ['\u2581ab', '\u2581', 'c', ' [MASK]'],
    offsets: [
      [0, 2],
      [3, 4],
      [3, 4],
      [4, 11],
    ],
  })
  expect(facts(fromSpiece, awkward)).toEqual(facts(fromJson, awkward))
})

test('spiece.model cut at every byte of its pieces', async () => {
  const whole = tinySpiece()
  const pieces = whole.length - tinyCharsmap().length
  let accepted = 0
  for (let length = 0; length < pieces; length++) {
    const result = await attempt('spiece.model', whole.subarray(0, length))
    if (result instanceof AlbertTokenizer) accepted++
    else expect(result.code, `${length} bytes`).toBe('INVALID_TOKENIZER')
  }
  // A cut between two pieces leaves a smaller vocabulary, which needs its special tokens.
  expect(accepted).toBeLessThan(tinyPieces.length)
})

test('files of the published size cut at many places', async () => {
  for (const [kind, file] of Object.entries(golden)) {
    const name = kind === 'json' ? 'tokenizer.json' : 'spiece.model'
    const whole = readFileSync(file)
    const draw = draws(1)
    for (let i = 0; i < 12; i++) {
      const message = await refused(name, whole.subarray(0, draw() % (whole.length - 2)))
      expect(message).toMatch(/too early|is not JSON|no piece|has no/)
    }
  }
})

test.each(['spiece.model', 'tokenizer.json'])('%s with flipped bits is refused or works', async name => {
  const whole = name === 'spiece.model' ? tinySpiece() : Buffer.from(JSON.stringify(tinyJson()))
  const small = name === 'spiece.model' ? whole.length - tinyCharsmap().length : whole.length
  const draw = draws(2)
  let refusals = 0
  for (let i = 0; i < 400; i++) {
    const broken = Buffer.from(whole)
    for (let flips = draw() % 4; flips >= 0; flips--) {
      const at = draw() % (i % 2 ? whole.length : small)
      broken[at]! ^= 1 << (draw() % 8)
    }
    const result = await attempt(name, broken)
    if (result instanceof AlbertTokenizer) continue
    expect(result.code, result.message).toBe('INVALID_TOKENIZER')
    refusals++
  }
  expect(refusals).toBeGreaterThan(50)
})

test('lengths that lie', async () => {
  const piece = (content: Buffer) => bytesField(1, content)
  expect(await refused('spiece.model', Buffer.concat([varint(10), varint(2n ** 62n)]))).toContain('too early')
  expect(await refused('spiece.model', Buffer.concat([varint(10), Buffer.alloc(11, 0xff)]))).toContain(
    'more than 10 bytes',
  )
  expect(await refused('spiece.model', Buffer.concat([varint(10), Buffer.alloc(3, 0xff)]))).toContain('inside a number')
  expect(await refused('spiece.model', piece(Buffer.concat([varint(10), varint(2 ** 40)])))).toContain('too early')
  expect(await refused('spiece.model', Buffer.from([0x0f, 1, 2]))).toContain('no field at byte 0')
  expect(await refused('spiece.model', piece(bytesField(1, Buffer.from([0xc0, 0x80]))))).toContain('UTF-8')
  expect(await refused('spiece.model', piece(bytesField(2, Buffer.from('abcd'))))).toContain('field 2 as bytes')
  expect(await refused('spiece.model', piece(floatField(2, Number.NaN)))).toContain('score NaN')
  expect(
    await refused('spiece.model', Buffer.concat([tinySpiece(), piece(bytesField(1, Buffer.from('a')))])),
  ).toContain('twice')
  expect(await refused('spiece.model', Buffer.concat([tinySpiece(), bytesField(2, varintField(3, 2))]))).toContain(
    'model type 2',
  )
  expect(await refused('spiece.model', Buffer.concat([tinySpiece(), bytesField(2, varintField(35, 1))]))).toContain(
    'fallback',
  )
  expect(await refused('spiece.model', Buffer.concat([tinySpiece(), piece(varintField(3, 2))]))).toContain(
    'two unknown',
  )
  expect(await refused('spiece.model', '')).toContain('no pieces')
})

test('character maps that lie', async () => {
  const map = tinyCharsmap()
  const withSize = (size: number) => {
    const lying = Buffer.from(map)
    lying.writeUInt32LE(size)
    return lying
  }
  for (const size of [0, 3, map.length, 2 ** 32 - 4]) {
    expect(await refused('spiece.model', tinySpiece(withSize(size)))).toContain(`trie of ${size} bytes`)
  }
  expect(await refused('spiece.model', tinySpiece(Buffer.from('abc')))).toContain('trie of 0 bytes')
  expect(await refused('spiece.model', tinySpiece(tinyCharsmap('\t', 'x'.repeat(256))))).toContain(
    'no replacement of at most 255 bytes',
  )
  expect(await refused('spiece.model', tinySpiece(tinyCharsmap('\t', 'x').subarray(0, -1)))).toContain('no replacement')
  const notText = Buffer.concat([map.subarray(0, -2), Buffer.from([0xff, 0])])
  expect(await refused('spiece.model', tinySpiece(notText))).toContain('not UTF-8')
})

type Tiny = ReturnType<typeof tinyJson>
type Break = [what: string, edit: (file: Tiny) => unknown, message: RegExp]

const breaks: Break[] = [
  ['no model', file => delete (file as Partial<Tiny>).model, /model must hold an object, not missing/],
  ['another model', file => (file.model.type = 'BPE'), /model: type is "BPE".*Unigram/],
  ['bytes', file => (file.model.byte_fallback = true), /byte_fallback/],
  ['vocab as object', file => (file.model.vocab = {} as never), /vocab is an object; it must be a list/],
  ['no piece', file => (file.model.vocab = []), /at least one piece/],
  ['score as text', file => (file.model.vocab[7] = ['b', '1' as never]), /vocab\[7\]/],
  ['score null', file => (file.model.vocab[7] = ['b', null as never]), /vocab\[7\]/],
  ['piece null', file => (file.model.vocab[7] = [null as never, 1]), /vocab\[7\]/],
  ['empty piece', file => (file.model.vocab[7] = ['', 1]), /empty piece, number 7/],
  ['half a character', file => (file.model.vocab[7] = ['\ud83d', 1]), /half a surrogate pair in piece 7/],
  ['endless piece', file => (file.model.vocab[7] = ['b'.repeat(257), 1]), /257 characters, number 7/],
  ['piece twice', file => (file.model.vocab[7] = ['a', 1]), /"a" twice, as 6 and 7/],
  ['unk_id outside', file => (file.model.unk_id = 12), /unk_id is 12; it must be a piece number below 12/],
  ['unk_id broken', file => (file.model.unk_id = 1.5), /unk_id is 1.5/],
  ['tokens as text', file => (file.added_tokens = 'x' as never), /added_tokens is "x"/],
  ['token id', file => (file.added_tokens[1]!.id = -1), /added_tokens\[1\]: id is -1/],
  ['token twice', file => (file.added_tokens[1]!.content = '<pad>'), /added_tokens\[1\]: content/],
  [
    'id twice',
    file => file.added_tokens.push({ ...file.added_tokens[0]!, content: '<x>' }),
    /id is 0; it must be different/,
  ],
  [
    'id of another piece',
    file => file.added_tokens.push({ ...file.added_tokens[0]!, id: 6, content: '<x>' }),
    /piece 6 of the vocabulary, "a"/,
  ],
  ['token with space', file => (file.added_tokens[1]!.content = ' x'), /without white space/],
  ['normalized token', file => (file.added_tokens[1]!.normalized = true), /normalized is true/],
  ['single word', file => (file.added_tokens[1]!.single_word = true), /single_word/],
  [
    'another step',
    file => (file.normalizer.normalizers[2]!['type'] = 'NFC'),
    /"NFC", which this package does not read/,
  ],
  ['steps turned around', file => file.normalizer.normalizers.reverse(), /in this order/],
  ['NFKD alone', file => file.normalizer.normalizers.splice(3, 1), /directly followed by StripAccents/],
  ['another pattern', file => (file.normalizer.normalizers[0]!['content'] = '!'), /pattern/],
  ['a regular expression', file => (file.normalizer.normalizers[0]!['pattern'] = { Regex: '(a+)+$' }), /pattern/],
  ['map not base 64', file => (file.normalizer.normalizers[5]!['precompiled_charsmap'] = '$$$$$$$$'), /base 64/],
  ['no pre-tokenizer', file => (file.pre_tokenizer = null as never), /pre_tokenizer/],
  ['another mark', file => (file.decoder.replacement = '_'), /decoder: replacement is "_"/],
  ['another scheme', file => (file.decoder.prepend_scheme = 'first'), /prepend_scheme/],
  ['another template', file => (file.post_processor.type = 'BertProcessing'), /BertProcessing/],
  [
    'template without A',
    file => file.post_processor.single.splice(1, 1),
    /single is a list; it must be a list with A once/,
  ],
  ['pair without B', file => file.post_processor.pair.splice(3, 1), /A, then B/],
  [
    'unknown special',
    file => (file.post_processor.single[0] = { SpecialToken: { id: '[X]', type_id: 0 } }),
    /id is "\[X\]"/,
  ],
  [
    'prototype as special',
    file => (file.post_processor.single[0] = { SpecialToken: { id: 'constructor', type_id: 0 } }),
    /id is "constructor"/,
  ],
  ['special id outside', file => (file.post_processor.special_tokens['[CLS]'].ids = [99]), /ids is a list; it must be/],
  [
    'type outside',
    file => (file.post_processor.single[1] = { Sequence: { id: 'A', type_id: 256 } } as never),
    /type_id is 256/,
  ],
]

test.each(breaks)('tokenizer.json: %s', async (_, edit, message) => {
  const file = tinyJson()
  edit(file)
  expect(await refused('tokenizer.json', JSON.stringify(file))).toMatch(message)
})

test.each(['', 'null', '[]', '"x"', '{', '{"model": {}}', '\ufeff{}', '[[[['.repeat(10_000)])(
  'no tokenizer: %.20s',
  async text => {
    expect(await refused('tokenizer.json', text)).not.toBe('accepted')
  },
)

test('files that would fill the memory are refused before they do', async () => {
  const before = process.memoryUsage().rss
  const started = process.cpuUsage()
  const file = join(folder, 'tokenizer.json')
  writeFileSync(file, '')
  truncateSync(file, 10 * 2 ** 30)
  await expect(AlbertTokenizer.from_pretrained(file)).rejects.toThrow(/10737418240 bytes; at most/)
  rmSync(file)
  expect(await refused('tokenizer.json', '['.repeat(20 * 2 ** 20))).toMatch(/20971520 lists and objects/)
  expect(await refused('tokenizer.json', `[${'0,'.repeat(10_000_000)}0]`)).toMatch(/10000000 values/)
  expect(await refused('spiece.model', Buffer.alloc(20_000_000, Buffer.from([10, 0])))).toMatch(
    /more than 1000000 pieces/,
  )
  const many = Buffer.from(`["",0],`.repeat(1_500_000).slice(0, -1))
  expect(
    await refused('tokenizer.json', Buffer.concat([Buffer.from('{"model":{"vocab":['), many, Buffer.from(']}}')])),
  ).toMatch(/lists and objects/)
  const { user, system } = process.cpuUsage(started)
  expect(user + system).toBeLessThan(15e6)
  expect(process.memoryUsage().rss - before).toBeLessThan(700 * 2 ** 20)
})

test('what is no file', async () => {
  const named = join(folder, 'a-folder')
  mkdirSync(join(named, 'tokenizer.json'), { recursive: true })
  await expect(AlbertTokenizer.from_pretrained(named)).rejects.toMatchObject({ code: 'INVALID_TOKENIZER' })
  const piped = join(folder, 'a-pipe')
  mkdirSync(piped)
  execFileSync('mkfifo', [join(piped, 'tokenizer.json')])
  await expect(AlbertTokenizer.from_pretrained(piped)).rejects.toMatchObject({ code: 'INVALID_TOKENIZER' })
})

test.each([
  ['model_max_length', '"long"'],
  ['model_max_length', '0'],
  ['do_lower_case', '"yes"'],
  ['mask_token', '{}'],
  ['mask_token', '""'],
  ['padding_side', '"up"'],
])('tokenizer_config.json: %s as %s', async (name, value) => {
  const named = mkdtempSync(join(folder, 'config-'))
  writeFileSync(join(named, 'tokenizer.json'), JSON.stringify(tinyJson()))
  writeFileSync(join(named, 'tokenizer_config.json'), `{"${name}": ${value}}`)
  await expect(AlbertTokenizer.from_pretrained(named)).rejects.toMatchObject({
    code: 'INVALID_TOKENIZER',
    message: expect.stringContaining(name),
  })
})
