// The fuzzers for a while, each as `npm run fuzz` runs it: 5 s, in CI 60 s, two at a time; ALBERT_FUZZ_SECONDS says otherwise.
// The seed is a new one each time, but in CI always 1. A failure prints it, and leaves the case in test/fuzz/corpus.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../lib/checkpoint/files.js'
import { Fuzzer } from './fuzzer.js'
import { targets } from './targets/index.js'

const main = join(import.meta.dirname, 'main.mjs')
const seconds = Number(process.env['ALBERT_FUZZ_SECONDS'] ?? (process.env['CI'] ? 60 : 5))
const pairs = [
  ['safetensors', 'spiece'],
  ['config', 'tokenizer-json'],
] as const

describe.each(Object.entries(targets))('%s: the folders that cases grow from', (_, target) => {
  const folder = temporaryFolder()

  test.each(target.seeds.map((seed, i) => [i, seed] as const))(
    'number %i loads, from memory and from files',
    async (i, seed) => {
      const fuzzer = new Fuzzer(target, 1, folder)
      for (const byFiles of [false, true]) {
        expect(await fuzzer.attempt(i, seed, byFiles)).toEqual({ outcome: expect.stringMatching(/^works/) })
      }
    },
  )
})

test('equal seeds give equal cases, others others', async () => {
  const drawn = (seed: number) => {
    const fuzzer = new Fuzzer(targets['config']!, seed, '')
    return [0, 1, 2].map(number => fuzzer.draw(number))
  }
  expect(drawn(7)).toEqual(drawn(7))
  expect(drawn(7)).not.toEqual(drawn(8))
})

const sanitized: string[] = []

describe.each(pairs)('%s beside %s', (...names) => {
  let runs: Map<string, Promise<string>> | undefined

  test.each(names)(
    `%s: ${seconds} s of changed files, each refused with a typed error or working`,
    async name => {
      runs ??= new Map(names.map(each => [each, fuzz(each)]))
      const said = await runs.get(name)!
      const count = '[1-9]\\d*'
      expect(said).toMatch(new RegExp(`^${name}: seed \\d+, ${count} cases in .* ${count} refused, ${count} work\\n$`))
      console.log(said.trim())
      if (said.includes('under AddressSanitizer')) sanitized.push(name)
    },
    1000 * (seconds + 240),
  )
})

test('the addon ran under AddressSanitizer', context => {
  if (sanitized.length === 0) context.skip('build/Sanitize/albert.node or libasan is missing; the usual addon ran')
  expect(sanitized.sort()).toEqual(pairs.flat().sort())
})

/** What it says; rejects with all of that if it found something. */
async function fuzz(target: string): Promise<string> {
  // A merge must not fail by the luck of a draw: CI repeats one seed, `npm run fuzz` looks for what is new.
  const seed = process.env['CI'] ? ['--seed', '1'] : []
  const args = [main, '--target', target, '--seconds', String(seconds), ...seed]
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(({ stdout, stderr, message }) => {
    throw new Error([message, stdout, stderr].join('\n'))
  })
  return stdout
}
