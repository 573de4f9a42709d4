// Every command once, from its arguments to its output in each format.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { comparison } from '../../../lib/comparison.js'
import { type FeatureExtractionPipeline, type FillMaskPipeline, pipeline } from '../../../lib/pipelines/index.js'
import { classifierFolder, reviews } from '../pipelines/classifier.js'
import { fixture } from '../pipelines/fixture.js'
import { albert, root } from './albert.js'
import { onTerminal } from './terminal.js'

let fillMask: FillMaskPipeline
let embed: FeatureExtractionPipeline
beforeAll(async () => {
  fillMask = await pipeline('fill-mask')
  embed = await pipeline('feature-extraction', fillMask.model, { tokenizer: fillMask.tokenizer })
})
afterAll(() => fillMask.dispose())

async function json(args: string[], stdin?: string): Promise<unknown> {
  const { code, stdout, stderr } = await albert([...args, '--json'], stdin === undefined ? {} : { stdin })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

async function lines(args: string[], stdin?: string): Promise<string[]> {
  const { code, stdout, stderr } = await albert(args, stdin === undefined ? {} : { stdin })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout.split('\n').slice(0, -1)
}

describe('fill-mask', () => {
  const masked = ['I do not [MASK] what to say.', 'He was [MASK] and [MASK].']

  test('--json prints what the library returns: one result for one text, a list for several', async () => {
    expect(await json(['fill-mask', masked[0]!])).toEqual(await fillMask(masked[0]!))
    expect(await json(['fill-mask', ...masked, '--top-k', '2'])).toEqual(await fillMask(masked, { top_k: 2 }))
    expect(await json(['fill-mask'], `${masked[0]}\n`)).toEqual(await fillMask([masked[0]!]))
  })

  test('--ndjson prints a line for each, as --json prints it alone', async () => {
    const rows = await lines(['fill-mask', '--ndjson'], `${masked.join('\n')}\n`)
    expect(rows.map(row => JSON.parse(row))).toEqual(await fillMask.each(masked))
  })

  test('in a pipe: text, number of the mask, word, score', async () => {
    const [[best], second] = (await fillMask.each(masked)) as unknown as [
      [{ token_str: string; score: number }],
      { token_str: string; score: number }[][],
    ]
    const rows = (await lines(['fill-mask', ...masked, '--top-k', '1'])).map(row => row.split('\t'))
    expect(rows).toEqual([
      [masked[0], '1', best.token_str, String(best.score)],
      [masked[1], '1', second[0]![0]!.token_str, String(second[0]![0]!.score)],
      [masked[1], '2', second[1]![0]!.token_str, String(second[1]![0]!.score)],
    ])
  })

  test('--targets', async () => {
    const text = 'He opened the [MASK] and walked in.'
    expect(await json(['fill-mask', text, '--targets', 'door, king'])).toEqual(
      await fillMask(text, { targets: ['door', 'king'] }),
    )
  })
})

describe('embed', () => {
  const own = { pooling: 'mean', normalize: true } as const

  test('--json: a tensor as nested lists', async () => {
    expect(await json(['embed', 'Rain.'])).toEqual((await embed('Rain.', own)).tolist())
    expect(await json(['embed', 'Rain.', 'Snow.'])).toEqual((await embed(['Rain.', 'Snow.'], own)).tolist())
    expect(await json(['embed', 'Rain.', '--pooling', 'none', '--no-normalize'])).toEqual(
      (await embed('Rain.')).tolist(),
    )
  })

  test('in a pipe: a line of numbers a text', async () => {
    const rows = await lines(['embed', '--dimensions', '3'], 'Rain.\nSnow.\n')
    const wanted = (await embed(['Rain.', 'Snow.'], { ...own, dimensions: 3 })).tolist() as number[][]
    expect(rows.map(row => row.split('\t').map(Number))).toEqual(wanted)
  })

  test('--precision', async () => {
    const wanted = await embed('Rain.', { ...own, quantize: true, precision: 'ubinary' })
    expect(await json(['embed', 'Rain.', '--precision', 'ubinary'])).toEqual(wanted.tolist())
  })

  test('a file, stdin and - are the same texts; empty lines count; the last line may lack its end', async () => {
    const stdin = 'It rained.\n\nThe streets were wet.\nNobody went out.'
    const folder = mkdtempSync(join(tmpdir(), 'albert-lines-'))
    writeFileSync(join(folder, 'lines.txt'), `\ufeff${stdin}`)
    const wanted = await lines(['embed', '--dimensions', '2', '--file', join(folder, 'lines.txt')])
    rmSync(folder, { recursive: true })
    expect(wanted).toHaveLength(4)
    expect(wanted).toEqual(await lines(['embed', '--dimensions', '2', ...stdin.split('\n')]))
    expect(await lines(['embed', '--dimensions', '2'], stdin)).toEqual(wanted)
    expect(await lines(['embed', '--dimensions', '2', '-'], stdin)).toEqual(wanted)
    expect(await lines(['embed', '--dimensions', '2', '--file', '-'], stdin.replaceAll('\n', '\r\n'))).toEqual(wanted)
  })
})

describe('similarity, order, classify', () => {
  test('similarity: a cosine for each text', async () => {
    const texts = ['A boat.', 'A law.']
    const cosines = (await json(['similarity', 'A ship.', ...texts])) as number[]
    expect(cosines).toHaveLength(2)
    const rows = await lines(['similarity', 'A ship.'], `${texts.join('\n')}\n`)
    expect(rows).toEqual(texts.map((text, i) => `${text}\t${cosines[i]}`))
  })

  test('order: two arguments are one pair, lines hold a pair each', async () => {
    const one = (await json(['order', 'John is a doctor.', 'He works in a hospital.'])) as {
      label: string
      score: number
    }
    expect(one.label).toBe('in_order')
    expect(await json(['order'], 'John is a doctor.\tHe works in a hospital.\n')).toEqual([one])
    expect(await lines(['order', 'John is a doctor.', 'He works in a hospital.'])).toEqual([
      `John is a doctor.\tHe works in a hospital.\tin_order\t${one.score}`,
    ])
  })

  test('classify: labels of a model that has them, pairs too', async () => {
    const folder = await classifierFolder({ id2label: { 0: 'bad', 1: 'good' } })
    const classify = await pipeline('text-classification', folder)
    expect(await json(['classify', reviews[0]!, '--model', folder])).toEqual(
      await classify(reviews[0]!, { top_k: null }),
    )
    expect(await json(['classify', ...reviews, '--model-id', folder, '--top-k', '1'])).toEqual(await classify(reviews))
    const pair = { text: reviews[0]!, text_pair: reviews[1]! }
    expect(await json(['classify', '--pairs', '--model', folder], `${reviews[0]}\t${reviews[1]}\n`)).toEqual([
      await classify(pair, { top_k: null }),
    ])
    expect(await json(['classify', reviews[0]!, '--model', folder, '--function-to-apply', 'none'])).toEqual(
      await classify(reviews[0]!, { top_k: null, function_to_apply: 'none' }),
    )
    await classify.dispose()
    rmSync(folder, { recursive: true })
  })
})

describe('zero-shot, rerank', () => {
  const nli = fixture('zero-shot-classification').folder
  const ranker = fixture('text-ranking').folder
  const texts = ['The king was in his house.', 'Yes.', 'The ship left the town.']

  test('zero-shot: the labels of each text, best first', async () => {
    const classify = await pipeline('zero-shot-classification', nli)
    const args = ['zero-shot', '--labels', 'war, the sea', '--model', nli]
    const labels = ['war', 'the sea']
    const all = await classify(texts, labels)
    expect(await json([...args, texts[0]!])).toEqual(all[0])
    expect(await json([...args, ...texts])).toEqual(all)
    const own = { hypothesis_template: 'It is {}.', multi_label: true }
    const typed = ['--hypothesis-template', own.hypothesis_template, '--multi-label']
    expect(await json([...args, ...typed, texts[0]!])).toEqual(await classify(texts[0]!, labels, own))
    expect((await lines([...args, '--ndjson'], `${texts.join('\n')}\n`)).map(line => JSON.parse(line))).toEqual(all)
    expect(await lines([...args, texts[0]!])).toEqual(
      all[0]!.labels.map((label, i) => `${texts[0]}\t${label}\t${all[0]!.scores[i]}`),
    )
    await classify.dispose()
  })

  test('rerank: all texts in their order, the best alone, with the text, as logits', async () => {
    const rank = await pipeline('text-ranking', ranker)
    const query = 'Where is the king?'
    const args = ['rerank', query, '--model', ranker]
    const all = await rank(query, texts)
    expect(await json([...args, ...texts])).toEqual(all)
    expect(await json([...args, '--top-n', '2', '--return-documents', '--raw-scores', ...texts])).toEqual(
      await rank(query, texts, { top_n: 2, return_documents: true, raw_scores: true }),
    )
    const stdin = `${texts.join('\n')}\n`
    expect((await lines([...args, '--ndjson'], stdin)).map(line => JSON.parse(line))).toEqual(all)
    expect(await lines(args, stdin)).toEqual(all.map(({ index, score }) => `${index}\t${texts[index]}\t${score}`))
    const { shown } = await onTerminal([...args, ...texts], 80, { NO_COLOR: '1' })
    expect(shown.split('\n').slice(0, 3)).toEqual([
      query,
      '',
      expect.stringMatching(RegExp(`${texts[all[0]!.index]}$`)),
    ])
    await rank.dispose()
  })

  test('mistakes: no labels, the wrong model, a text that is refused', async () => {
    expect(await albert(['zero-shot', 'Rain.', '--model', nli])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining("'--labels <labels>' not specified"),
    })
    expect(await albert(['rerank', 'Rain?', 'Rain.', '--model', nli])).toMatchObject({
      code: 66,
      stderr: expect.stringContaining('NO_HEAD'),
    })
    const long = 'the king '.repeat(60)
    const refused = await albert(['rerank', 'Rain?', 'Rain.', long, '--no-auto-truncate', '--model', ranker])
    expect(refused).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringMatching(/^albert: Text 1 has \d+ tokens/),
    })
  })

  test('info: tasks are those that the labels of a model allow', async () => {
    const tasksOf = async (model: string): Promise<string[]> =>
      ((await json(['info', model])) as { tasks: string[] }).tasks
    const tasks = ['text-classification', 'zero-shot-classification', 'text-ranking']
    expect((await tasksOf(nli)).filter(task => tasks.includes(task))).toEqual(tasks.slice(0, 2))
    expect((await tasksOf(ranker)).filter(task => tasks.includes(task))).toEqual([tasks[0], tasks[2]])
  })
})

describe('tokens', () => {
  test('tokenize: ids, pieces and places; decode brings them back', async () => {
    const tokens = (await json(['tokenize', 'Hello there.'])) as {
      id: number
      token: string
      start: number | null
      end: number | null
      special: boolean
    }[]
    expect(tokens.map(each => each.id)).toEqual(fillMask.tokenizer.encode('Hello there.'))
    expect(tokens[0]).toEqual({ id: 2, token: '[CLS]', start: null, end: null, special: true })
    const there = tokens.find(each => each.token === '▁there')!
    expect('Hello there.'.slice(there.start!, there.end!)).toBe('there')
    const ids = tokens.map(each => String(each.id))
    expect(await json(['decode', ...ids])).toBe('[CLS] hello there.[SEP]')
    expect(await lines(['decode', JSON.stringify(tokens.map(each => each.id)), '--skip-special-tokens'])).toEqual([
      'hello there.',
    ])
    expect(await json(['tokenize', 'Hi.', 'Ho.', '--no-special-tokens'])).toMatchObject([
      [{ special: false }, {}, {}],
      [{}, {}],
    ])
    expect((await lines(['tokenize', 'Hello there.']))[0]).toBe('2\t[CLS]\t\t')
  })
})

describe('models', () => {
  test('info: the card in numbers', async () => {
    const card = await json(['info'])
    expect(card).toMatchObject({
      name: 'starter-en',
      architecture: 'AlbertForPreTraining',
      licence: 'apache-2.0',
      parameters: 2_020_290,
      files: { dtypes: ['BF16'] },
      tasks: expect.arrayContaining(['fill-mask', 'sentence-order']),
    })
    expect(await json(['info', '--model', 'models/starter-en'])).toMatchObject({ parameters: 2_020_290 })
    expect((await lines(['info'])).join('\n')).toMatch(/word table\s+1,024,000\s+50\.7 %/)
  })

  test('inspect: every tensor with dtype and shape, of a folder or a file', async () => {
    const [file] = (await json(['inspect'])) as {
      file: string
      tensors: { name: string; dtype: string; shape: number[]; bytes: number }[]
    }[]
    expect(file!.tensors.find(each => each.name === 'albert.embeddings.word_embeddings.weight')).toEqual({
      name: 'albert.embeddings.word_embeddings.weight',
      dtype: 'BF16',
      shape: [8000, 128],
      bytes: 2_048_000,
    })
    const rows = await lines(['inspect', join(root, 'models/starter-en/reference.safetensors')])
    expect(rows).toContain('mean_pooled\tF64\t64x256\t131072')
  })

  test('compare: computed beside printed', async () => {
    expect(await json(['compare'])).toEqual(JSON.parse(JSON.stringify(comparison())))
    const text = (await lines(['compare'])).join('\n')
    expect(text).toMatch(/ALBERT xxlarge\s+223 M\s+235 M/)
    expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('this machine', () => {
  test('doctor: what runs, and a self-test that passes', async () => {
    const report = (await json(['doctor'])) as {
      addon: { isas: { name: string; chosen: boolean }[] }
      selfTest: { passed: boolean; checks: unknown[] }
    }
    expect(report.selfTest).toMatchObject({ passed: true, checks: [{}, {}, {}, {}] })
    expect(report.addon.isas.filter(row => row.chosen)).toHaveLength(1)
    const text = (await lines(['doctor'])).join('\n')
    for (const title of ['System', 'Addon', 'Instruction sets', 'Model in the package', 'Self-test'])
      expect(text).toContain(title)
  })

  test('doctor: what does not work is told, and the rest all the same', async () => {
    const { code, stdout } = await albert(['doctor', '--json'], { env: { ALBERT_ISA: 'quantum' } })
    expect(code).toBe(69)
    const report = JSON.parse(stdout) as { selfTest: unknown; model: unknown }
    expect(report.selfTest).toMatchObject({ code: 'UNSUPPORTED_ISA' })
    expect(report.model).toMatchObject({ name: 'starter-en' })
  })

  test('no command, and tour: the same tour', async () => {
    const tour = await lines([])
    const text = tour.join('\n')
    for (const part of [
      'Which word is missing?',
      'Which text is nearest?',
      'In order, or swapped?',
      'What the model sees',
      'albert --help',
    ])
      expect(text).toContain(part)
    const untimed = (each: string[]): string[] => each.map(line => line.replace(/loaded in \d+ ms/, ''))
    expect(untimed(await lines(['tour']))).toEqual(untimed(tour))
    const { stdout } = await albert([], { env: { npm_lifecycle_event: 'start' } })
    expect(stdout).toContain('npm start -- --help')
  })
})
