// Examples run as they are; snippets in the documentation are cut from them; terminal sessions are played and compared.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../lib/cli/commands.js'
import { settings } from '../lib/cli/settings.js'
import { root } from './lib/cli/albert.js'
import { onTerminal } from './lib/cli/terminal.js'
import { classifierFolder, reviews } from './lib/pipelines/classifier.js'
import { fixture } from './lib/pipelines/fixture.js'

const examples = readdirSync(join(root, 'examples'))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...['getting-started', 'pipelines', 'command-line', 'errors', 'troubleshooting'].map(name => `docs/${name}.md`),
]
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Fenced blocks of a page, by language. */
function fences(page: string, language: string): string[] {
  return Array.from(read(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm))
    .filter(([, found]) => found === language)
    .map(([, , body]) => body!)
}

describe('examples', () => {
  let folder: string
  beforeAll(async () => {
    folder = await classifierFolder({ id2label: { 0: 'bad', 1: 'good' } })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  /** What those need that do not run with the model in the package. */
  const needs: Record<string, () => string[]> = {
    'classification.mjs': () => [folder, ...reviews],
    'entities.mjs': () => [fixture('token-classification').folder],
    'multiple-choice.mjs': () => [fixture('multiple-choice').folder],
    'question.mjs': () => [fixture('question-answering').folder],
    'ranking.mjs': () => [fixture('text-ranking').folder],
    'zero-shot.mjs': () => [fixture('zero-shot-classification').folder],
  }

  // A word that the output must hold, so that an example that only starts does not pass.
  const shows: Record<string, string> = {
    'cancel.mjs': 'TimeoutError',
    'classification.mjs': "label: 'good'",
    'commonjs.cjs': 'states',
    'embeddings.mjs': '[ 1, 32 ] uint8',
    'entities.mjs': 'PER 0.995 Z',
    'errors.mjs': 'MASK_NOT_FOUND',
    'fill-mask.mjs': 'he opened the door and walked in.',
    'model.mjs': '[ 2, 7, 8000 ] [ 2, 2 ] 7',
    'multiple-choice.mjs': 'it rained. 0.39',
    'one-model.mjs': 'door in_order',
    'question.mjs': 'king was in 0.008 true',
    'ranking.mjs': '2 0.607 The king died in 1610.',
    'sentence-order.mjs': "[ 'in_order', 'swapped' ]",
    'similarity.mjs': 'You can change your password',
    'stream.mjs': 'he opened the door and walked in.\nat the same time',
    'zero-shot.mjs': 'politics 0.458',
  }

  test('each is listed here', () => {
    expect(Object.keys(shows).sort()).toEqual([...examples].sort())
  })

  test.each(examples)('%s runs, and is short', name => {
    const args = needs[name]?.() ?? []
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'examples', name), ...args], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toContain(shows[name])
    expect(read(`examples/${name}`).split('\n').length).toBeLessThan(30)
  })

  test.each([[[]], [['./my-model']]])('classification.mjs %j says how to use it', args => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'examples/classification.mjs'), ...args], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('Usage: node examples/classification.mjs FOLDER TEXT...\n')
    expect(status).toBe(2)
  })
})

describe('snippets are cut from the examples', () => {
  const snippets = pages.flatMap(page =>
    [...fences(page, 'js'), ...fences(page, 'ts')].map(body => [page, body.split('\n')[1]!, body] as const),
  )

  test('there are some', () => {
    expect(snippets.length).toBeGreaterThan(8)
  })

  test.each(snippets)('%s: %s', (_page, _line, body) => {
    const [, file, code] = /^\/\/ from (examples\/\S+)\n([\s\S]+)$/.exec(body) ?? []
    expect(file, 'the first line names the example').toBeDefined()
    expect(read(file!)).toContain(code)
  })
})

describe('terminal sessions', () => {
  const sessions = pages.flatMap(page =>
    fences(page, 'console').map(body => [page, body.split('\n')[0]!, body] as const),
  )

  test.each(sessions)('%s: %s', async (_page, _line, body) => {
    const [first = '', ...output] = body.split('\n')
    expect(first).toMatch(/^\$ albert /)
    // The model in the package is in bfloat16, which this processor may multiply or not.
    const env = { NO_COLOR: '1', ALBERT_DTYPE: 'fp32' }
    const { shown, said } = await onTerminal(words(first).slice(2), 80, env)
    const [got, wanted] = [comparable(said + shown), comparable(output.join('\n'))]
    expect(got.text).toBe(wanted.text)
    // Instruction sets differ in the last digits.
    for (const [i, number] of wanted.numbers.entries()) expect(got.numbers[i]).toBeCloseTo(number, 2)
  })

  /** Decimal numbers and bars apart from the text around them. */
  function comparable(text: string): { text: string; numbers: number[] } {
    const decimal = /-?\d+\.\d{3}(?!\d)/g
    return {
      text: text
        .replace(/ *[█▏▎▍▌▋▊▉]+ */g, '|')
        .replace(decimal, '#')
        .replace(/ +#/g, ' #'),
      numbers: (text.match(decimal) ?? []).map(Number),
    }
  }
})

describe('command lines in the pages', () => {
  const lines = pages.flatMap(page =>
    fences(page, 'sh').flatMap(body =>
      body
        .trim()
        .split('\n')
        .map(line => [page, line] as const),
    ),
  )
  const own = lines.filter(([, line]) => /(^|\| )albert |^npm start -- /.test(line))

  test.each(own)('%s: %s', (_, line) => {
    const [name, ...rest] = words(line.replace(/^.*?(?:albert|npm start --) /, ''))
    const command = commands.find(each => each.name === name)
    expect(command, `the command ${name}`).toBeDefined()
    const flags = [
      ...command!.options.map(option => option.long),
      ...command!.settings.map(each => settings[each].flags.split(' ')[0]),
    ]
    for (const flag of rest.filter(word => word.startsWith('--'))) expect(flags).toContain(flag)
  })

  test('npm scripts are those of package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const [, line] of lines) {
      const [, script] = /^npm run (\S+)/.exec(line) ?? []
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script)
    }
  })

  test('links lead to files that exist', () => {
    for (const page of [...pages, 'CHANGELOG.md', 'models/starter-en/README.md'])
      for (const [, target] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g))
        if (target) expect(existsSync(join(root, page, '..', target)), `${page}: ${target}`).toBe(true)
  })
})

/** Words of a command line, quotes taken off. */
function words(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, bare]) => quoted ?? bare!)
}
