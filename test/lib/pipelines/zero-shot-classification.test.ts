import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  pipeline,
  type ZeroShotClassificationOptions,
  type ZeroShotClassificationPipeline,
  type ZeroShotClassificationResult,
} from '../../../lib/pipelines/index.js'
import { classifierFolder } from './classifier.js'
import { fixture } from './fixture.js'

interface Case {
  labels: string[]
  options: ZeroShotClassificationOptions
  results: ZeroShotClassificationResult[]
}
const { folder, expected } = fixture<{ texts: string[]; named: Case[]; unnamed: Case[] }>('zero-shot-classification')
const { texts } = expected
const labels = expected.named[0]!.labels
const quiet = { onTruncated: (): void => {} }
const folders: string[] = []

let classify: ZeroShotClassificationPipeline
beforeAll(async () => {
  classify = await pipeline('zero-shot-classification', folder)
})
afterAll(async () => {
  await classify.dispose()
  for (const each of folders) rmSync(each, { recursive: true })
})

/** The same model with other names for its labels. */
function renamed(names: string[]): string {
  const copy = mkdtempSync(join(tmpdir(), 'albert-zero-shot-'))
  folders.push(copy)
  for (const file of readdirSync(folder)) copyFileSync(join(folder, file), join(copy, file))
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>
  const id2label = Object.fromEntries(names.entries())
  writeFileSync(join(copy, 'config.json'), JSON.stringify({ ...config, id2label, label2id: undefined }))
  return copy
}

async function compare(pipe: ZeroShotClassificationPipeline, { labels, options, results }: Case): Promise<void> {
  const answers = await pipe(texts, labels, { ...options, ...quiet })
  expect(answers.map(each => each.labels)).toEqual(results.map(each => each.labels))
  for (const [i, { sequence, scores }] of results.entries()) {
    expect(answers[i]!.sequence).toBe(sequence)
    for (const [at, score] of scores.entries()) expect(answers[i]!.scores[at]).toBeCloseTo(score, 5)
  }
}

describe('labels and scores are those of transformers', () => {
  test.each(expected.named)('$labels.length labels, $options', each => compare(classify, each))

  test('labels without names: as MNLI numbers them, with one warning', async () => {
    const warnings: string[] = []
    const unnamed = await pipeline('zero-shot-classification', renamed(['LABEL_0', 'LABEL_1', 'LABEL_2']), {
      warning_callback: message => warnings.push(message),
    })
    for (const each of expected.unnamed) await compare(unnamed, each)
    expect(warnings).toEqual([
      "The labels of the model do not say what entailment and contradiction are; label 2 ('LABEL_2') and label 0 ('LABEL_0') are taken for them.",
    ])
    await unnamed.dispose()
  })
})

describe('which labels decide', () => {
  const scoreOf = async (names: string[]): Promise<{ score: number; warnings: number }> => {
    const warning_callback = vi.fn()
    const pipe = await pipeline('zero-shot-classification', renamed(names), { warning_callback })
    const { scores } = await pipe(texts[0]!, 'sport')
    await pipe.dispose()
    return { score: scores[0]!, warnings: warning_callback.mock.calls.length }
  }
  /** Probability of label `one` against label `other`, by the classification pipeline. */
  const against = async (one: number, other: number): Promise<number> => {
    const plain = await pipeline('text-classification', renamed(['0', '1', '2']))
    const all = await plain(
      { text: texts[0]!, text_pair: 'This example is sport.' },
      { top_k: null, function_to_apply: 'none' },
    )
    await plain.dispose()
    const logit = (id: number): number => all.find(each => each.label === String(id))!.score
    return 1 / (1 + Math.exp(logit(other) - logit(one)))
  }

  test.each([
    [['neutral', 'contradiction', 'Entailment'], 2, 1, 0],
    [['neutral', 'NOT_ENTAILMENT', 'entailment'], 2, 1, 0],
    [['not_entailment', 'contradiction', 'entailment'], 2, 1, 0],
    [['yes', 'entailment', 'no'], 1, 0, 1],
    [['entailment', 'no', 'maybe'], 0, 2, 1],
    [['maybe', 'contradiction', 'yes'], 2, 1, 1],
  ])('%j', async (names, entailment, contradiction, warnings) => {
    const answer = await scoreOf(names)
    expect(answer.score).toBeCloseTo(await against(entailment, contradiction), 6)
    expect(answer.warnings).toBe(warnings)
  })

  test('a model with two labels that say nothing, or with one, has no head for it', async () => {
    for (const changes of [{ num_labels: 2 }, { num_labels: 1 }, { id2label: { 0: 'entailment' } }]) {
      const other = await classifierFolder(changes)
      folders.push(other)
      await expect(pipeline('zero-shot-classification', other)).rejects.toMatchObject({
        code: 'NO_HEAD',
        message: expect.stringContaining("with a label 'entailment'"),
      })
    }
    const two = await classifierFolder({ id2label: { 0: 'entailment', 1: 'not_entailment' } })
    folders.push(two)
    const pipe = await pipeline('zero-shot-classification', two)
    expect((await pipe('Rain.', ['a', 'b'])).labels).toHaveLength(2)
    await pipe.dispose()
  })
})

describe('shapes', () => {
  test('one text, a list, an empty list, each', async () => {
    const one = await classify(texts[0]!, labels)
    expect(Object.keys(one)).toEqual(['sequence', 'labels', 'scores'])
    expect(one.scores).toEqual([...one.scores].sort((a, b) => b - a))
    expect(one.scores.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
    expect(await classify([texts[0]!], labels)).toEqual([one])
    expect(await classify.each([texts[0]!], labels)).toEqual([one])
    expect(await classify([], labels)).toEqual([])
    expect(await classify(texts[0]!, 'sport')).toEqual(await classify(texts[0]!, ['sport']))
  })

  test('equal labels keep their order', async () => {
    const { labels: sorted, scores } = await classify(texts[0]!, ['sport', 'sport'])
    expect(sorted).toEqual(['sport', 'sport'])
    expect(scores).toEqual([0.5, 0.5])
  })

  test('all texts with all labels are one call of the model', async () => {
    const forward = vi.spyOn(classify.model, 'forward')
    const together = await classify(texts, labels, quiet)
    expect(forward).toHaveBeenCalledTimes(1)
    expect(forward.mock.calls[0]![0].starts).toHaveLength(texts.length * labels.length + 1)
    await classify(texts, labels, { ...quiet, batch_size: 5 })
    expect(forward).toHaveBeenCalledTimes(1 + texts.length)
    forward.mockRestore()
    // Bit for bit as alone, and in another order.
    for (const [i, text] of texts.entries()) expect(await classify(text, labels, quiet)).toEqual(together[i])
    expect(await classify([...texts].reverse(), labels, { ...quiet, batch_size: 3 })).toEqual([...together].reverse())
  })

  test('a text that was cut is told once, whatever the number of labels', async () => {
    const cuts: number[] = []
    const answers = await classify(texts, labels, { onTruncated: cut => cuts.push(cut.index) })
    expect(cuts).toEqual([3])
    expect(answers.map(each => each.truncated)).toEqual([undefined, undefined, undefined, true, undefined])
    await expect(classify(texts, labels, { truncation: false })).rejects.toMatchObject({
      code: 'TOO_LONG',
      message: expect.stringMatching(/^Text 3 has \d+ tokens/),
    })
    await expect(classify(texts[3]!, labels, { truncation: false })).rejects.toThrow(/^The text has \d+ tokens/)
  })
})

describe('mistakes', () => {
  test.each([
    [[5, labels], 'INVALID_INPUT', 'The text must be a string, not 5.'],
    [[['a', { text: 'b' }], labels], 'INVALID_INPUT', 'Text 1 must be a string, not an object with text.'],
    [['a', 5], 'INVALID_INPUT', 'labels must be a label or a list of labels, not 5.'],
    [['a'], 'INVALID_INPUT', 'labels must be a label or a list of labels, not undefined.'],
    [['a', []], 'EMPTY_INPUT', 'labels is an empty list; there must be at least one.'],
    [['a', ['b', 5]], 'INVALID_INPUT', 'labels[1] must be a string, not 5.'],
    [['a', ['b', ' ']], 'EMPTY_INPUT', 'labels[1] is an empty text: " ".'],
    [
      ['a', 'b', { hypothesis_template: 'It is.' }],
      'INVALID_INPUT',
      'hypothesis_template must hold {} for the label, not "It is.".',
    ],
    [['a', 'b', { hypothesis_template: 5 }], 'INVALID_INPUT', 'hypothesis_template must be a string, not 5.'],
    [['a', 'b', { multi_label: 'yes' }], 'INVALID_INPUT', 'multi_label must be true or false, not "yes".'],
    [['a', 'b', { max_length: 65 }], 'INVALID_INPUT', 'max_length must be a whole number from 3 to 64, not 65.'],
  ])('%j', async (args, code, message) => {
    await expect(classify(...(args as [string, string]))).rejects.toMatchObject({ code, message })
  })
})
