import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type MultipleChoicePipeline, pipeline } from '../../../lib/pipelines/index.js'
import { fixture } from './fixture.js'

interface Expected {
  /** Scores in the order of the choices. */
  cases: { prompt: string; choices: string[]; logits: number[]; scores: number[] }[]
}
const { folder, expected } = fixture<Expected>('multiple-choice')
const questions = expected.cases.map(({ prompt, choices }) => ({ prompt, choices }))
const [question, long, one] = questions as [(typeof questions)[0], (typeof questions)[0], (typeof questions)[0]]
const quiet = { onTruncated: (): void => {} }

let choose: MultipleChoicePipeline
beforeAll(async () => {
  choose = await pipeline('multiple-choice', folder)
})
afterAll(() => choose.dispose())

test.each(expected.cases)('probabilities are those of transformers: $choices.length choices', async each => {
  const { prompt, choices, logits, scores } = each
  const answer = await choose(prompt, choices, quiet)
  expect(answer.map(({ index }) => index)).toEqual(logits.map((_, i) => i).sort((a, b) => logits[b]! - logits[a]!))
  for (const { index, choice, score } of answer) {
    expect(choice).toBe(choices[index])
    expect(score).toBeCloseTo(scores[index]!, 5)
  }
})

describe('shapes', () => {
  test('prompt and choices, a question, a list of questions', async () => {
    const answer = await choose(question.prompt, question.choices)
    expect(Object.keys(answer[0]!)).toEqual(['index', 'choice', 'score'])
    expect(await choose(question)).toEqual(answer)
    expect(await choose([question])).toEqual([answer])
    expect(await choose.each([question, one])).toEqual([answer, await choose(one)])
    expect(await choose([])).toEqual([])
  })

  test('top_k shows fewer, with the scores among all', async () => {
    const all = await choose(question)
    expect(await choose(question, { top_k: 1 })).toEqual(all.slice(0, 1))
    expect(await choose([question], { top_k: 2 })).toEqual([all.slice(0, 2)])
    expect(await choose(question, { top_k: null })).toEqual(all)
  })

  test('equal choices keep their order', async () => {
    const answer = await choose(question.prompt, ['a', 'b', 'a', 'b', 'a'])
    const indices = answer.map(({ index }) => index)
    expect([
      [0, 2, 4, 1, 3],
      [1, 3, 0, 2, 4],
    ]).toContainEqual(indices)
  })

  test('all questions are one batch, and each has the bits it has alone', async () => {
    const forward = vi.spyOn(choose.model, 'forward')
    const together = await choose(questions, quiet)
    expect(forward).toHaveBeenCalledTimes(1)
    forward.mockRestore()
    for (const [i, each] of questions.entries()) expect(together[i]).toEqual(await choose(each, quiet))
    expect(await choose([...questions].reverse(), { ...quiet, batch_size: 1 })).toEqual([...together].reverse())
  })

  test('a question whose choices were cut is told once', async () => {
    const cuts: number[] = []
    const [, answer] = await choose([one, long], { onTruncated: cut => cuts.push(cut.index) })
    expect(cuts).toEqual([1])
    expect(answer!.every(({ truncated }) => truncated)).toBe(true)
    await expect(choose([one, long], { truncation: false })).rejects.toMatchObject({
      code: 'TOO_LONG',
      message: expect.stringMatching(/^Choice 0 of question 1 has \d+ tokens/),
    })
  })
})

test.each([
  [['only a prompt'], 'INVALID_INPUT', 'Choices of the question must be a list of strings, not undefined.'],
  [[{ prompt: 'a', choices: 'b' }], 'INVALID_INPUT', 'Choices of the question must be a list of strings, not "b".'],
  [[[one, { prompt: 1, choices: ['b'] }]], 'INVALID_INPUT', 'Prompt of question 1 must be a string, not 1.'],
  [[[one, 5]], 'INVALID_INPUT', 'question 1 is 5.'],
  [[[one, null]], 'INVALID_INPUT', 'question 1 is null.'],
  [['a', ['b', 7]], 'INVALID_INPUT', 'Choice 1 of the question must be a string, not 7.'],
  [[[one, { prompt: 'a', choices: [] }]], 'EMPTY_INPUT', 'A question needs choices; question 1 has none.'],
  [[one, { top_k: 0 }], 'INVALID_INPUT', 'top_k must be a whole number from 1 on, not 0.'],
] as const)('mistake %j', async (args, code, message) => {
  await expect(choose(...(args as unknown as [string, string[]]))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})

test('mistakes of each, and a model without the head', async () => {
  await expect(choose.each('ab' as never)).rejects.toThrow('Questions must be a list of { prompt, choices }, not "ab".')
  await expect(pipeline('multiple-choice')).rejects.toMatchObject({
    code: 'NO_HEAD',
    message: expect.stringContaining('AlbertForMultipleChoice'),
  })
})
