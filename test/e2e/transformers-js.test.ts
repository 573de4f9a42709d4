// Moving from transformers.js: programs for it run on this package too when the import is changed, and answer the same.
// What differs on purpose is listed in docs/from-transformers-js.md and held here too.
// The answers of transformers.js are stored, because it takes about 500 MB. Where it is installed (`npm run bench:peers` does
// it) it is asked again; ALBERT_RECORD=1 stores what it says.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { missingPeers } from '../../bench/peers/install.mjs'
import { differences } from './transformers-js/differences.js'
import { copyForTransformersJs, writeModels } from './transformers-js/models.js'

const root = join(import.meta.dirname, '../..')
const programs = join(import.meta.dirname, 'transformers-js')
const THEIRS = '@huggingface/transformers'
const OURS = 'albert-native'
const missing = missingPeers()
const folder = mkdtempSync(join(tmpdir(), 'albert-move-'))

const models: Record<string, string> = { [OURS]: join(folder, 'models'), [THEIRS]: join(folder, 'copy') }

type Answers = Record<string, unknown>

/** Runs one of the programs with the import of `name`. */
async function answers(program: string, name: string): Promise<Answers> {
  const text = readFileSync(join(programs, program), 'utf8')
  expect(text.split(THEIRS)).toHaveLength(2)
  const file = join(folder, `${name.replace('/', '-')}-${program}`)
  writeFileSync(file, text.replace(THEIRS, name))
  const { stdout } = await promisify(execFile)(process.execPath, [file, models[name]!], {
    maxBuffer: 2 ** 28,
  })
  return JSON.parse(stdout) as Answers
}

beforeAll(async () => {
  mkdirSync(join(folder, 'node_modules/@huggingface'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules', OURS))
  await writeModels(models[OURS]!)
  if (missing.length > 0) return
  symlinkSync(join(root, 'bench/node_modules', THEIRS), join(folder, 'node_modules', THEIRS))
  await copyForTransformersJs(models[OURS]!, models[THEIRS]!)
})
afterAll(() => rmSync(folder, { recursive: true }))

function storedFile(program: string): string {
  return join(root, 'test/golden/transformers-js', program.replace('.mjs', '.json'))
}

function stored(program: string): Answers {
  return JSON.parse(readFileSync(storedFile(program), 'utf8')) as Answers
}

/** One answer a line, numbers as long as they are compared. */
function store(program: string, found: Answers): void {
  const digits = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(7)) : value)
  const lines = Object.entries(found).map(
    ([name, answer]) => `${JSON.stringify(name)}: ${JSON.stringify(answer, digits)}`,
  )
  mkdirSync(dirname(storedFile(program)), { recursive: true })
  writeFileSync(storedFile(program), `{\n${lines.join(',\n')}\n}\n`)
}

describe('the stored answers', () => {
  it.for(['pipelines.mjs', 'tokenizer.mjs', 'models.mjs', 'different.mjs'])('of %s', async (program, context) => {
    if (missing.length > 0) context.skip(`not installed: ${missing.join(', ')}; npm run bench:peers installs them`)
    const theirs = await answers(program, THEIRS)
    if (process.env['ALBERT_RECORD']) store(program, theirs)
    expect(differences(stored(program), theirs, [])).toEqual([])
  })
})

/** Keys that only ours have: places in the text. */
const ADDITIONS = ['start', 'end']

describe('a program for transformers.js answers the same with the import changed', () => {
  it.for(['pipelines.mjs', 'tokenizer.mjs', 'models.mjs'])('%s', async program => {
    expect(differences(stored(program), await answers(program, OURS), ADDITIONS)).toEqual([])
  })
})

/** Of different.mjs: theirs, and ours. */
const onPurpose: Record<string, [theirs: unknown, ours: unknown]> = {
  'several `[MASK]` in a text': [
    [false, false],
    [true, true],
  ],
  '`start`, `end`': [
    [null, null],
    [0, 3],
  ],
  '`answer`': ['king of the country was in', 'King of the Country was in'],
  '`word` of a token': ['she', '▁she'],
  'groups around ignored tokens': [
    ['jh', 'n', 'sth'],
    ['j', 'h', 'n', 's', 'th'],
  ],
  'a text that is cut': ['[CLS] he works in a hospital', '[CLS] he works in a[SEP]'],
  'a pair that is cut': ['[CLS] he works in a hospital', '[CLS] he works[SEP] yes[SEP]'],
  '`last_token` and `eos` in a list': [false, true],
  'rows of padding': [false, true],
  'an empty list': ['an error without a code', [0, 0, 256]],
  '`decode`': ['yes.', 'yes .'],
  '`cls_token`': [null, '[CLS]'],
  '`dtype`': ['an error without a code', 'UNSUPPORTED_DTYPE'],
  '`device`': ['an error without a code', 'DEVICE_UNAVAILABLE'],
  mistakes: ['an error without a code', 'MASK_NOT_FOUND'],
}

describe('what differs on purpose', () => {
  it('is what the table of the page lists', () => {
    const page = readFileSync(join(root, 'docs/from-transformers-js.md'), 'utf8')
    const [, table = ''] = /^## What differs on purpose\n([\s\S]*?)^## /m.exec(page) ?? []
    const rows = Array.from(table.matchAll(/^\| ([^|]+?) \|/gm), ([, name]) => name)
    expect(rows.slice(2)).toEqual(Object.keys(onPurpose))
  })

  it('differs', async () => {
    const theirs = stored('different.mjs')
    const ours = await answers('different.mjs', OURS)
    expect(Object.keys(ours).sort()).toEqual(Object.keys(onPurpose).sort())
    for (const [name, [before, now]] of Object.entries(onPurpose)) {
      expect(ours[name], name).toEqual(now)
      expect(theirs[name], name).toEqual(before)
    }
  })
})
