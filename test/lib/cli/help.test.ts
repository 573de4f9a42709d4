// Help pages, the version, and what a person sees on a terminal.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../../lib/cli/commands.js'
import { displayWidth } from '../../../lib/cli/display-width.js'
import { settings } from '../../../lib/cli/settings.js'
import { tasks } from '../../../lib/pipelines/index.js'
import { albert, root } from './albert.js'
import { onTerminal } from './terminal.js'

describe('help', () => {
  test.each(commands.map(each => [each.name, each] as const))(
    'albert %s --help: examples first, below 60 lines',
    async (name, command) => {
      const { code, stdout, stderr } = await albert([name, '--help'])
      expect(code).toBe(0)
      expect(stderr).toBe('')
      const lines = stdout.split('\n')
      expect(lines.length).toBeLessThan(60)
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80)
      expect(stdout.indexOf('Examples')).toBeLessThan(stdout.indexOf('Usage'))
      for (const { run } of command.examples) expect(stdout).toContain(`albert ${run}`)
      for (const setting of command.settings) expect(stdout).toContain(settings[setting].flags)
    },
  )

  test('albert --help names every command', async () => {
    const { code, stdout } = await albert(['--help'])
    expect(code).toBe(0)
    const lines = stdout.split('\n').map(line => line.trim().replace(/ {2,}/, '  '))
    for (const { name, summary } of commands) expect(lines).toContain(`${name}  ${summary}`)
  })

  test.each([
    [['help'], ['--help']],
    [
      ['help', 'embed'],
      ['embed', '--help'],
    ],
    [
      ['--no-color', 'help', 'embed', '--quiet'],
      ['embed', '--help'],
    ],
  ])('albert %j says what albert %j says', async (words, flags) => {
    const page = await albert(flags)
    expect(page.code).toBe(0)
    expect(await albert(words)).toEqual(page)
  })

  test('help about a command that is not there names the nearest', async () => {
    const { code, stderr } = await albert(['help', 'embd'])
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean embed?')
  })

  test('albert --version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await albert(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  test('every task has a command that runs it', () => {
    // A question with its choices is no line of text; programs ask it.
    const asked = Object.keys(tasks).filter(task => task !== 'multiple-choice')
    expect(commands.flatMap(({ task }) => task ?? []).sort()).toEqual(asked.sort())
  })

  test('every example is a command line that is understood', () => {
    for (const { name, examples, options, settings: names } of commands)
      for (const { run } of examples) {
        expect(run.split(' ')[0]).toBe(name)
        const known = [
          ...options.map(option => option.long),
          ...names.map(each => settings[each].flags.split(' ')[0]),
          '--quiet',
        ]
        for (const [flag] of run.matchAll(/(?<= )--[a-z-]+/g)) expect(known, `${run}: ${flag}`).toContain(flag)
      }
  })
})

describe('on a terminal', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of terminals
  const plain = (text: string): string => text.replace(/\u001b\[\d+m/g, '')

  test('tables with bars and colours; none with NO_COLOR or --no-color', async () => {
    const { shown, code } = await onTerminal(['fill-mask', 'I do not [MASK] what to say.', '--top-k', '2'])
    expect(code).toBe(0)
    expect(plain(shown)).toMatch(
      /^I do not \[MASK\] what to say\.\n\n {2}0\.\d{3} {2}█{20} {2}know\n {2}0\.\d{3} {2}█+[▏▎▍▌▋▊▉]? +do\n$/,
    )
    expect(shown).not.toBe(plain(shown))
    expect(
      (await onTerminal(['fill-mask', 'I do not [MASK] what to say.', '--top-k', '2'], 80, { NO_COLOR: '1' })).shown,
    ).toBe(plain(shown))
    expect((await onTerminal(['fill-mask', 'I do not [MASK] what to say.', '--top-k', '2', '--no-color'])).shown).toBe(
      plain(shown),
    )
  })

  test.each([
    [
      [
        'embed',
        'A rather long sentence that does not fit into the columns that are left beside the numbers of its vector.',
      ],
    ],
    [
      [
        'similarity',
        'A ship.',
        'A rather long sentence that does not fit into the columns beside the bar, so that it has to be cut.',
      ],
    ],
    [['order', 'One.', 'Two.']],
    [['tokenize', 'Unbelievable weather, 猫.']],
    [['info', 'starter-en']],
    [['inspect']],
    [['compare']],
    [['fill-mask', '[MASK] and [MASK].']],
    [[]],
  ])('%j fits into 80 columns', async args => {
    const { shown, said, code } = await onTerminal(args)
    expect(code).toBe(0)
    expect(said).toBe('')
    // A path can be as long as it likes.
    for (const line of plain(shown)
      .split('\n')
      .filter(each => !/^ {2}folder/.test(each)))
      expect(displayWidth(line), line).toBeLessThanOrEqual(80)
  })

  test('text that would drive the terminal is made visible', async () => {
    const { shown } = await onTerminal(['tokenize', 'a\u001b[31mred', '--no-color'])
    expect(shown).toContain('a␛[31mred')
    expect(shown).not.toContain('\u001b')
  })

  test('nothing to read: it says how to give a text and does not wait', async () => {
    const { code, said } = await onTerminal(['embed'])
    expect(code).toBe(2)
    expect(plain(said)).toContain('There is no text: give it as an argument, with --file, or on stdin (one a line).')
  })

  test('colours when forced into a pipe', async () => {
    expect((await albert(['--help'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[1m')
    expect((await albert(['--help'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b')
    expect((await albert(['--help'])).stdout).not.toContain('\u001b')
  })
})
