// A tokenizer's files in another folder: the same bytes, from which the same tokenizer is loaded.
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AutoTokenizer } from '../../../lib/tokenizer/index.js'
import { facts, golden, path } from './files.js'

const parent = mkdtempSync(join(tmpdir(), 'albert-save-'))
afterAll(() => rmSync(parent, { recursive: true }))
let count = 0
const newFolder = (): string => join(parent, String(++count), 'below')
const text = 'Zoë ate “crème brûlée” 🍮 in the café, 3.14 times.'

describe('the files come along, byte for byte', () => {
  test('from a folder: the vocabulary, and what stands beside it; nothing else', async () => {
    const from = join(parent, 'from')
    mkdirSync(from)
    copyFileSync(golden.json, join(from, 'tokenizer.json'))
    copyFileSync(golden.spiece, join(from, 'spiece.model'))
    writeFileSync(join(from, 'tokenizer_config.json'), '{"model_max_length": 77, "mask_token": "[MASK]"}')
    writeFileSync(join(from, 'special_tokens_map.json'), '{}')
    writeFileSync(join(from, 'config.json'), '{}')
    const tokenizer = await AutoTokenizer.from_pretrained(from)
    const folder = newFolder()
    await tokenizer.save_pretrained(folder)
    const files = ['special_tokens_map.json', 'spiece.model', 'tokenizer.json', 'tokenizer_config.json']
    expect(readdirSync(folder)).toEqual(files)
    for (const file of files) expect(readFileSync(join(folder, file))).toEqual(readFileSync(join(from, file)))
    const again = await AutoTokenizer.from_pretrained(folder)
    expect(again.model_max_length).toBe(77)
    expect(facts(again, text)).toEqual(facts(tokenizer, text))
  })

  test('from spiece.model alone, given by a name of its own', async () => {
    const file = join(parent, 'words.model')
    copyFileSync(golden.spiece, file)
    const tokenizer = await AutoTokenizer.from_pretrained(file)
    const folder = newFolder()
    await tokenizer.save_pretrained(folder)
    expect(readdirSync(folder)).toEqual(['spiece.model'])
    expect(facts(await AutoTokenizer.from_pretrained(folder), text)).toEqual(facts(tokenizer, text))
  })

  test('into the folder it came from, and over the files of another', async () => {
    const tokenizer = await AutoTokenizer.from_pretrained(path('test/golden/tokenizer'))
    const folder = newFolder()
    await tokenizer.save_pretrained(folder)
    const own = await AutoTokenizer.from_pretrained(folder)
    await own.save_pretrained(folder)
    const starter = await AutoTokenizer.from_pretrained()
    expect(readFileSync(join(folder, 'tokenizer.json'))).toEqual(readFileSync(golden.json))
    await starter.save_pretrained(folder)
    expect(facts(await AutoTokenizer.from_pretrained(folder), text)).toEqual(facts(starter, text))
  })
})

describe('mistakes', () => {
  test('no path, a file in the way', async () => {
    const tokenizer = await AutoTokenizer.from_pretrained()
    for (const folder of [undefined, '', 5])
      await expect(tokenizer.save_pretrained(folder as string)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('A tokenizer is saved in a folder that is given by its path, not by'),
      })
    const file = join(parent, 'a-file')
    writeFileSync(file, '')
    await expect(tokenizer.save_pretrained(file)).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
  })

  test('spiece.model beside a tokenizer.json that would be read instead of it', async () => {
    const tokenizer = await AutoTokenizer.from_pretrained(golden.spiece)
    const folder = newFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'tokenizer.json'), '{}')
    await expect(tokenizer.save_pretrained(folder)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('tokenizer.json, which would be read instead'),
    })
    expect(existsSync(join(folder, 'spiece.model'))).toBe(false)
  })

  test('a file that is gone since it was loaded', async () => {
    const file = join(parent, 'gone.json')
    copyFileSync(golden.json, file)
    const tokenizer = await AutoTokenizer.from_pretrained(file)
    rmSync(file)
    const folder = newFolder()
    await expect(tokenizer.save_pretrained(folder)).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
      message: expect.stringContaining(file),
    })
    expect(readdirSync(folder)).toEqual([])
  })
})

const python = process.env['ALBERT_ORACLE_PYTHON']
test.skipIf(!python)('transformers loads it (needs ALBERT_ORACLE_PYTHON)', async () => {
  const folder = newFolder()
  const tokenizer = await AutoTokenizer.from_pretrained()
  await tokenizer.save_pretrained(folder)
  copyFileSync(path('models/starter-en/config.json'), join(folder, 'config.json'))
  const program =
    'import sys, transformers as t; print(t.AutoTokenizer.from_pretrained(sys.argv[1])("The cat sat.")["input_ids"])'
  const printed = execFileSync(python!, ['-c', program, folder], { encoding: 'utf8' })
  expect(JSON.parse(printed)).toEqual(tokenizer.encode('The cat sat.'))
})
