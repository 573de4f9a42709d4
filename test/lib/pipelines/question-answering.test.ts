// Answers: against transformers' own pipeline (4.57; later ones have none), in windows, and in any company.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bestSpans, type SpanScores, spanScores, spansWithin } from '../../../lib/pipelines/answer-spans.js'
import {
  pipeline,
  type QuestionAnswer,
  type QuestionAnsweringOptions,
  type QuestionAnsweringPipeline,
} from '../../../lib/pipelines/index.js'
import { AlbertForSquad2 } from '../../../lib/squad2.js'
import { fixture } from './fixture.js'

interface Case {
  question: string
  context: string
  options: QuestionAnsweringOptions
  /** By transformers' own pipeline, with `align_to_words: False`. */
  stock: QuestionAnswer | QuestionAnswer[]
  /** Likewise, but a span is one answer, told once with its best score, and none ends with a lone mark: where that differs. */
  spans?: QuestionAnswer | QuestionAnswer[]
}

const { folder, expected } = fixture<{ cases: Case[] }>('question-answering')
const questions = [...new Set(expected.cases.map(each => each.question))]
const contexts = [...new Set(expected.cases.map(each => each.context))]
const long = contexts.find(each => each.length > 300)!
const asked = questions.flatMap(question => contexts.map(context => ({ question, context })))

let qa: QuestionAnsweringPipeline
beforeAll(async () => {
  qa = await pipeline('question-answering', folder)
})
afterAll(() => qa.dispose())

describe('as transformers says', () => {
  const named = expected.cases.map(each => ({
    ...each,
    name: `${JSON.stringify(each.options)} ${each.question.slice(0, 5)} ${each.context.slice(0, 20)}`,
  }))
  test.each(named)('$name', async ({ question, context, options, stock, spans = stock }) => {
    const own = { doc_stride: 20, ...options, offsets: 'codepoint' as const }
    const found = await qa(question, context, own as { top_k: 4 })
    expect(Array.isArray(found)).toBe((options.top_k ?? 1) > 1)
    expect([found].flat()).toEqual([spans].flat().map(each => ({ ...each, score: expect.closeTo(each.score, 5) })))
  })

  test('the windows of a long text were among them', () => {
    expect(qa.tokenizer.encode(long).length).toBeGreaterThan(2 * 64)
    expect(expected.cases.filter(each => each.spans && each.context === long).length).toBeGreaterThan(3)
  })
})

describe('spans', () => {
  const all = (first: number, last: number): string => `${first} ${last}`
  const bestOf = (scores: SpanScores, longest: number, count: number, name: typeof all = all) =>
    bestSpans(spansWithin(scores, longest), count, name)

  test('an answer does not end before it begins, and has at most so many tokens', () => {
    // The likeliest end stands before the likeliest start.
    const scores = spanScores([-9, 0, 0, 5, 0], [-9, 0, 5, 0, 1])
    expect(bestOf(scores, 15, 1)).toMatchObject([{ first: 2, last: 3 }])
    expect(bestOf(scores, 1, 1)).toMatchObject([{ first: 2, last: 2 }])
    expect(bestOf(scores, 15, 99)).toHaveLength(10)
    expect(
      bestOf(scores, 2, 99)
        .map(({ first, last }) => last - first)
        .sort(),
    ).toEqual([0, 0, 0, 0, 1, 1, 1])
  })

  test('the probabilities are shared by the context and the place for no answer only', () => {
    const { noAnswer, start, end } = spanScores([1, 1, 1], [0, 0, 0])
    expect([noAnswer, ...start, ...end]).toEqual(
      [1 / 9, 1 / 3, 1 / 3, 1 / 3, 1 / 3].map(each => expect.closeTo(each, 12)),
    )
    expect(spanScores([-Infinity, 0, 0], [-Infinity, 0, 0])).toMatchObject({
      noAnswer: 0,
      start: new Float64Array([0.5, 0.5]),
    })
  })

  test('spans of one name are one answer, with the better score; others take their places', () => {
    const scores = spanScores([-9, 3, 2, 1], [-9, 3, 2, 1])
    expect(bestOf(scores, 1, 2).map(each => each.first)).toEqual([0, 1])
    expect(bestOf(scores, 1, 2, first => (first < 2 ? 'same' : 'other')).map(each => each.first)).toEqual([0, 2])
  })
})

describe('shapes', () => {
  const [question, context] = [questions[0]!, contexts[0]!]

  test('one answer, or with top_k a list', async () => {
    const one = await qa(question, context)
    expect(Object.keys(one)).toEqual(['answer', 'score', 'start', 'end'])
    expect(context.slice(one.start, one.end)).toBe(one.answer)
    const three = await qa(question, context, { top_k: 3 })
    expect(three).toHaveLength(3)
    expect(three[0]).toEqual(one)
    expect(await qa({ question, context })).toEqual(one)
    expect(await qa({ question, context }, { top_k: 3 })).toEqual(three)
  })

  test('lists of questions and contexts, or of both together', async () => {
    const lists = [asked.map(each => each.question), asked.map(each => each.context)] as const
    const found = await qa(...lists)
    expect(await qa(asked)).toEqual(found)
    expect(await qa.each(asked)).toEqual(found)
    expect(await qa(...lists, { top_k: 2 })).toEqual(await qa.each(asked, { top_k: 2 }))
    expect(await qa([], [])).toEqual([])
    expect(await qa([])).toEqual([])
  })

  test('a question has the same answers alone, in any list, in any order and any batch size', async () => {
    for (const options of [{ top_k: 1 }, { top_k: 5, doc_stride: 12, handle_impossible_answer: true }]) {
      const together = await qa.each([...asked].reverse(), options)
      const alone = []
      for (const each of [...asked].reverse()) alone.push(...(await qa.each([each], options)))
      expect(together).toEqual(alone)
      expect(await qa.each([...asked].reverse(), { ...options, batch_size: 3 })).toEqual(alone)
    }
  })

  test('no answer competes where it may', async () => {
    const found = await qa(question, context, { top_k: 1e6, max_answer_len: 1e6, handle_impossible_answer: true })
    const [empty, ...others] = found.filter(each => each.answer === '')
    expect(empty).toMatchObject({ start: 0, end: 0 })
    expect(others).toEqual([])
    expect(await qa(question, context, { top_k: 1e6, max_answer_len: 1e6 })).toEqual(
      found.filter(each => each !== empty),
    )
    // [CLS] takes its share of both.
    expect(found.reduce((sum, each) => sum + each.score, 0)).toBeLessThan(1)
  })
})

describe('long texts', () => {
  test('are read to their end: an answer behind the last position is found', async () => {
    const found = await qa(questions[0]!, long, { top_k: 5000 })
    expect(Math.max(...found.map(each => each.end))).toBe(long.length)
    expect(found.every(each => each.truncated === undefined && long.slice(each.start, each.end) === each.answer)).toBe(
      true,
    )
    await expect(qa(questions[0]!, long, { truncation: false })).rejects.toMatchObject({
      code: 'TOO_LONG',
      message: expect.stringMatching(
        /^The question with its context has \d+ tokens, special tokens included; at most 64/,
      ),
    })
  })

  test('a question is cut, and that is said', async () => {
    const cuts: unknown[] = []
    const options = { max_question_len: 2, onTruncated: cuts.push.bind(cuts) }
    const found = await qa([{ question: 'The', context: 'king' }, ...asked.slice(0, 1)], options)
    expect(cuts).toEqual([{ index: 1, limit: 2 }])
    expect(found.map(each => each.truncated)).toEqual([undefined, true])
    const first = qa.tokenizer.decode(qa.tokenizer.encode(questions[0]!).slice(1, 3))
    expect(found[1]).toEqual({ ...(await qa(first, contexts[0]!)), truncated: true })
    await expect(qa(asked, { max_question_len: 2, truncation: false })).rejects.toMatchObject({
      code: 'TOO_LONG',
      message: expect.stringMatching(/^Question 0 has \d+ tokens; at most 2 are read \(max_question_len\)\.$/),
    })
  })

  test('a question as long as the model leaves half of it to the context', async () => {
    const words = 'the '.repeat(100)
    const found = await qa(words, long, { onTruncated: () => {} })
    expect(found.truncated).toBe(true)
    await expect(qa(words, long, { max_question_len: 100 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'The question leaves no room for the context: at most 64 tokens are read at once.',
    })
  })
})

describe('the head of SQuAD 2', () => {
  const context = contexts[1]!
  let model: AlbertForSquad2
  let answer: QuestionAnsweringPipeline
  beforeAll(async () => {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object
    model = await AlbertForSquad2.from_config({ ...config, initializer_range: 0.5, dtype: 'float32' }, { seed: 4 })
    answer = await pipeline('question-answering', model, { tokenizer: qa.tokenizer })
  })
  afterAll(() => model.dispose())

  test('scores are those of the model: an answer there is, its start, and its end given the start', async () => {
    const inputs = answer.tokenizer(questions[0]!, { text_pair: context, return_offsets_mapping: true })
    const types = Array.from(inputs.token_type_ids!.data, Number)
    const from = types.indexOf(1)
    const end = types.length - 1
    const p_mask = [types.map((_, i) => (i === 0 || (i >= from && i < end) ? 0 : 1))]
    const padded = { input_ids: inputs.input_ids, token_type_ids: inputs.token_type_ids!, p_mask }
    const [none] = (await model(padded)).cls_logits.data
    const spans: { start: number; end: number; score: number }[] = []
    for (let first = from; first < end; first++) {
      const { start_log_probs, end_log_probs } = await model({ ...padded, start_positions: [first] })
      for (let last = first; last < Math.min(first + 4, end); last++) {
        const score = Math.exp(start_log_probs.data[first]! + end_log_probs!.data[last]!) / (1 + Math.exp(none!))
        const [[start], [, stop]] = [inputs.offset_mapping![0]![first]!, inputs.offset_mapping![0]![last]!]
        if (answer.tokenizer.convert_ids_to_tokens(Number(inputs.input_ids.data[last])) !== '\u2581')
          spans.push({ start, end: stop, score })
      }
    }
    const wanted = spans.sort((a, b) => b.score - a.score)[0]!
    const options = { max_answer_len: 4, handle_impossible_answer: true, top_k: 99 }
    const found = await answer(questions[0]!, context, options)
    expect(found.find(each => each.answer !== '')).toEqual({
      answer: context.slice(wanted.start, wanted.end),
      ...wanted,
      score: expect.closeTo(wanted.score, 6),
    })
    const probability = 1 / (1 + Math.exp(-none!))
    expect(found.find(each => each.answer === '')).toEqual({
      answer: '',
      start: 0,
      end: 0,
      score: expect.closeTo(probability, 6),
    })
  })

  test('in windows, alone and in any company', async () => {
    const together = await answer.each([...asked].reverse(), { top_k: 3 })
    const alone = []
    for (const each of [...asked].reverse()) alone.push(await answer(each, { top_k: 3 }))
    expect(together).toEqual(alone)
    for (const [i, list] of together.entries())
      for (const each of list) expect([...asked].reverse()[i]!.context.slice(each.start, each.end)).toBe(each.answer)
  })
})

test('mistakes', async () => {
  const wrong = async (args: unknown[], message: string, code = 'INVALID_INPUT'): Promise<void> =>
    expect((qa as unknown as (...args: unknown[]) => Promise<unknown>)(...args)).rejects.toMatchObject({
      code,
      message,
    })
  await wrong(
    ['a'],
    'A question needs its context, a string; a list of questions needs a list of contexts, not undefined.',
  )
  await wrong(
    [['a'], 'b'],
    'A question needs its context, a string; a list of questions needs a list of contexts, not "b".',
  )
  await wrong([['a', 'b'], ['c']], 'Each question needs its context: there are 2 questions and 1 contexts.')
  await wrong([['a'], [1]], 'Context of input 0 must be a string, not 1.')
  await wrong([{ question: ['a'], context: 'b' }], 'Question of the input must be a string, not ["a"].')
  await wrong([[null], ['b']], 'Question of input 0 must be a string, not null.')
  await wrong([{ question: 'a' }], 'The input must be { question, context }, two strings, not an object with question.')
  // A question of no tokens is none, however few fit.
  await wrong(
    ['Where was she?', 'She was in the town.', { max_length: 4 }],
    'The question leaves no room for the context: at most 4 tokens are read at once.',
  )
  await wrong(['', 'b'], 'The question is empty: it has no tokens.', 'EMPTY_INPUT')
  await wrong([['a'], [' \n']], 'The context is empty: it has no tokens to answer with.', 'EMPTY_INPUT')
  const two = [
    { question: 'a', context: 'b' },
    { question: 'a', context: '' },
  ]
  await wrong([two], 'Context 1 is empty: it has no tokens to answer with.', 'EMPTY_INPUT')
  await wrong(['a', 'b', { top_k: 0 }], 'top_k must be a whole number from 1 on, not 0.')
  await wrong(['a', 'b', { doc_stride: -1 }], 'doc_stride must be a whole number from 0 on, not -1.')
  await wrong(
    ['a', 'b', { doc_stride: 60 }],
    'doc_stride 60 must be smaller than the 60 tokens that a window has room for.',
  )
  await wrong(['a', 'b', { max_answer_len: 0 }], 'max_answer_len must be a whole number from 1 on, not 0.')
  await wrong(['a', 'b', { max_question_len: 1.5 }], 'max_question_len must be a whole number from 1 on, not 1.5.')
  await wrong(['a', 'b', { handle_impossible_answer: 1 }], 'handle_impossible_answer must be true or false, not 1.')
  await wrong(['a', 'b', { offsets: 8 }], "offsets must be 'utf16' or 'codepoint', not 8.")
  await wrong(['a', 'b', null], 'Options must be an object, not null.')
  await expect(pipeline('question-answering')).rejects.toMatchObject({ code: 'NO_HEAD' })
})
