// docs/pipelines.md and the list of tasks say the same; so do the options there and those that the calls read.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tasks } from '../../../lib/pipelines/index.js'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/pipelines.md'), 'utf8')
const sources = readdirSync(join(root, 'lib/pipelines')).map(file =>
  readFileSync(join(root, 'lib/pipelines', file), 'utf8'),
)
const sections = new Map(
  Array.from(page.matchAll(/^## (\S+)\n([\s\S]*?)(?=^## |(?![\s\S]))/gm), ([, name, text]) => [name!, text!]),
)

test.each(Object.entries(tasks))('%s has its section, with its alias', (name, { alias }) => {
  expect(sections.has(name)).toBe(true)
  if (alias) expect(sections.get(name)).toContain(`Alias \`${alias}\``)
})

test('no section is about a task that does not exist', () => {
  const kebab = [...sections.keys()].filter(name => name.includes('-'))
  for (const name of kebab) expect(Object.keys(tasks)).toContain(name)
})

test.each(Object.keys(tasks))('%s: every option of the call is told, and no other', name => {
  const start = `Options of \`${name}\`. */\nexport interface `
  const source = sources.find(each => each.includes(start)) ?? ''
  const body = source.split(start)[1]?.split('\n}\n')[0] ?? ''
  const declared = Array.from(body.matchAll(/^ {2}(\w+)\?:/gm), ([, option]) => option!)
  const text = sections.get(name)!
  const rows = Array.from(text.matchAll(/^\| `(\w+)` \|/gm), ([, option]) => option!)
  const listed = Array.from(
    /Options: (.*)\./.exec(text)?.[1]?.matchAll(/`(\w+)`(?: \(`\w+`\))?/g) ?? [],
    ([, option]) => option!,
  )
  expect([...rows, ...listed].sort()).toEqual(declared.sort())
})
