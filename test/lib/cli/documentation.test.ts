// docs/command-line.md and the lists of the command line say the same.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commands } from '../../../lib/cli/commands.js'
import { exitCodes } from '../../../lib/cli/exit-codes.js'
import { settings } from '../../../lib/cli/settings.js'
import { root } from './albert.js'

const page = readFileSync(join(root, 'docs/command-line.md'), 'utf8')

/** Rows of the table under a heading, without its head: cells of each. */
function table(heading: string): string[][] {
  const section = page.split(/^## /m).find(each => each.startsWith(heading))!
  const rows = section.split('\n').filter(line => line.startsWith('|'))
  return rows.slice(2).map(row =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

test('every command has its section, with its arguments and its own options', () => {
  const sections = new Map(
    Array.from(page.matchAll(/^### albert (\S+)\n([\s\S]*?)(?=^##)/gm), ([, name, text]) => [name!, text!]),
  )
  expect([...sections.keys()].sort()).toEqual(commands.map(each => each.name).sort())
  for (const { name, arguments: args, options } of commands) {
    if (args) expect(sections.get(name)).toContain(`\`albert ${name} ${args}`)
    const shared = ['--file', '--json', '--ndjson']
    for (const { long } of options) if (!shared.includes(long!)) expect(sections.get(name)).toContain(`\`${long}`)
  }
})

test('settings: flags and variables', () => {
  const rows = table('Settings').map(([flag, variable]) => [flag!.split(', also')[0], variable!.replace('=false', '')])
  expect(rows).toEqual(Object.values(settings).map(({ flags, variable }) => [`\`${flags}\``, `\`${variable}\``]))
})

test('exit codes', () => {
  expect(table('Exit codes').map(([code]) => Number(code))).toEqual(Object.values(exitCodes).sort((a, b) => a - b))
})
