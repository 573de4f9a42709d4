// docs/errors.md, the table of codes and the table of exit codes say the same.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodeOf } from '../../../lib/cli/exit-codes.js'
import { type AlbertErrorCode, errorCodes } from '../../../lib/errors.js'

const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8')
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map(section => {
      const [code = '', ...text] = section.split('\n')
      return [code, text.join(' ').split('## ')[0]!] as const
    }),
)

test('every code has its section, and no section is about a code that does not exist', () => {
  expect([...sections.keys()].sort()).toEqual(Object.keys(errorCodes).sort())
})

test.each(Object.keys(errorCodes) as AlbertErrorCode[])('%s: the sentence and the exit code of the tables', code => {
  const section = sections.get(code)!
  expect(section).toContain(errorCodes[code])
  expect(section).toContain(`Exit code ${exitCodeOf[code]}.`)
})
