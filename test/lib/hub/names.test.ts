// What is a path, what is a name, what is an id: and that a path is never asked for on the hub.
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { env } from '../../../lib/env.js'
import { isRelativePath } from '../../../lib/hub/options.js'
import { isRepositoryId } from '../../../lib/hub/repository.js'
import { AutoTokenizer } from '../../../lib/tokenizer/index.js'
import { useHub } from './surroundings.js'

const around = useHub()
const fixture = join(import.meta.dirname, '../../fixtures/text-ranking')

test.each(['albert-base-v2', 'a', 'org/name', 'A_b/c.d-e', '0/1', `${'o'.repeat(47)}/${'n'.repeat(48)}`])(
  '%s is an id',
  id => {
    expect(isRepositoryId(id)).toBe(true)
  },
)

test.each([
  ...[
    '',
    '/',
    'a/',
    '/a',
    'a/b/c',
    '..',
    'a/..',
    '../x',
    '../../x',
    'a..b',
    'a--b',
    '-a',
    'a-',
    '.a',
    'a.',
    'a b',
    'a.git',
  ],
  ...[
    'org/na\\me',
    'org/n%2e',
    'org/n?x',
    'org/n#x',
    'https://x/y',
    'ä/b',
    'a\0b',
    'a\n',
    `${'o'.repeat(48)}/${'n'.repeat(48)}`,
  ],
])('%j is no id', id => {
  expect(isRepositoryId(id)).toBe(false)
})

test.each([
  ...[
    './org/tiny',
    '../org/tiny',
    '../../x',
    '/org/tiny',
    '.hidden',
    '~/org',
    'C:\\models\\tiny',
    'c:/tiny',
    '\\\\host\\tiny',
  ],
  ...['org/tiny/x', 'org/../tiny', 'org tiny'],
])('%j is not asked for', async model => {
  await expect(AutoTokenizer.from_pretrained(model)).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: expect.stringContaining('tried'),
  })
  expect(around.hub.asked).toEqual([])
})

describe('folders', () => {
  test('win over ids: below the working folder, below env.localModelPath, in the package', async () => {
    env.localModelPath = join(around.folder, 'models')
    mkdirSync(join(env.localModelPath, 'org'), { recursive: true })
    cpSync(fixture, join(env.localModelPath, 'org/tiny'), { recursive: true })
    for (const model of ['test/fixtures', 'org/tiny', 'starter-en'])
      await AutoTokenizer.from_pretrained(model).catch(error =>
        expect(error.message).toContain('There is no tokenizer in'),
      )
    expect(around.hub.asked).toEqual([])
  })

  test('are not looked at with env.allowLocalModels = false; the model in the package is', async () => {
    env.allowLocalModels = false
    await AutoTokenizer.from_pretrained()
    expect(around.hub.asked).toEqual([])
    await AutoTokenizer.from_pretrained('org/tiny')
    expect(around.hub.count('GET tokenizer.json')).toBe(1)
    await expect(AutoTokenizer.from_pretrained(fixture)).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('allowLocalModels'),
    })
  })
})

describe('options that become parts of paths', () => {
  test.each([
    ...[
      '..',
      '../x',
      'a/../b',
      '/etc',
      'a//b',
      'a\\b',
      'C:x',
      'a\0',
      'a\n',
      ' a',
      'a ',
      'a.',
      'x'.repeat(600),
      'a?b',
      'a*',
      'a\ud800',
    ],
  ])('%j stays no path', async path => {
    expect(isRelativePath(path)).toBe(false)
    for (const options of [{ revision: path }, ...(path === '/etc' ? [] : [{ subfolder: path }])])
      await expect(AutoTokenizer.from_pretrained('org/tiny', options)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(around.hub.asked).toEqual([])
  })

  test.each(['main', 'refs/pr/1', 'v1.0', 'a-b_c', 'feature/x.y'])('%s may be a revision', path => {
    expect(isRelativePath(path)).toBe(true)
  })

  test('a revision is one part of the address', async () => {
    await expect(AutoTokenizer.from_pretrained('org/tiny', { revision: 'refs/pr/9' })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('/resolve/refs%2Fpr%2F9/config.json'),
    })
  })

  test.each([{ revision: 5 }, { cache_dir: {} }, { subfolder: [] }, { local_files_only: 'yes' }])(
    '%j',
    async options => {
      await expect(AutoTokenizer.from_pretrained('org/tiny', options as never)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
    },
  )
})
