// What each head takes and gives: shapes, labels, losses, hidden positions. Values against transformers are in test/golden.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  AlbertForMaskedLM,
  AlbertForMultipleChoice,
  AlbertForPreTraining,
  AlbertForQuestionAnswering,
  AlbertForSequenceClassification,
  AlbertForSquad2,
  AlbertForTokenClassification,
  AlbertModel,
} from '../../lib/heads.js'
import { Tensor } from '../../lib/tensor.js'
import { someIds, tinyConfig } from './models.js'

const refusal = (message: string, code = 'INVALID_INPUT') =>
  expect.objectContaining({ name: 'AlbertError', code, message: expect.stringContaining(message) })
const input_ids = someIds(2, 6)
const right = [
  [1, 1, 1, 1, 0, 0],
  [1, 1, 1, 1, 1, 1],
]
const left = [
  [0, 0, 1, 1, 1, 1],
  [1, 1, 1, 1, 1, 1],
]
/** Mean negative log-likelihood, the plain way. */
const crossEntropy = (rows: number[][], labels: number[]): number => {
  const kept = rows.flatMap((row, i) => {
    if (labels[i] === -100) return []
    const largest = Math.max(...row)
    return [Math.log(row.reduce((sum, x) => sum + Math.exp(x - largest), 0)) + largest - row[labels[i]!]!]
  })
  return kept.reduce((a, b) => a + b, 0) / kept.length
}

describe('AlbertModel', () => {
  let model: AlbertModel
  beforeAll(async () => {
    model = await AlbertModel.from_config(tinyConfig, { dtype: 'fp64' })
  })
  afterAll(() => model.dispose())

  it('answers with the names and shapes of transformers', async () => {
    const outputs = await model({ input_ids }, { output_hidden_states: true, output_attentions: true })
    expect(Object.keys(outputs).sort()).toEqual(['attentions', 'hidden_states', 'last_hidden_state', 'pooler_output'])
    expect(outputs.last_hidden_state.dims).toEqual([2, 6, 48])
    expect(outputs.pooler_output.dims).toEqual([2, 48])
    expect(outputs.hidden_states!.map(({ dims }) => dims)).toEqual(Array(4).fill([2, 6, 48]))
    expect(outputs.attentions!.map(({ dims }) => dims)).toEqual(Array(3).fill([2, 4, 6, 6]))
    expect(outputs.hidden_states![3]!.data).toEqual(outputs.last_hidden_state.data)
    expect(Object.keys(await model({ input_ids })).sort()).toEqual(['last_hidden_state', 'pooler_output'])
  })

  it('leaves hidden positions out: rows, columns of attention and hidden states are zero there', async () => {
    const inputs = { input_ids, attention_mask: right }
    const options = { output_hidden_states: true, output_attentions: true }
    const all = await model(inputs, { ...options, compute_padding: true })
    const some = await model(inputs, options)
    for (const pick of [
      (o: typeof all) => o.last_hidden_state,
      (o: typeof all) => o.hidden_states![0]!,
      (o: typeof all) => o.hidden_states![2]!,
    ]) {
      expect(
        pick(some)
          .slice(0, [4, null])
          .data.every(x => x === 0),
      ).toBe(true)
      expect(
        pick(all)
          .slice(0, [4, null])
          .data.every(x => x !== 0),
      ).toBe(true)
      expect(pick(some).slice(0, [0, 4]).data).toEqual(pick(all).slice(0, [0, 4]).data)
      expect(pick(some).slice(1).data).toEqual(pick(all).slice(1).data)
    }
    const [a, b] = [all.attentions![1]!, some.attentions![1]!]
    expect(b.slice(0, null, [0, 4]).data).toEqual(a.slice(0, null, [0, 4]).data)
    expect(a.slice(0, null, [4, null], [0, 4]).data.every(x => x > 0)).toBe(true)
    expect(b.slice(0, null, [4, null]).data.every(x => x === 0)).toBe(true)
    expect(b.slice(1).data).toEqual(a.slice(1).data)
  })

  it('pools position 0 of a text padded on the left, and does not shift positions', async () => {
    const all = await model({ input_ids, attention_mask: left }, { compute_padding: true })
    const some = await model({ input_ids, attention_mask: left })
    expect(some.pooler_output.data).toEqual(all.pooler_output.data)
    expect(some.last_hidden_state.slice(0, [2, null]).data).toEqual(all.last_hidden_state.slice(0, [2, null]).data)
    const explicit = await model({
      input_ids: [input_ids[0]!.slice(2)],
      position_ids: [[2, 3, 4, 5]],
    })
    expect(explicit.last_hidden_state.data).toEqual(some.last_hidden_state.slice(0, [2, null]).data)
  })

  it('takes the embeddings of ids for the ids', async () => {
    const table = model.parameters().get('embeddings.word_embeddings.weight')!.data()
    const inputs_embeds = input_ids.map(row => row.map(id => table.subarray(id * 16, id * 16 + 16)))
    const byIds = await model({ input_ids })
    const byEmbeddings = await model({ inputs_embeds })
    expect(byEmbeddings.last_hidden_state.data).toEqual(byIds.last_hidden_state.data)
  })

  it('takes int64 tensors, as tokenizers of transformers.js give them', async () => {
    const tensor = new Tensor('int64', BigInt64Array.from(input_ids.flat(), BigInt), [2, 6])
    const mask = new Tensor('int64', BigInt64Array.from(right.flat(), BigInt), [2, 6])
    const a = await model({ input_ids: tensor, attention_mask: mask, token_type_ids: undefined as never })
    const b = await model({ input_ids, attention_mask: right })
    expect(a.pooler_output.data).toEqual(b.pooler_output.data)
  })

  it('rejects, naming value and place', async () => {
    await expect(model({ input_ids: [[1, 99]] })).rejects.toThrow(refusal('input_ids[0][1] is 99'))
    await expect(model({ input_ids: someIds(1, 65) })).rejects.toThrow(
      refusal('the model has 64 positions', 'TOO_LONG'),
    )
    await expect(model(undefined as never)).rejects.toThrow(refusal('inputs'))
  })
})

describe('AlbertForMaskedLM', () => {
  let model: AlbertForMaskedLM
  beforeAll(async () => {
    model = await AlbertForMaskedLM.from_config(tinyConfig, { dtype: 'fp64' })
  })
  afterAll(() => model.dispose())
  const labels = [
    [-100, 7, -100, -100, 3, -100],
    [-100, -100, 0, -100, -100, -100],
  ]

  it('means the loss over the labelled positions, hidden ones among them', async () => {
    const inputs = { input_ids, attention_mask: right, labels }
    const { logits, loss } = await model(inputs)
    expect(logits.dims).toEqual([2, 6, 99])
    expect(loss!.dims).toEqual([])
    const rows = (logits.tolist() as number[][][]).flat()
    expect(loss!.item()).toBeCloseTo(crossEntropy(rows, labels.flat()), 12)
    const all = await model(inputs, { compute_padding: true })
    expect(loss!.item()).toBe(all.loss!.item())
    expect(logits.slice(0, 4).data).toEqual(all.logits.slice(0, 4).data)
    expect(logits.slice(0, 5).data.every(x => x === 0)).toBe(true)
  })

  it('has no loss without labels, and NaN when none counts', async () => {
    expect((await model({ input_ids })).loss).toBeUndefined()
    const none = input_ids.map(row => row.map(() => -100))
    expect((await model({ input_ids, labels: none })).loss!.item()).toBeNaN()
  })

  it.each([
    [
      'beyond the vocabulary',
      [[99, 0, 0, 0, 0, 0], labels[1]!],
      'labels[0][0] is 99; it must be a class, 0 to 98, or -100',
    ],
    ['negative, but not -100', [labels[0]!, [0, -1, 0, 0, 0, 0]], 'labels[1][1] is -1'],
    ['of another shape', [[1, 2]], 'labels has the shape [1, 2]; it must be as the tokens, here [2, 6].'],
  ])('refuses labels %s', async (_, wrong, message) => {
    await expect(model({ input_ids, labels: wrong })).rejects.toThrow(refusal(message))
  })
})

describe('AlbertForTokenClassification', () => {
  it('gives logits a token and the mean loss over the labelled ones', async () => {
    await using model = await AlbertForTokenClassification.from_config(withLabels(3), { dtype: 'fp64' })
    const labels = [
      [0, 1, 2, -100, -100, -100],
      [2, -100, -100, -100, -100, 1],
    ]
    const { logits, loss } = await model({ input_ids, attention_mask: right, labels })
    expect(logits.dims).toEqual([2, 6, 3])
    expect(loss!.item()).toBeCloseTo(crossEntropy((logits.tolist() as number[][][]).flat(), labels.flat()), 12)
    await expect(model({ input_ids, labels: someIds(2, 6) })).rejects.toThrow(refusal('a class, 0 to 2'))
  })
})

describe('AlbertForPreTraining', () => {
  it('adds the two losses, and wants both kinds of labels', async () => {
    await using model = await AlbertForPreTraining.from_config(tinyConfig, { dtype: 'fp64' })
    const labels = input_ids.map(row => row.map((id, column) => (column % 3 ? -100 : id)))
    const outputs = await model({ input_ids, labels, sentence_order_label: [1, 0] })
    expect(outputs.prediction_logits.dims).toEqual([2, 6, 99])
    expect(outputs.sop_logits.dims).toEqual([2, 2])
    const words = crossEntropy((outputs.prediction_logits.tolist() as number[][][]).flat(), labels.flat())
    const order = crossEntropy(outputs.sop_logits.tolist() as number[][], [1, 0])
    expect(outputs.mlm_loss!.item()).toBeCloseTo(words, 12)
    expect(outputs.sop_loss!.item()).toBeCloseTo(order, 12)
    expect(outputs.loss!.item()).toBeCloseTo(words + order, 12)
    await expect(model({ input_ids, labels })).rejects.toThrow(refusal('labels without sentence_order_label'))
    await expect(model({ input_ids, sentence_order_label: [0, 1] })).rejects.toThrow(
      refusal('sentence_order_label without labels'),
    )
    await expect(model({ input_ids, labels, sentence_order_label: [0, 2] })).rejects.toThrow(
      refusal('sentence_order_label[1] is 2'),
    )
  })
})

describe('AlbertForSequenceClassification', () => {
  const logitsOf = async (model: AlbertForSequenceClassification) =>
    (await model({ input_ids })).logits.tolist() as number[][]

  it('with one class is a regression: [B] against [B]', async () => {
    await using model = await AlbertForSequenceClassification.from_config(withLabels(1), { dtype: 'fp64' })
    const [[a], [b]] = (await logitsOf(model)) as [[number], [number]]
    for (const labels of [[0.5, 2], [[0.5], [2]], Float32Array.of(0.5, 2)]) {
      const { loss } = await model({ input_ids, labels })
      expect(loss!.item()).toBeCloseTo(((a - 0.5) ** 2 + (b - 2) ** 2) / 2, 12)
    }
    expect(model.config.problem_type).toBe('regression')
  })

  it.each<[string, number[] | Int32Array | BigInt64Array | Tensor]>([
    ['plain numbers', [2, 0]],
    ['an Int32Array', Int32Array.of(2, 0)],
    ['an int64 tensor', new Tensor('int64', BigInt64Array.of(2n, 0n), [2])],
  ])('with whole labels chooses one class: %s', async (_, labels) => {
    await using model = await AlbertForSequenceClassification.from_config(withLabels(3), { dtype: 'fp64' })
    const { loss } = await model({ input_ids, labels })
    expect(loss!.item()).toBeCloseTo(crossEntropy(await logitsOf(model), [2, 0]), 12)
    expect(model.config.problem_type).toBe('single_label_classification')
    await expect(model({ input_ids, labels: [3, 0] })).rejects.toThrow(refusal('labels[0] is 3'))
    await expect(model({ input_ids, labels: [0.5, 0] })).rejects.toThrow(refusal('labels[0] is 0.5'))
  })

  it('with a number for each class decides each on its own', async () => {
    await using model = await AlbertForSequenceClassification.from_config(withLabels(3), { dtype: 'fp64' })
    const labels = [
      [1, 0, 0.25],
      [0, 1, 1],
    ]
    const { loss } = await model({ input_ids, labels })
    const logits = (await logitsOf(model)).flat()
    const each = labels.flat().map((y, i) => Math.log1p(Math.exp(logits[i]!)) - y * logits[i]!)
    expect(loss!.item()).toBeCloseTo(each.reduce((a, b) => a + b) / 6, 12)
    expect(model.config.problem_type).toBe('multi_label_classification')
    await expect(model({ input_ids, labels: [1, 0] })).rejects.toThrow(refusal('labels has the shape [2]'))
  })

  it('follows problem_type of the configuration', async () => {
    const config = { ...withLabels(2), problem_type: 'regression' as const }
    await using model = await AlbertForSequenceClassification.from_config(config, { dtype: 'fp64' })
    const labels = [
      [1, 0],
      [0, 1],
    ]
    const { loss } = await model({ input_ids, labels })
    const squares = (await logitsOf(model)).flat().map((x, i) => (x - labels.flat()[i]!) ** 2)
    expect(loss!.item()).toBeCloseTo(squares.reduce((a, b) => a + b) / 4, 12)
  })

  it('settles the problem only by labels that it could use', async () => {
    await using model = await AlbertForSequenceClassification.from_config(withLabels(3))
    await expect(model({ input_ids, labels: [7, 0] })).rejects.toThrow(refusal('labels[0] is 7'))
    expect(model.config.problem_type ?? undefined).toBeUndefined()
    await model({
      input_ids,
      labels: [
        [1, 0, 0],
        [0, 0, 1],
      ],
    })
    expect(model.config.problem_type).toBe('multi_label_classification')
  })
})

describe('AlbertForQuestionAnswering', () => {
  it('clamps positions: negative ones count as 0, those beyond the text do not count', async () => {
    await using model = await AlbertForQuestionAnswering.from_config(tinyConfig, { dtype: 'fp64' })
    const { start_logits, end_logits, loss } = await model({
      input_ids,
      start_positions: [-3, 6],
      end_positions: [5, 2],
    })
    expect(start_logits.dims).toEqual([2, 6])
    const start = crossEntropy(start_logits.tolist() as number[][], [0, -100])
    const end = crossEntropy(end_logits.tolist() as number[][], [5, 2])
    expect(loss!.item()).toBeCloseTo((start + end) / 2, 12)
    await expect(model({ input_ids, start_positions: [0, 0] })).rejects.toThrow(
      refusal('start_positions without end_positions'),
    )
    await expect(model({ input_ids, start_positions: [0, 0.5], end_positions: [0, 0] })).rejects.toThrow(
      refusal('start_positions[1] is 0.5'),
    )
    await expect(model({ input_ids, start_positions: [0], end_positions: [0, 0] })).rejects.toThrow(
      refusal('start_positions has the shape [1]'),
    )
  })

  it('normalises over the packed positions, a labelled hidden one among them', async () => {
    await using model = await AlbertForQuestionAnswering.from_config(tinyConfig, { dtype: 'fp64' })
    const inputs = { input_ids, attention_mask: right, start_positions: [[1], [0]], end_positions: [[5], [3]] }
    const { start_logits, end_logits, loss } = await model(inputs)
    const rows = (logits: Tensor) => {
      const [first, second] = logits.tolist() as [number[], number[]]
      return [first.filter((_, column) => column !== 4), second]
    }
    const start = crossEntropy(rows(start_logits), [1, 0])
    const end = crossEntropy(rows(end_logits), [4, 3])
    expect(loss!.item()).toBeCloseTo((start + end) / 2, 12)
    expect((start_logits.tolist() as number[][])[0]![4]).toBe(0)
  })
})

describe('AlbertForMultipleChoice', () => {
  it('scores the choices of each question', async () => {
    await using model = await AlbertForMultipleChoice.from_config(tinyConfig, { dtype: 'fp64' })
    const questions = [someIds(3, 5), someIds(6, 5).slice(3)]
    const { logits, loss } = await model({ input_ids: questions, labels: [2, 0] })
    expect(logits.dims).toEqual([2, 3])
    expect(loss!.item()).toBeCloseTo(crossEntropy(logits.tolist() as number[][], [2, 0]), 12)
    await expect(model({ input_ids: questions, labels: [3, 0] })).rejects.toThrow(
      refusal('labels[0] is 3; it must be a class, 0 to 2'),
    )
    await expect(model({ input_ids })).rejects.toThrow(refusal('it must be [questions, choices, positions]'))
  })
})

describe('AlbertForSquad2', () => {
  it('lets no answer lie where p_mask or the attention mask says so', async () => {
    await using model = await AlbertForSquad2.from_config(tinyConfig, { dtype: 'fp64' })
    const byMask = await model({ input_ids, attention_mask: right })
    expect(byMask.start_log_probs.slice(0, [4, null]).tolist()).toEqual([-1e30, -1e30])
    const p_mask = [
      [0, 1, 1, 0, 1, 1],
      [0, 0, 0, 0, 0, 0],
    ]
    const { start_log_probs, start_top_index, end_top_index, cls_logits } = await model({
      input_ids,
      attention_mask: right,
      p_mask,
    })
    const probabilities = (start_log_probs.tolist() as number[][])[0]!.map(Math.exp)
    expect(probabilities.map(p => p > 0)).toEqual([true, false, false, true, false, false])
    expect(probabilities[0]! + probabilities[3]!).toBeCloseTo(1, 12)
    expect(start_top_index.dims).toEqual([2, 5])
    expect(end_top_index.dims).toEqual([2, 25])
    expect([...start_top_index.slice(0, [0, 2]).data].sort()).toEqual([0, 3])
    expect(cls_logits.dims).toEqual([2])
  })

  it('gives columns of the padded text, -1 where the text has fewer', async () => {
    await using model = await AlbertForSquad2.from_config(tinyConfig, { dtype: 'fp64' })
    const attention_mask = [[0, 0, 1, 1, 0, 0]]
    const { start_top_index, start_top_log_probs } = await model({ input_ids: [input_ids[0]!], attention_mask })
    // Column 0 is there for the answerability, but cannot begin an answer.
    expect([...start_top_index.data].sort()).toEqual([-1, -1, 0, 2, 3])
    expect(start_top_log_probs.data[2]).toBeLessThan(-1e29)
  })

  it('wants whole sets of labels inside the text, and counts of beams that exist', async () => {
    await using model = await AlbertForSquad2.from_config(tinyConfig)
    const start_positions = [0, 1]
    const end_positions = [0, 2]
    expect((await model({ input_ids, start_positions })).end_log_probs!.dims).toEqual([2, 6])
    const outputs = await model({ input_ids, start_positions, end_positions, is_impossible: [1, 0] })
    const [start, end, answer] = [outputs.start_loss!.item(), outputs.end_loss!.item(), outputs.answer_loss!.item()]
    expect(outputs.loss!.item()).toBeCloseTo((start + end + answer) / 2, 5)
    await expect(model({ input_ids, end_positions })).rejects.toThrow(
      refusal('A loss needs start_positions, end_positions and is_impossible'),
    )
    await expect(model({ input_ids, start_positions, end_positions })).rejects.toThrow(refusal('is_impossible'))
    await expect(model({ input_ids, start_positions: [0, 6] })).rejects.toThrow(
      refusal('start_positions[1] is 6; it must be a column, 0 to 5.'),
    )
    await expect(model({ input_ids }, { start_n_top: 7 })).rejects.toThrow(refusal('start_n_top is 7'))
  })
})

function withLabels(count: number) {
  return { ...tinyConfig, id2label: Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `LABEL_${i}`])) }
}
