// The list of tensors: equal to the golden cases, equal to the addon's own list, and BERT's names both ways.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canonicalName, expectedParameters, isHeadParameter, savedName } from '../../../lib/checkpoint/names.js'
import { type HeadName, parseConfig } from '../../../lib/config.js'
import { nativeConfig } from '../../../lib/engine.js'
import { nativeAddon } from '../../../lib/native-loader.js'
import { presets } from '../../../lib/presets.js'
import { caseNames, readSafetensors } from '../../golden/numeric-case.js'

const golden = join(import.meta.dirname, '../../golden/numeric')

const headOfClass: Record<string, HeadName> = {
  AlbertModel: 'none',
  BertModel: 'none',
  SharedModel: 'none',
  DropoutModel: 'none',
  AlbertForMaskedLM: 'masked_lm',
  AlbertForPreTraining: 'pretraining',
  AlbertForSequenceClassification: 'sequence_classification',
  AlbertForTokenClassification: 'token_classification',
  AlbertForQuestionAnswering: 'question_answering',
  AlbertForMultipleChoice: 'multiple_choice',
  Squad2: 'squad2',
}

interface Description {
  cls: string
  config: Record<string, unknown>
  num_labels?: number
  bert_names?: Record<string, string>
}

function describeCase(name: string) {
  const text = readFileSync(join(golden, `${name}.json`), 'utf8')
  const { cls, config, num_labels, bert_names } = JSON.parse(text) as Description
  return {
    head: headOfClass[cls]!,
    config: parseConfig({ ...config, ...(num_labels ? { num_labels } : {}) }),
    bert_names,
  }
}

const shapesOf = (list: { name: string; shape: number[] }[]) =>
  Object.fromEntries(list.map(({ name, shape }) => [name, shape.join('x')]).sort())

const nativeList = (config: ReturnType<typeof parseConfig>, head: HeadName) =>
  new (nativeAddon().Model)(nativeConfig(config, head), {
    dtype: 'fp32',
    quality: 'fast',
    isa: '',
    threads: 1,
    schedule: 'auto',
  }).parameters()

const saved = (name: string, config: ReturnType<typeof parseConfig>, head: HeadName) => savedName(name, config, head)

describe('every golden case', () => {
  it('there are some of each head', () => {
    expect(new Set(caseNames.map(name => describeCase(name).head)).size).toBe(8)
  })

  it.each(caseNames)('%s: names and shapes of the file, and of the addon', name => {
    const { head, config } = describeCase(name)
    const file = [...readSafetensors(join(golden, `${name}.safetensors`))]
      .filter(([key]) => key.startsWith('param.'))
      .map(([key, { entry }]) => ({ name: canonicalName(key.slice('param.'.length), config), shape: entry.shape }))
    const expected = expectedParameters(config, head)
    expect(shapesOf(expected)).toEqual(shapesOf(file))
    expect(shapesOf(nativeList(config, head))).toEqual(shapesOf(expected))
  })

  // SQuAD 2's head is of the original and has no class in transformers: its golden case names the bare encoder.
  const named = caseNames.filter(name => name !== 'squad2_head')
  it.each(named)('%s: what is saved is named as in the file', name => {
    const { head, config } = describeCase(name)
    const file = [...readSafetensors(join(golden, `${name}.safetensors`)).keys()].filter(key =>
      key.startsWith('param.'),
    )
    expect(
      expectedParameters(config, head)
        .map(each => `param.${saved(each.name, config, head)}`)
        .sort(),
    ).toEqual(file.sort())
  })
})

describe('every head of every kind of sharing has the list of the addon', () => {
  const tiny = { vocab_size: 19, embedding_size: 8, hidden_size: 16, num_attention_heads: 2, intermediate_size: 24 }
  const rest = { num_hidden_layers: 4, max_position_embeddings: 10, num_labels: 3 }
  const heads = [...new Set(Object.values(headOfClass))]
  it.each([
    ['ALBERT', {}],
    ['groups', { num_hidden_groups: 3 }],
    ['inner blocks', { num_hidden_groups: 2, inner_group_num: 2 }],
    ['maps of their own', { sharing: { attention_groups: 3, ffn_groups: 2 } }],
    ['maps equal to the groups', { num_hidden_groups: 2, sharing: { attention_groups: 2, ffn_groups: 2 } }],
    ['no mapping', { embedding_size: 16, embedding_projection: false }],
    ['BERT', { model_type: 'bert', embedding_size: 16 }],
    ['BERT of one layer', { model_type: 'bert', embedding_size: 16, num_hidden_layers: 1 }],
  ])('%s', (_, changes) => {
    const config = parseConfig({ ...tiny, ...rest, ...changes })
    for (const head of heads) {
      expect(shapesOf(nativeList(config, head)), head).toEqual(shapesOf(expectedParameters(config, head)))
    }
  })
})

describe('names in files', () => {
  const albert = parseConfig(presets.albertBaseV2)

  it('carry `albert.` before what is not the head, and none in the bare model', () => {
    const word = 'embeddings.word_embeddings.weight'
    expect(savedName(word, albert, 'none')).toBe(word)
    expect(savedName(word, albert, 'masked_lm')).toBe(`albert.${word}`)
    expect(savedName('pooler.bias', albert, 'pretraining')).toBe('albert.pooler.bias')
    expect(savedName('predictions.bias', albert, 'masked_lm')).toBe('predictions.bias')
    expect(savedName('qa_outputs.weight', albert, 'question_answering')).toBe('qa_outputs.weight')
  })

  it.each(['none', 'masked_lm', 'pretraining', 'sequence_classification', 'squad2'] as const)(
    'come back from what is saved, head %s',
    head => {
      for (const preset of ['albertBaseV2', 'bertBase'] as const) {
        const config = parseConfig(presets[preset])
        const list = expectedParameters(config, head)
        const files = list.map(({ name }) => savedName(name, config, head))
        expect(files.map(name => canonicalName(name, config))).toEqual(list.map(({ name }) => name))
        expect(new Set(files).size).toBe(list.length)
      }
    },
  )

  it('lose one prefix, never two, and only as a whole word', () => {
    expect(canonicalName('albert.pooler.bias', albert)).toBe('pooler.bias')
    expect(canonicalName('albert.albert.pooler.bias', albert)).toBe('albert.pooler.bias')
    expect(canonicalName('alberto.pooler.bias', albert)).toBe('alberto.pooler.bias')
  })

  it('tell heads from the encoder', () => {
    expect(['pooler.weight', 'encoder.x', 'embeddings.x'].some(isHeadParameter)).toBe(false)
    expect(['predictions.bias', 'classifier.weight', 'sop_classifier.classifier.bias'].every(isHeadParameter)).toBe(
      true,
    )
  })
})

describe("BERT's names", () => {
  it('are those of BertModel, both ways', () => {
    const { config: albert, bert_names } = describeCase('share_bert')
    const config = parseConfig({ ...albert, sharing: null, embedding_projection: false, model_type: 'bert' })
    const pairs = Object.entries(bert_names!)
    expect(pairs.length).toBeGreaterThan(30)
    const ours = expectedParameters(config, 'none').map(({ name }) => name)
    expect(ours.map(name => savedName(name, config, 'none')).sort()).toEqual(pairs.map(([, bert]) => bert).sort())
    for (const [name, bert] of pairs) {
      expect(canonicalName(bert, config)).toBe(name)
      expect(savedName(name, config, 'none')).toBe(bert)
    }
  })

  it('of the heads, and the spelling of older files', () => {
    const config = parseConfig(presets.bertBase)
    const pairs = [
      ['cls.predictions.bias', 'predictions.bias'],
      ['cls.predictions.transform.dense.weight', 'predictions.dense.weight'],
      ['cls.predictions.transform.LayerNorm.bias', 'predictions.LayerNorm.bias'],
      ['cls.seq_relationship.weight', 'sop_classifier.classifier.weight'],
      ['bert.pooler.dense.weight', 'pooler.weight'],
      ['bert.encoder.layer.11.attention.self.query.weight', 'encoder.attention_groups.11.query.weight'],
    ] as const
    for (const [bert, ours] of pairs) {
      expect(canonicalName(bert, config)).toBe(ours)
      expect(savedName(ours, config, 'pretraining')).toBe(bert)
    }
    expect(canonicalName('bert.embeddings.LayerNorm.gamma', config)).toBe('embeddings.LayerNorm.weight')
    expect(canonicalName('cls.predictions.transform.LayerNorm.beta', config)).toBe('predictions.LayerNorm.bias')
    expect(canonicalName('cls.predictions.decoder.weight', config)).toBe('predictions.decoder.weight')
  })
})
