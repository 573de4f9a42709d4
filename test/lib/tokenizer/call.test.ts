// The surface: call shapes of transformers.js, padding, tensors and arrays, methods, properties, and what users do wrong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import { Tensor } from '../../../lib/tensor.js'
import { AlbertTokenizer, AutoTokenizer, type BatchEncoding, type Rows } from '../../../lib/tokenizer/index.js'
import { golden, path } from './files.js'
import { tinyJson, tinySpiece } from './tiny.js'

const tokenizer = await AutoTokenizer.from_pretrained(golden.json)
const folder = mkdtempSync(join(tmpdir(), 'albert-call-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('tokenizer(text)', () => {
  test('answers tensors of int64', () => {
    const answer = tokenizer('Hello, world!')
    expectTypeOf(answer).toEqualTypeOf<BatchEncoding>()
    expect(Object.keys(answer)).toEqual(['input_ids', 'attention_mask', 'token_type_ids'])
    expect(answer.input_ids).toBeInstanceOf(Tensor)
    expect(answer.input_ids).toMatchObject({ type: 'int64', dims: [1, 6] })
    expect(answer.input_ids.tolist()).toEqual([[2n, 10975n, 15n, 126n, 187n, 3n]])
    expect(answer.attention_mask.tolist()).toEqual([[1n, 1n, 1n, 1n, 1n, 1n]])
    expect(answer.token_type_ids?.tolist()).toEqual([[0n, 0n, 0n, 0n, 0n, 0n]])
  })

  test('answers arrays without tensors: nested for many texts, bare for one', () => {
    const one = tokenizer('hello', { return_tensor: false })
    expectTypeOf(one.input_ids).toEqualTypeOf<number[]>()
    expect(one).toEqual({ input_ids: [2, 10975, 3], attention_mask: [1, 1, 1], token_type_ids: [0, 0, 0] })
    const many = tokenizer(['hello', 'hello world'], { return_tensor: false, return_token_type_ids: false })
    expectTypeOf(many).toEqualTypeOf<Rows>()
    expect(many).toEqual({
      input_ids: [
        [2, 10975, 3],
        [2, 10975, 126, 3],
      ],
      attention_mask: [
        [1, 1, 1],
        [1, 1, 1, 1],
      ],
    })
  })

  test('pairs carry token types', () => {
    const answer = tokenizer('hello', { text_pair: 'world', return_tensor: false })
    expect(answer).toMatchObject({ input_ids: [2, 10975, 3, 126, 3], token_type_ids: [0, 0, 0, 1, 1] })
    const batch = tokenizer(['hello', 'world'], { text_pair: ['world', 'hello'], add_special_tokens: false })
    expect(batch.input_ids.tolist()).toEqual([
      [10975n, 126n],
      [126n, 10975n],
    ])
    expect(batch.token_type_ids?.tolist()).toEqual([
      [0n, 1n],
      [0n, 1n],
    ])
  })

  test('an empty text has only special tokens, no text no rows', () => {
    expect(tokenizer('').input_ids.tolist()).toEqual([[2n, 3n]])
    expect(tokenizer([]).input_ids.dims).toEqual([0, 0])
    expect(tokenizer([], { return_tensor: false }).input_ids).toEqual([])
  })

  test('offsets and the mask of special tokens', () => {
    const text = '\u{1f600} Hi'
    const options = { return_offsets_mapping: true, return_special_tokens_mask: true }
    const answer = tokenizer([text, 'a'], { ...options, padding: true })
    expect(answer.offset_mapping?.[0]).toEqual([
      [0, 0],
      [0, 2],
      [0, 2],
      [3, 5],
      [0, 0],
    ])
    expect(answer.offset_mapping?.[1]).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    expect(answer.special_tokens_mask?.tolist()).toEqual([
      [1n, 0n, 0n, 0n, 1n],
      [1n, 0n, 1n, 1n, 1n],
    ])
    const points = tokenizer(text, { ...options, offsets: 'codepoint', return_tensor: false })
    expect(points.offset_mapping).toEqual([
      [0, 0],
      [0, 1],
      [0, 1],
      [2, 4],
      [0, 0],
    ])
    expect(points.special_tokens_mask).toEqual([1, 0, 0, 0, 1])
  })
})

describe('padding', () => {
  const texts = ['hello', 'hello world again and again']
  const lengths = (options: Parameters<typeof tokenizer>[1]) =>
    (tokenizer(texts, { ...options, return_tensor: false }) as unknown as Rows).input_ids.map(row => row.length)

  test.each([
    [{ padding: true }, [7, 7]],
    [{ padding: 'longest' as const }, [7, 7]],
    [{ padding: 'do_not_pad' as const }, [3, 7]],
    [{ padding: 'max_length' as const, max_length: 10 }, [10, 10]],
    [{ padding: 'max_length' as const, max_length: 5 }, [5, 7]],
    [{ padding: 'max_length' as const, max_length: 5, truncation: true }, [5, 5]],
    [{ padding: true, max_length: 5 }, [7, 7]],
    [{ padding: true, max_length: 5, truncation: true }, [5, 5]],
    [{ padding: true, pad_to_multiple_of: 8 }, [8, 8]],
    [{ padding: 'max_length' as const, max_length: 10, pad_to_multiple_of: 8 }, [16, 16]],
    [{ max_length: 5 }, [3, 5]],
  ])('%j makes rows of %j tokens', (options, expected) => {
    expect(lengths(options)).toEqual(expected)
  })

  test('puts the padding token, mask 0 and type 0 at the chosen side', () => {
    const right = tokenizer(texts, { padding: true })
    expect(right.input_ids.dims).toEqual([2, 7])
    expect([...right.input_ids][0]?.valueOf()).toBeInstanceOf(Tensor)
    expect(right.input_ids.slice(0).tolist()).toEqual([2n, 10975n, 3n, 0n, 0n, 0n, 0n])
    expect(right.attention_mask.slice(0).tolist()).toEqual([1n, 1n, 1n, 0n, 0n, 0n, 0n])
    const left = tokenizer(['a', 'a a'], {
      padding: true,
      padding_side: 'left',
      return_tensor: false,
      return_offsets_mapping: true,
    })
    expect(left.input_ids[0]).toEqual([0, 2, 21, 3])
    expect(left.attention_mask[0]).toEqual([0, 1, 1, 1])
    expect(left.offset_mapping?.[0]).toEqual([
      [0, 0],
      [0, 0],
      [0, 1],
      [0, 0],
    ])
  })
})

describe('truncation', () => {
  test('cuts at the chosen side; windows name their text', () => {
    const text = 'one two three four five'
    const ids = tokenizer.encode(text, { add_special_tokens: false })
    expect(ids.length).toBe(5)
    expect(tokenizer.encode(text, { truncation: true, max_length: 4 })).toEqual([2, ids[0], ids[1], 3])
    expect(tokenizer.encode(text, { truncation: true, max_length: 4, truncation_side: 'left' })).toEqual([
      2,
      ids[3],
      ids[4],
      3,
    ])
    const windows = tokenizer(['one', text], {
      truncation: true,
      max_length: 5,
      stride: 1,
      return_overflowing_tokens: true,
      padding: true,
    })
    expect(windows.overflow_to_sample_mapping).toEqual([0, 1, 1])
    expect(windows.input_ids.dims).toEqual([3, 5])
    const arrays = tokenizer(text, {
      truncation: true,
      max_length: 5,
      return_overflowing_tokens: true,
      return_tensor: false,
    })
    expectTypeOf(arrays).toEqualTypeOf<Rows>()
    expect(arrays.input_ids).toEqual([
      [2, ids[0], ids[1], ids[2], 3],
      [2, ids[3], ids[4], 3],
    ])
  })

  test('uses the length of tokenizer_config.json', async () => {
    const packaged = await AlbertTokenizer.from_pretrained()
    expect(packaged.model_max_length).toBe(512)
    expect(packaged('word '.repeat(600), { truncation: true }).input_ids.dims).toEqual([1, 512])
    expect(packaged('word '.repeat(600)).input_ids.dims).toEqual([1, 602])
    expect(packaged('a', { padding: 'max_length' }).input_ids.dims).toEqual([1, 512])
  })

  test('a pair of long texts may have too many windows', () => {
    const long = 'a '.repeat(10_000)
    const settings = { truncation: true, max_length: 9 }
    expect(() => tokenizer.encodeWindows(long, long, settings)).toThrow(/make 11115556 sequences of about 6 tokens/)
    expect(tokenizer.encodeWindows(long, 'a', settings).length).toBe(2000)
    // A million tiny sequences have few tokens, but fill the memory as well; found by fuzzing.
    const [one, other] = ['a '.repeat(1000), 'a '.repeat(1100)]
    expect(() => tokenizer.encodeWindows(one, other, { truncation: true, max_length: 5 })).toThrow(
      /make 1100000 sequences of about 2 tokens; at most 254200 are answered/,
    )
  })
})

describe('methods', () => {
  test('tokenize', () => {
    expect(tokenizer.tokenize('Hello ☃')).toEqual(['\u2581hello', '\u2581', '☃'])
    expect(tokenizer.tokenize('a', { pair: 'b', add_special_tokens: true })).toEqual([
      '[CLS]',
      '\u2581a',
      '[SEP]',
      '\u2581b',
      '[SEP]',
    ])
  })

  test('decode', () => {
    const ids = tokenizer.encode("I can't [MASK].")
    expect(tokenizer.decode(ids)).toBe("[CLS] i can't[MASK] .[SEP]")
    expect(tokenizer.decode(ids, { skip_special_tokens: true })).toBe("i can't .")
    expect(tokenizer.decode(ids.map(BigInt))).toBe(tokenizer.decode(ids))
    expect(tokenizer.decode(tokenizer.encode('well , yes .'), { skip_special_tokens: true })).toBe('well , yes .')
    const clean = { skip_special_tokens: true, clean_up_tokenization_spaces: true }
    expect(tokenizer.decode(tokenizer.encode("well , yes . do n't"), clean)).toBe("well, yes. don't")
    expect(tokenizer.decode([])).toBe('')
  })

  test('batch_decode', () => {
    const { input_ids } = tokenizer(['hello', 'world'])
    expect(tokenizer.batch_decode(input_ids, { skip_special_tokens: true })).toEqual(['hello', 'world'])
    expect(tokenizer.batch_decode([[10975], [126]])).toEqual(['hello', 'world'])
  })

  test('tokens and ids', () => {
    expect(tokenizer.convert_tokens_to_ids('\u2581hello')).toBe(10975)
    expect(tokenizer.convert_tokens_to_ids(['[MASK]', 'nowhere to be found'])).toEqual([4, 1])
    expect(tokenizer.convert_ids_to_tokens([4, 10975])).toEqual(['[MASK]', '\u2581hello'])
    expect(tokenizer.convert_ids_to_tokens(13)).toBe('\u2581')
    const vocabulary = tokenizer.get_vocab()
    expect(vocabulary.size).toBe(30000)
    expect(vocabulary.get('[SEP]')).toBe(3)
    vocabulary.clear()
    expect(tokenizer.get_vocab().size).toBe(30000)
  })

  test('encodeIds makes no tensors', () => {
    const { ids, types, offsets, special, sequences, truncated } = tokenizer.encodeIds('hello', 'world')
    expect(ids).toEqual(Int32Array.of(2, 10975, 3, 126, 3))
    expect(types).toEqual(Uint8Array.of(0, 0, 0, 1, 1))
    expect(offsets).toEqual(Int32Array.of(0, 0, 0, 5, 0, 0, 0, 5, 0, 0))
    expect(special).toEqual(Uint8Array.of(1, 0, 1, 0, 1))
    expect(sequences).toEqual(Int8Array.of(-1, 0, -1, 1, -1))
    expect(truncated).toBe(false)
    expect(tokenizer.encodeIds('hello hello hello', null, { max_length: 4 }).truncated).toBe(true)
  })

  test('encodeBatch and callAsync answer what the calls at once answer', async () => {
    const texts = ['hello', 'one two three', '']
    const batch = await tokenizer.encodeBatch([...texts, ['a', 'b']])
    expect(batch).toEqual([...texts.map(text => tokenizer.encodeIds(text)), tokenizer.encodeIds('a', 'b')])
    const answer = await tokenizer.callAsync(texts, { padding: true, return_tensor: false })
    expectTypeOf(answer).toEqualTypeOf<Rows>()
    expect(answer).toEqual(tokenizer(texts, { padding: true, return_tensor: false }))
  })

  test('properties', () => {
    expect(tokenizer).toBeInstanceOf(AlbertTokenizer)
    expect(typeof tokenizer).toBe('function')
    const { pad_token, unk_token, cls_token, sep_token, mask_token } = tokenizer
    expect([pad_token, unk_token, cls_token, sep_token, mask_token]).toEqual([
      '<pad>',
      '<unk>',
      '[CLS]',
      '[SEP]',
      '[MASK]',
    ])
    const { pad_token_id, unk_token_id, cls_token_id, sep_token_id, mask_token_id } = tokenizer
    expect([pad_token_id, unk_token_id, cls_token_id, sep_token_id, mask_token_id]).toEqual([0, 1, 2, 3, 4])
    expect(tokenizer.all_special_ids).toEqual([0, 1, 2, 3, 4])
    expect(tokenizer.all_special_tokens).toEqual(['<pad>', '<unk>', '[CLS]', '[SEP]', '[MASK]'])
    expect(tokenizer.model_max_length).toBe(Infinity)
  })
})

describe('from_pretrained', () => {
  test('prefers tokenizer.json, takes spiece.model, and reads tokenizer_config.json for it', async () => {
    writeFileSync(join(folder, 'spiece.model'), tinySpiece())
    const config = {
      do_lower_case: false,
      keep_accents: true,
      model_max_length: 1e30,
      mask_token: { content: '[MASK]' },
    }
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config))
    const cased = await AutoTokenizer.from_pretrained(folder)
    expect(cased.tokenize('aB á')).toEqual(['\u2581', 'a', 'B', '\u2581', 'á'])
    expect(cased.model_max_length).toBe(Infinity)
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tinyJson()))
    const lower = await AutoTokenizer.from_pretrained(folder)
    expect(lower.tokenize('aB á')).toEqual(['\u2581ab', '\u2581', 'a'])
  })

  test('says what it tried', async () => {
    const missing = { code: 'MODEL_NOT_FOUND' }
    await expect(AutoTokenizer.from_pretrained('./no-such-folder')).rejects.toMatchObject(missing)
    const empty = path('docs')
    await expect(AutoTokenizer.from_pretrained(empty)).rejects.toMatchObject({
      ...missing,
      message: expect.stringMatching(/docs; tried tokenizer\.json, spiece\.model/),
    })
  })
})

describe('mistakes', () => {
  const call = tokenizer as unknown as (text: unknown, options?: unknown) => unknown

  test('what is no list, and options that are none', async () => {
    const wrong = expect.objectContaining({ code: 'INVALID_INPUT' })
    expect(() => call('a', null)).toThrow(wrong)
    expect(() => call('a', { padding: 5n })).toThrow(wrong)
    expect(() => tokenizer.decode([2], null as never)).toThrow(wrong)
    expect(() => tokenizer.batch_decode('2' as never)).toThrow(wrong)
    expect(() => tokenizer.convert_tokens_to_ids(5 as never)).toThrow(wrong)
    expect(() => tokenizer.convert_ids_to_tokens(null as never)).toThrow(wrong)
    await expect(tokenizer.encodeBatch('a' as never)).rejects.toThrow(wrong)
    await expect(tokenizer.callAsync('a', { signal: 5 } as never)).rejects.toThrow(wrong)
  })

  test.each<[unknown, object, RegExp]>([
    [5, {}, /text is number; it must be a string/],
    [null, {}, /text is null/],
    [['a', 7], {}, /text\[1\] is number/],
    [[['a', 'b']], {}, /text\[0\] is an array/],
    ['a', { text_pair: ['b'] }, /text_pair is an array of 1; it must be one string/],
    [['a', 'b'], { text_pair: ['c'] }, /text_pair is an array of 1; it must be an array of 2/],
    [['a'], { text_pair: 'c' }, /text_pair is one string; it must be an array of 1/],
    [['a'], { text_pair: [3] }, /text_pair\[0\] is number/],
    [['a', 'a a'], {}, /different lengths \(3 and 4 tokens\).*padding: true/],
    ['a', { padding: 'always' }, /padding is "always"; it must be one of 'longest'/],
    ['a', { padding: 'max_length' }, /needs max_length/],
    ['a', { truncation: 'middle', max_length: 8 }, /truncation is "middle"/],
    ['a', { max_length: 0 }, /max_length is 0; it must be a whole number of at least 1/],
    ['a', { max_length: 2.5 }, /max_length is 2.5/],
    ['a', { max_length: 8, stride: -1 }, /stride is -1/],
    ['a', { max_length: 8, stride: 9 }, /stride 9 must be smaller than max_length 8/],
    ['a a a a a a a a', { max_length: 8, stride: 6 }, /stride 6 must be smaller than the 6 tokens/],
    ['a', { padding: true, pad_to_multiple_of: 0 }, /pad_to_multiple_of is 0/],
    ['a', { padding_side: 'top' }, /padding_side is "top"/],
    ['a', { offsets: 'bytes' }, /offsets is "bytes"/],
    ['a a a a', { truncation: 'only_second', max_length: 3 }, /needs a pair/],
    ['a a a a', { text_pair: 'b', truncation: 'only_second', max_length: 5 }, /max_length 5 cannot be reached/],
  ])('%j with %j', (text, options, message) => {
    expect(() => call(text, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(message) }),
    )
  })

  test('ids that do not exist', () => {
    expect(() => tokenizer.decode([30000])).toThrow(/Token id 30000 does not exist; the vocabulary has 30000 tokens/)
    expect(() => tokenizer.decode([1.5])).toThrow(/1\.5/)
    expect(() => tokenizer.decode('x' as never)).toThrow(/ids is string/)
  })
})
