// `albert quantize`: the folder that it writes, what it reports, and what it does not write over.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AlbertForPreTraining } from '../../../lib/heads.js'
import { pipeline } from '../../../lib/pipelines/index.js'
import { classifierFolder } from '../pipelines/classifier.js'
import { albert } from './albert.js'
import { onTerminal } from './terminal.js'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'albert quantize é '))
})
afterEach(() => rmSync(cwd, { recursive: true }))

interface Report {
  model: string
  folder: string
  quality: string
  bytes: { before: number; after: number }
  agreement: Record<'mean' | 'pooled', { average: number; least: number } | null> & { texts: number }
  ms: number
}

async function report(...args: string[]): Promise<Report> {
  const { code, stdout, stderr } = await albert(['quantize', ...args, '--json'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('albert quantize', () => {
  test('the model in the package: a folder that answers, with its tokenizer and its card', async () => {
    const told = await report()
    const folder = join(cwd, 'starter-en-int8')
    expect(told).toMatchObject({ model: 'starter-en', folder, quality: 'fast', agreement: { texts: 16 } })
    expect(told.bytes.after).toBe(readFileSync(join(folder, 'model.safetensors')).length)
    expect(told.bytes.after).toBeLessThan(0.6 * told.bytes.before)
    for (const kind of ['mean', 'pooled'] as const) {
      expect(told.agreement[kind]!.average).toBeGreaterThan(0.998)
      expect(told.agreement[kind]!.least).toBeGreaterThan(0.99)
      // A report of cosines that are all 1 would have compared a model with itself.
      expect(told.agreement[kind]!.least).toBeLessThan(0.99999)
    }
    await using model = await AlbertForPreTraining.from_pretrained(folder)
    expect({ dtype: model.dtype, quality: model.quality }).toEqual({ dtype: 'int8', quality: 'fast' })
    const fillMask = await pipeline('fill-mask', folder)
    expect((await fillMask('I do not [MASK] what to say.'))[0]!.token_str).toBe('know')
    await fillMask.dispose()
    const { stdout } = await albert(['info', folder, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      licence: 'apache-2.0',
      files: { dtypes: ['F32', 'BF16', 'I8'], quantization: { level: 'int8-d', quality: 'fast' } },
      auto: { dtype: 'int8', quality: 'fast' },
    })
  })

  test('--out and --quality; a model without a pooler has no pooled vectors', async () => {
    const token = join(import.meta.dirname, '../../fixtures/token-classification')
    const told = await report(token, '--out', 'deep/down', '--quality', 'high')
    expect(told).toMatchObject({ folder: join(cwd, 'deep/down'), quality: 'high', agreement: { pooled: null } })
    const fast = await report(token, '--out', 'fast')
    expect(told.bytes.after).toBeGreaterThan(fast.bytes.after)
  })

  test('a classifier stays one', async () => {
    const model = await classifierFolder({ id2label: { 0: 'bad', 1: 'good' } })
    await report(model, '--out', 'small')
    const before = await pipeline('text-classification', model)
    const after = await pipeline('text-classification', join(cwd, 'small'))
    const text = 'A wonderful film.'
    expect((await after(text))[0]!.label).toBe((await before(text))[0]!.label)
    await Promise.all([before.dispose(), after.dispose()])
    rmSync(model, { recursive: true })
  })

  test('in a pipe the folder alone; a person sees sizes and cosines', async () => {
    const piped = await albert(['quantize', '--out', 'a'], { cwd })
    expect(piped).toEqual({ code: 0, stdout: `${join(cwd, 'a')}\n`, stderr: '' })
    const { shown } = await onTerminal(['quantize', '--out', join(cwd, 'b')], 80, { NO_COLOR: '1' })
    expect(shown).toMatch(/^starter-en in int8\n {2}folder /)
    expect(shown).toMatch(/weights +4\.04 MB before, 2\.\d+ MB now/)
    expect(shown).toMatch(/mean vectors +cosine 0\.99\d+ on average, 0\.99\d+ at least/)
    expect(shown).toMatch(/pooled vectors +cosine 0\.99\d+ on average/)
  })

  test('what is there stays, unless --force says otherwise', async () => {
    mkdirSync(join(cwd, 'taken'))
    writeFileSync(join(cwd, 'taken/notes.txt'), 'mine')
    expect((await albert(['quantize', '--out', 'taken'], { cwd })).code).toBe(0)
    const refused = await albert(['quantize', '--out', 'taken'], { cwd })
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(`${join(cwd, 'taken/config.json')} is there already.`)
    expect(refused.stderr).toContain('--force')
    const before = readFileSync(join(cwd, 'taken/model.safetensors'))
    expect((await albert(['quantize', '--out', 'taken', '--force', '--quality', 'high'], { cwd })).code).toBe(0)
    expect(readFileSync(join(cwd, 'taken/model.safetensors')).equals(before)).toBe(false)
    expect(readFileSync(join(cwd, 'taken/notes.txt'), 'utf8')).toBe('mine')
  })

  test('the model itself is never written over, and a file is no folder', async () => {
    expect((await albert(['quantize', '--out', 'model'], { cwd })).code).toBe(0)
    const before = readFileSync(join(cwd, 'model/model.safetensors'))
    const itself = await albert(['quantize', './model', '--out', 'model/', '--force'], { cwd })
    expect(itself).toMatchObject({ code: 2, stderr: expect.stringContaining('is the model itself') })
    expect(readFileSync(join(cwd, 'model/model.safetensors')).equals(before)).toBe(true)
    writeFileSync(join(cwd, 'file'), '')
    expect(await albert(['quantize', '--out', 'file'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a folder'),
    })
  })

  test('a model that is not there, a quality that is none: nothing is written', async () => {
    expect((await albert(['quantize', './none', '--out', 'x'], { cwd })).code).toBe(66)
    expect(await albert(['quantize', '--quality', 'best', '--out', 'x'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("option --quality must be one of fast, high, not 'best'."),
    })
    expect(existsSync(join(cwd, 'x'))).toBe(false)
  })
})

test('--dtype and --quality of other commands', async () => {
  const text = ['embed', 'Rain.', '--json']
  const vector = async (...args: string[]): Promise<number[]> => JSON.parse((await albert([...text, ...args])).stdout)
  const [plain, fast, high, named] = [
    await vector('--dtype', 'fp32'),
    await vector('--dtype', 'int8'),
    await vector('--dtype', 'q8', '--quality', 'high'),
    (await albert(text, { env: { ALBERT_DTYPE: 'int8', ALBERT_QUALITY: 'high' } })).stdout,
  ]
  expect(fast).not.toEqual(plain)
  expect(high).not.toEqual(fast)
  expect(JSON.parse(named)).toEqual(high)
  expect(await albert([...text, '--dtype', 'bf16', '--quality', 'high'])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("quality belongs to dtype 'int8' alone."),
  })
})
