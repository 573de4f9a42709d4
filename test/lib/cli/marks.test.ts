// `albert ner` and `albert qa`: from their arguments to their output in each format, and marks in texts for people.
import pc from 'picocolors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markedPart, markedText } from '../../../lib/cli/marked-text.js'
import {
  pipeline,
  type QuestionAnsweringPipeline,
  type TokenClassificationPipeline,
} from '../../../lib/pipelines/index.js'
import { fixture } from '../pipelines/fixture.js'
import { albert } from './albert.js'
import { onTerminal } from './terminal.js'

const nerFolder = fixture('token-classification').folder
const qaFolder = fixture('question-answering').folder
const texts = ['The king of the country was in his own house.', 'Zoë ate a crème brûlée \u{1f36e}.']
const question = 'Where was the king?'

let ner: TokenClassificationPipeline
let qa: QuestionAnsweringPipeline
beforeAll(async () => {
  ner = await pipeline('ner', nerFolder)
  qa = await pipeline('question-answering', qaFolder)
})
afterAll(async () => {
  await ner.dispose()
  await qa.dispose()
})

async function lines(args: string[], stdin = ''): Promise<string[]> {
  const { code, stdout, stderr } = await albert(args, { stdin })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout.split('\n').slice(0, -1)
}

async function json(args: string[], stdin?: string): Promise<unknown> {
  return JSON.parse((await lines([...args, '--json'], stdin)).join('\n'))
}

describe('ner', () => {
  const model = ['--model', nerFolder]
  const simple = { aggregation_strategy: 'simple' } as const

  test('a person sees labels of any length above each other, and what has them beside', async () => {
    const { shown } = await onTerminal(['ner', texts[0]!, ...model], 80, { NO_COLOR: '1' })
    const found = await ner(texts[0]!, simple)
    expect(new Set(found.map(each => each.entity_group.length)).size).toBeGreaterThan(1)
    const scores = shown.trimEnd().split('\n').slice(-found.length)
    expect(scores.map(line => line.slice(31))).toEqual(
      found.map(({ entity_group, start, end }) => `${entity_group.padEnd(4)}  ${texts[0]!.slice(start, end)}`),
    )
  })

  test('--json prints what the library returns, --ndjson a line a text', async () => {
    const found = await ner(texts, simple)
    expect(found.every(each => each.length > 0)).toBe(true)
    expect(await json(['ner', texts[0]!, ...model])).toEqual(found[0])
    expect(await json(['ner', ...model], `${texts.join('\n')}\n`)).toEqual(found)
    expect((await lines(['ner', ...texts, ...model, '--ndjson'])).map(line => JSON.parse(line) as unknown)).toEqual(
      found,
    )
  })

  test('the options of the library', async () => {
    const own = ['--aggregation-strategy', 'none', '--ignore-labels', 'O, B-PER']
    expect(await json(['ner', texts[0]!, ...model, ...own])).toEqual(
      await ner(texts[0]!, { ignore_labels: ['O', 'B-PER'] }),
    )
    const long = `${texts[0]} `.repeat(8)
    const windows = await ner(long, { aggregation_strategy: 'max', stride: 6 })
    expect(windows.at(-1)!.end).toBeGreaterThan(long.length / 2)
    expect(await json(['ner', long, ...model, '--aggregation-strategy', 'max', '--stride', '6'])).toEqual(windows)
  })

  test('in a pipe: text, label, score, start, end, slice', async () => {
    const text = texts[1]!
    const rows = (await ner(text, simple)).map(({ entity_group, score, start, end }) =>
      [text, entity_group, score, start, end, text.slice(start, end)].join('\t'),
    )
    expect(await lines(['ner', text, ...model])).toEqual(rows)
  })

  test('a person sees the entities in the text, and below it their scores', async () => {
    const { code, shown } = await onTerminal(['ner', ...texts, ...model], 80, { NO_COLOR: '1' })
    expect(code).toBe(0)
    const marked = await Promise.all(
      texts.map(async text => {
        const found = await ner(text, simple)
        return markedText(
          text,
          found.map(each => ({ ...each, name: each.entity_group })),
          pc.createColors(false),
        )
      }),
    )
    for (const text of marked) expect(shown.split('\n')).toContain(text)
    const [first] = await ner(texts[0]!, simple)
    expect(shown).toMatch(
      new RegExp(
        `  ${first!.score.toFixed(3)}  █.* ${first!.entity_group}   ${texts[0]!.slice(first!.start, first!.end)}\n`,
      ),
    )
  })

  test('a wrong number is a wrong command line', async () => {
    const { code, stderr } = await albert(['ner', 'a', ...model, '--stride', '-1'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("option --stride must be a whole number from 0 on, not '-1'."),
    ])
  })
})

describe('qa', () => {
  const model = ['--model', qaFolder]
  const asked = texts.map(context => ({ question, context }))

  test('--json prints what the library returns, --ndjson a line a text', async () => {
    expect(await json(['qa', question, texts[0]!, ...model])).toEqual(await qa(question, texts[0]!))
    expect(await json(['qa', question, ...texts, ...model])).toEqual(await qa(asked))
    expect(await json(['qa', question, ...model, '--top-k', '2'], `${texts[0]}\n`)).toEqual([
      await qa(question, texts[0]!, { top_k: 2 }),
    ])
    expect(
      (await lines(['qa', question, ...texts, ...model, '--ndjson'])).map(line => JSON.parse(line) as unknown),
    ).toEqual(await qa.each(asked))
  })

  test('the options of the library', async () => {
    const own = ['--max-answer-len', '2', '--doc-stride', '9', '--handle-impossible-answer', '--top-k', '3']
    const long = `${texts[0]} `.repeat(8)
    expect(await json(['qa', question, long, ...model, ...own])).toEqual(
      await qa(question, long, { max_answer_len: 2, doc_stride: 9, handle_impossible_answer: true, top_k: 3 }),
    )
  })

  test('in a pipe: text, answer, score, start, end; a text without words fails alone', async () => {
    const { answer, score, start, end } = await qa(question, texts[1]!)
    const row = [texts[1], answer, score, start, end].join('\t')
    expect(await lines(['qa', question, texts[1]!, ...model])).toEqual([row])
    const { code, stdout, stderr } = await albert(['qa', question, ...model], { stdin: `\n${texts[1]}\n` })
    expect([code, stdout, stderr]).toEqual([1, `${row}\n`, expect.stringContaining('stdin:1: ')])
    expect(stderr).toBe('stdin:1: The context is empty: it has no tokens to answer with.\n')
  })

  test('a person sees the answer in the text, and below it the scores', async () => {
    const { code, shown } = await onTerminal(['qa', question, ...texts, ...model], 80, { NO_COLOR: '1' })
    expect(code).toBe(0)
    expect(shown.startsWith(`${question}\n\n`)).toBe(true)
    for (const text of texts) {
      const { answer, start, end } = await qa(question, text)
      expect(shown.split('\n')).toContain(`${text.slice(0, start)}[${answer}]${text.slice(end)}`)
    }
    const tiny = await onTerminal([
      'qa',
      question,
      texts[0]!,
      ...model,
      '--max-answer-len',
      '1',
      '--handle-impossible-answer',
      '--top-k',
      '99',
    ])
    expect(tiny.shown).toContain('no answer')
  })
})

describe('marks', () => {
  const plain = pc.createColors(false)
  const colors = pc.createColors(true)

  test('stand in brackets with their names, also in colour; what is between is untouched', () => {
    const marks = [
      { start: 0, end: 3, name: 'PER' },
      { start: 13, end: 21 },
    ]
    expect(markedText('Zoë lives in New York.', marks, plain)).toBe('[Zoë PER] lives in [New York].')
    expect(markedText('a b', [{ start: 2, end: 3 }], colors)).toBe(
      'a \u001b[36m[\u001b[1mb\u001b[22m\u001b[39m\u001b[36m]\u001b[39m',
    )
    expect(markedText('a\u001b[31mb', [{ start: 1, end: 1 }], plain)).toBe('a\u241b[31mb')
  })

  test('of a long text the surroundings are shown, in whole words', () => {
    const text = `${'one '.repeat(9)}king ${'two '.repeat(9)}`
    expect(markedPart(text, { start: 36, end: 40 }, 6, plain)).toBe('… one [king] two …')
    expect(markedPart(text, { start: 0, end: 3 }, 6, plain)).toBe('[one] one …')
    expect(markedPart('a king', { start: 2, end: 6 }, 6, plain)).toBe('a [king]')
    expect(markedPart(`${'x'.repeat(9)}king${'x'.repeat(9)}`, { start: 9, end: 13 }, 6, plain)).toBe('… [king] …')
    expect(markedPart(text, { start: 0, end: 0 }, 6, plain)).toBe('one …')
  })
})
