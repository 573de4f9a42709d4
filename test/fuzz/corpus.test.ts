// Cases that a fuzzer once found wrong, in the package or in a spoiled copy of it: each is refused as it should be, or works.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../lib/checkpoint/files.js'
import { readCase } from './corpus.js'
import { Fuzzer } from './fuzzer.js'
import { targets } from './targets/index.js'

const corpus = join(import.meta.dirname, 'corpus')

test('every folder of the corpus belongs to a target', () => {
  expect(Object.keys(targets)).toEqual(expect.arrayContaining(readdirSync(corpus)))
})

describe.each(Object.entries(targets).filter(([name]) => casesOf(name).length > 0))('%s', (name, target) => {
  const folder = temporaryFolder()

  test.each(casesOf(name))('%s', async kept => {
    const { files, facts } = readCase(join(corpus, name, kept), target)
    const own = join(folder, kept)
    mkdirSync(own)
    const fuzzer = new Fuzzer(target, facts.seed, own)
    const fromMemory = await fuzzer.attempt(facts.case, files, false)
    expect(fromMemory.what).toBeUndefined()
    const { outcome, what } = await fuzzer.attempt(facts.case, files, true)
    expect(what).toBeUndefined()
    expect(outcome.split(':')[0], facts.found).toBe(facts.expected)
  })
})

function casesOf(target: string): string[] {
  return existsSync(join(corpus, target)) ? readdirSync(join(corpus, target)) : []
}
