// config.json: defaults, every refusal with its sentence, labels, layer maps, the way back, and hostile files.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  activationOf,
  attentionMap,
  configText,
  ffnMap,
  hasSplitNames,
  labelCount,
  parseConfig,
  readConfig,
  serializeConfig,
} from '../../lib/config.js'
import { isAlbertError } from '../../lib/errors.js'
import { presets } from '../../lib/presets.js'
import { seededRandom } from './checkpoint/files.js'

const folder = mkdtempSync(join(tmpdir(), 'albert-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const small = { hidden_size: 48, num_attention_heads: 4, intermediate_size: 80, vocab_size: 99 }

describe('defaults', () => {
  it('of ALBERT are those of AlbertConfig() in transformers', () => {
    expect(parseConfig({})).toEqual({
      model_type: 'albert',
      architectures: [],
      vocab_size: 30000,
      embedding_size: 128,
      hidden_size: 4096,
      num_hidden_layers: 12,
      num_hidden_groups: 1,
      num_attention_heads: 64,
      intermediate_size: 16384,
      inner_group_num: 1,
      hidden_act: 'gelu_new',
      hidden_dropout_prob: 0,
      attention_probs_dropout_prob: 0,
      classifier_dropout_prob: 0.1,
      max_position_embeddings: 512,
      type_vocab_size: 2,
      initializer_range: 0.02,
      layer_norm_eps: 1e-12,
      pad_token_id: 0,
      bos_token_id: 2,
      eos_token_id: 3,
      tie_word_embeddings: true,
      id2label: { 0: 'LABEL_0', 1: 'LABEL_1' },
      label2id: { LABEL_0: 0, LABEL_1: 1 },
      problem_type: null,
      sharing: null,
      embedding_projection: true,
      dtype: null,
      other: {},
    })
  })

  it('of BERT are those of BertConfig() in transformers', () => {
    expect(parseConfig({ model_type: 'bert' })).toMatchObject({
      vocab_size: 30522,
      embedding_size: 768,
      hidden_size: 768,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      intermediate_size: 3072,
      hidden_act: 'gelu',
      hidden_dropout_prob: 0.1,
      attention_probs_dropout_prob: 0.1,
      classifier_dropout_prob: null,
      pad_token_id: 0,
      bos_token_id: null,
      eos_token_id: null,
      sharing: { attention_groups: 12, ffn_groups: 12 },
      embedding_projection: false,
    })
  })

  it("BERT's embedding is as wide as the model", () => {
    expect(parseConfig({ model_type: 'bert', hidden_size: 24 }).embedding_size).toBe(24)
  })

  it('undefined is absent; null is a value where transformers has it', () => {
    expect(parseConfig({ hidden_size: undefined }).hidden_size).toBe(4096)
    expect(parseConfig({ classifier_dropout_prob: null }).classifier_dropout_prob).toBeNull()
    expect(parseConfig({ pad_token_id: null }).pad_token_id).toBeNull()
    expect(parseConfig({ problem_type: null, sharing: null, id2label: null }).sharing).toBeNull()
  })

  it('`torch_dtype` is the older name of `dtype`, which wins', () => {
    expect(parseConfig({ torch_dtype: 'float16' }).dtype).toBe('float16')
    expect(parseConfig({ torch_dtype: 'float16', dtype: 'bfloat16' }).dtype).toBe('bfloat16')
  })

  it('activations by all their names', () => {
    const kernel = (hidden_act: string) => activationOf(parseConfig({ hidden_act }))
    expect(['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu', 'swish', 'silu', 'tanh', 'linear'].map(kernel)).toEqual([
      'gelu',
      'gelu_new',
      'gelu_new',
      'relu',
      'silu',
      'silu',
      'tanh',
      'linear',
    ])
  })
})

const sizes = [
  'vocab_size',
  'embedding_size',
  'hidden_size',
  'num_hidden_layers',
  'num_hidden_groups',
  'num_attention_heads',
  'intermediate_size',
  'inner_group_num',
  'max_position_embeddings',
  'type_vocab_size',
]

// fields, and what the sentence must say: field and value, then what is right.
const refused: [fields: Record<string, unknown>, said: RegExp][] = [
  ...sizes.flatMap(name =>
    [0, -1, 1.5, 1e9, '12', null, true, [], {}].map((value): [Record<string, unknown>, RegExp] => [
      { [name]: value },
      new RegExp(`^${name} is .+ in the configuration; it must be a whole number from 1 to \\d+\\.$`),
    ]),
  ),
  [{ hidden_size: 7 }, /^hidden_size is 7 .* a multiple of num_attention_heads, 64\.$/],
  [{ hidden_size: 48, num_attention_heads: 5 }, /hidden_size is 48 .*num_attention_heads, 5/],
  [{ num_hidden_layers: 1e6 }, /num_hidden_layers is 1000000 .* from 1 to 1024/],
  [{ num_hidden_layers: 3, num_hidden_groups: 4 }, /num_hidden_groups is 4 .* at most num_hidden_layers, 3/],
  [{ hidden_act: 'mish' }, /hidden_act is "mish" .*gelu, gelu_new/],
  [{ hidden_act: 'toString' }, /hidden_act is "toString"/],
  [{ hidden_act: 7 }, /hidden_act is 7/],
  [{ hidden_dropout_prob: 1 }, /hidden_dropout_prob is 1 .* below 1/],
  [{ hidden_dropout_prob: -0.1 }, /hidden_dropout_prob is -0\.1 .* from 0 to 1/],
  [{ attention_probs_dropout_prob: '0' }, /attention_probs_dropout_prob is "0" .* a number/],
  [{ classifier_dropout_prob: 2 }, /classifier_dropout_prob is 2 .* from 0 to 1/],
  [{ layer_norm_eps: -1e-12 }, /layer_norm_eps is -1e-12 .* from 0 to 1/],
  [{ layer_norm_eps: Number.NaN }, /layer_norm_eps is NaN/],
  [{ initializer_range: Number.POSITIVE_INFINITY }, /initializer_range is Infinity/],
  [{ pad_token_id: -1 }, /pad_token_id is -1 .* a token id or null/],
  [{ pad_token_id: 30000 }, /pad_token_id is 30000 .* below vocab_size, 30000/],
  [{ bos_token_id: [2] }, /bos_token_id is a list/],
  [{ tie_word_embeddings: 'yes' }, /tie_word_embeddings is "yes" .* true or false/],
  [{ embedding_projection: false }, /embedding_size is 128 .* hidden_size, 4096, as embedding_projection is false/],
  [{ embedding_projection: 0 }, /embedding_projection is 0 .* true or false/],
  [{ position_embedding_type: 'relative_key' }, /position_embedding_type is "relative_key" .* absolute/],
  [{ model_type: 'roberta' }, /model_type is "roberta" .* albert, bert/],
  [{ architectures: 'AlbertModel' }, /architectures is "AlbertModel" .* a list of strings/],
  [{ architectures: [1] }, /architectures is a list .* a list of strings/],
  [{ problem_type: 'ranking' }, /problem_type is "ranking" .* regression, single_label_classification/],
  [
    { problem_type: 'single_label_classification', num_labels: 1 },
    /problem_type is .*regression when there is one label/,
  ],
  [{ num_labels: 0 }, /num_labels is 0 .* from 1 to/],
  [{ num_labels: 1e9 }, /num_labels is 1000000000 .* from 1 to/],
  [{ num_labels: 3, id2label: { 0: 'a', 1: 'b' } }, /num_labels is 3 .* 2, the number of labels in id2label/],
  [{ id2label: {} }, /id2label is an object .* of 1 to/],
  [{ id2label: ['a'] }, /id2label is a list .* an object/],
  [{ id2label: { 0: 'a', 2: 'b' } }, /id2label\[1\] is absent .* a string, as all from 0 to 1/],
  [{ id2label: { 0: 'a', 1: 5 } }, /id2label\[1\] is 5/],
  [{ id2label: { toString: 'a' } }, /id2label\[0\] is absent/],
  [{ id2label: { 0: 'a', 1: 'b' }, label2id: { a: 1, b: 0 } }, /label2id\["a"\] is 1 .* 0, as in id2label/],
  [{ label2id: 'a' }, /label2id is "a" .* an object/],
  [{ sharing: 'all' }, /sharing is "all" .* an object/],
  [{ sharing: { attention_groups: 1 } }, /sharing\.ffn_groups is absent .* from 1 to 12/],
  [{ sharing: { attention_groups: 13, ffn_groups: 1 } }, /sharing\.attention_groups is 13 .* from 1 to 12/],
  [{ sharing: { attention_groups: 1, ffn_groups: 0 } }, /sharing\.ffn_groups is 0/],
  [{ sharing: { attention_groups: 1, ffn_groups: 1, mlp: 1 } }, /sharing\.mlp is 1 .* absent/],
  [{ sharing: { attention_groups: 1, ffn_groups: 2 }, inner_group_num: 2 }, /inner_group_num is 2 .* 1, as `sharing`/],
  [
    { model_type: 'bert', sharing: { attention_groups: 1, ffn_groups: 1 } },
    /model_type is "bert" .*'albert' where layers are shared/,
  ],
  [{ model_type: 'bert', num_hidden_groups: 2 }, /num_hidden_groups is 2 .* 1 where model_type is 'bert'/],
  [{ model_type: 'bert', inner_group_num: 2 }, /model_type is "bert"|inner_group_num/],
  [{ model_type: 'bert', embedding_projection: true }, /model_type is "bert" .* embeddings mapped/],
  [{ model_type: 'bert', embedding_size: 128 }, /embedding_size is 128 .* hidden_size, 768/],
  [{ model_type: 'bert', is_decoder: true }, /is_decoder is true/],
  [{ pruned_heads: { 0: [1] } }, /pruned_heads is an object .* empty/],
  [{ dtype: 16 }, /dtype is 16 .* a string/],
  [
    { hidden_size: 16384, intermediate_size: 131072, num_hidden_layers: 1024, num_hidden_groups: 1024 },
    /the number of parameters is \d+ .* at most 4294967296/,
  ],
  [{ vocab_size: 2_000_000, embedding_size: 16384 }, /the number of parameters is \d{11} .* at most/],
  [{ note: () => 1 }, /note is .* JSON/],
]

describe('refusals name field, value and what is right', () => {
  it.each(refused.map(([fields, said]) => [JSON.stringify(fields), fields, said] as const))('%s', (_, fields, said) => {
    expect(() => parseConfig(fields)).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringMatching(said) }),
    )
  })

  it.each([[null], [[]], ['{}'], [7], [undefined]])('%j is no object', json => {
    expect(() => parseConfig(json, 'my.json')).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: expect.stringMatching(/^my\.json must be a JSON object, not /),
      }),
    )
  })

  it('a long value is cut', () => {
    expect(() => parseConfig({ hidden_act: 'x'.repeat(1e6) })).toThrow(/^hidden_act is "x{40,120}\.\.\." in/)
  })
})

describe('labels', () => {
  it('num_labels names them', () => {
    const config = parseConfig({ num_labels: 3 })
    expect(config.id2label).toEqual({ 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' })
    expect(config.label2id).toEqual({ LABEL_0: 0, LABEL_1: 1, LABEL_2: 2 })
    expect(labelCount(config)).toBe(3)
    expect(config.other).toEqual({})
  })

  it('id2label decides, in the order of its numbers, and label2id follows', () => {
    const config = parseConfig({
      id2label: { 10: 'k', 0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e', 5: 'f', 6: 'g', 7: 'h', 8: 'i', 9: 'j' },
    })
    expect(labelCount(config)).toBe(11)
    expect(config.id2label[10]).toBe('k')
    expect(config.label2id['k']).toBe(10)
  })

  it('a label2id that lags behind does no harm', () => {
    const config = parseConfig({ id2label: { 0: 'no', 1: 'yes' }, label2id: { LABEL_0: 0, LABEL_1: 1 } })
    expect(config.label2id).toEqual({ no: 0, yes: 1 })
  })

  it('labels of one name are two rows all the same', () => {
    const config = parseConfig({ id2label: { 0: 'same', 1: 'same' }, label2id: { same: 1 } })
    expect(labelCount(config)).toBe(2)
  })

  it('may be called as properties of objects are', () => {
    const config = parseConfig(JSON.parse('{"id2label": {"0": "__proto__", "1": "constructor"}}'))
    expect(Object.entries(config.label2id)).toEqual([
      ['__proto__', 0],
      ['constructor', 1],
    ])
  })
})

describe('which layer uses which set', () => {
  const maps = (changes: object) => {
    const config = parseConfig({ ...small, ...changes })
    return [attentionMap(config), ffnMap(config)]
  }

  it('one group, and groups that divide the layers', () => {
    expect(maps({ num_hidden_layers: 4 })).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ])
    expect(maps({ num_hidden_layers: 6, num_hidden_groups: 2 })[0]).toEqual([0, 0, 0, 1, 1, 1])
  })

  it('groups that do not divide them: floor(i G / L)', () => {
    expect(maps({ num_hidden_layers: 6, num_hidden_groups: 4 })[0]).toEqual([0, 0, 1, 2, 2, 3])
    expect(maps({ num_hidden_layers: 7, num_hidden_groups: 3 })[1]).toEqual([0, 0, 0, 1, 1, 2, 2])
  })

  it('two maps of their own', () => {
    const sharing = { attention_groups: 2, ffn_groups: 3 }
    expect(maps({ num_hidden_layers: 3, sharing })).toEqual([
      [0, 0, 1],
      [0, 1, 2],
    ])
  })

  it('is whole numbers for every pair up to 64: rising by at most one, from 0 to the last set, evenly', () => {
    const config = parseConfig(small)
    for (let layers = 1; layers <= 64; layers++) {
      for (let groups = 1; groups <= layers; groups++) {
        const map = attentionMap({ ...config, num_hidden_layers: layers, num_hidden_groups: groups })
        const uses = new Array<number>(groups).fill(0)
        for (const [layer, set] of map.entries()) {
          uses[set]!++
          // set = floor(layer G / L), said without division.
          if (!(set * layers <= layer * groups && layer * groups < (set + 1) * layers))
            throw new Error(`${layers} ${groups}`)
        }
        const spread = Math.max(...uses) - Math.min(...uses)
        expect([map.length, map[0], map.at(-1), spread <= 1]).toEqual([layers, 0, groups - 1, true])
      }
    }
  })

  it("sharing as ALBERT's groups have it keeps ALBERT's names", () => {
    const split = (changes: object) => hasSplitNames(parseConfig({ ...small, num_hidden_layers: 4, ...changes }))
    expect(split({})).toBe(false)
    expect(split({ sharing: { attention_groups: 1, ffn_groups: 1 } })).toBe(false)
    expect(split({ num_hidden_groups: 2, sharing: { attention_groups: 2, ffn_groups: 2 } })).toBe(false)
    expect(split({ sharing: { attention_groups: 2, ffn_groups: 2 } })).toBe(true)
    expect(split({ sharing: { attention_groups: 1, ffn_groups: 4 } })).toBe(true)
  })
})

describe('there and back', () => {
  it.each([
    ['every preset', Object.values(presets)],
    [
      'labels and problem',
      [{ ...small, num_labels: 4, problem_type: 'multi_label_classification', dtype: 'bfloat16' }],
    ],
    ['maps of their own', [{ ...small, sharing: { attention_groups: 3, ffn_groups: 5 } }]],
    ['no mapping', [{ ...small, embedding_size: 48, embedding_projection: false }]],
    ['nulls', [{ ...small, pad_token_id: null, classifier_dropout_prob: null }]],
    ['BERT', [{ model_type: 'bert', classifier_dropout: 0.3 }]],
  ] as [string, object[]][])('%s', (_, list) => {
    for (const json of list) {
      const config = parseConfig(json)
      expect(parseConfig(JSON.parse(configText(config)))).toEqual(config)
      expect(parseConfig(config)).toEqual(config)
    }
  })

  it('unknown keys are kept, whatever they hold', () => {
    const unknown = { net_structure_type: 0, gap_size: null, task_params: { a: [1, { b: 'ü' }] }, layers_to_keep: [] }
    const config = parseConfig({ ...small, ...unknown })
    expect(config.other).toEqual(unknown)
    expect(serializeConfig(config)).toMatchObject(unknown)
    expect(serializeConfig(config)).not.toHaveProperty('other')
  })

  it('fields of ours are written only where they say something', () => {
    expect(Object.keys(serializeConfig(parseConfig({})))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/sharing|embedding_projection|problem_type|^dtype$|num_labels/)]),
    )
    expect(serializeConfig(parseConfig({ sharing: { attention_groups: 1, ffn_groups: 12 } }))['sharing']).toEqual({
      attention_groups: 1,
      ffn_groups: 12,
    })
    const bert = serializeConfig(parseConfig({ model_type: 'bert' }))
    for (const name of ['embedding_size', 'num_hidden_groups', 'sharing', 'embedding_projection']) {
      expect(bert).not.toHaveProperty(name)
    }
  })
})

describe('files', () => {
  const fileOf = (text: string | Uint8Array) => {
    const path = join(folder, 'config.json')
    writeFileSync(path, text)
    return path
  }

  it('a good one', async () => {
    expect(await readConfig(fileOf(JSON.stringify(small)))).toEqual(parseConfig(small))
  })

  it('none, and a folder', async () => {
    await expect(readConfig(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    await expect(readConfig(folder)).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
  })

  it.skipIf(process.platform === 'win32')('a pipe is refused, not waited for', async () => {
    const path = join(folder, 'pipe.json')
    execFileSync('mkfifo', [path])
    await expect(readConfig(path)).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
  })

  it('100 MB are refused by their size, unread', async () => {
    const path = fileOf('{}')
    truncateSync(path, 100 << 20)
    const before = process.memoryUsage().rss
    await expect(readConfig(path)).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining('104857600'),
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(50 << 20)
  })

  const deep = (open: string, inner: string, close: string) => open.repeat(100_000) + inner + close.repeat(100_000)
  it.each([
    ['nothing', ''],
    ['half an object', '{"hidden_size": 4'],
    ['a list', '[]'],
    ['text that is not UTF-8', Buffer.from('{"a": "\xff"}', 'latin1')],
    ['lists 100 000 deep', deep('[', '', ']')],
    ['a field 100 000 deep', `{"hidden_size": ${deep('[', '', ']')}}`],
    ['an unknown field 100 000 deep', `{"note": ${deep('{"a":', '1', '}')}}`],
    ['labels 100 000 deep', `{"id2label": {"0": ${deep('[', '', ']')}}}`],
    ['100 000 layers of JSON in sharing', `{"sharing": {"attention_groups": ${deep('[', '', ']')}}}`],
  ])('%s', async (_, text) => {
    const path = fileOf(text)
    await expect(readConfig(path)).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining(path),
    })
  })

  it('a circle cannot come from a file, but from a program', () => {
    const circle: Record<string, unknown> = { ...small }
    circle['self'] = circle
    expect(() => parseConfig(circle)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
  })

  it('__proto__ is a name like any other and changes nothing', async () => {
    const config = await readConfig(
      fileOf('{"__proto__": {"hidden_size": 8, "polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
    )
    expect(config.hidden_size).toBe(4096)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.keys(config.other).sort()).toEqual(['__proto__', 'constructor'])
    expect(configText(config)).toContain('"__proto__"')
  })

  it('2000 mutations of a file: read, or refused with a typed error', async () => {
    const random = seededRandom(99)
    const at = (end: number) => Math.floor(random() * end)
    const text = configText(parseConfig({ ...small, num_labels: 3, sharing: { attention_groups: 1, ffn_groups: 2 } }))
    const words = ['null', '-1', '1e308', '[]', '{}', '"', ',', '}', '0.5', '1e999', '"sharing":', '\\u0000', 'é']
    let refusals = 0
    for (let i = 0; i < 2000; i++) {
      let changed = text
      for (let n = 1 + at(2); n > 0; n--) {
        const place = at(changed.length)
        changed = changed.slice(0, place) + words[at(words.length)] + changed.slice(place + at(6))
      }
      try {
        const config = parseConfig(JSON.parse(changed))
        expect(parseConfig(JSON.parse(configText(config)))).toEqual(config)
      } catch (error) {
        if (!(error instanceof SyntaxError) && !(isAlbertError(error) && error.code === 'INVALID_CONFIG')) throw error
        refusals++
      }
    }
    expect(refusals).toBeGreaterThan(1000)
    expect(refusals).toBeLessThan(2000)
  })
})
