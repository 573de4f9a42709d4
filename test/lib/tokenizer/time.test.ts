// Time: linear in the length of the text whatever the text, in slices that let the event loop live, and stopped by a signal.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AlbertTokenizer, type Encoding } from '../../../lib/tokenizer/index.js'
import { golden } from './files.js'

const tokenizer = await AlbertTokenizer.from_pretrained(golden.json)
const MB = 2 ** 20

const kinds: [name: string, size: number, unit: string, tail: string][] = [
  ['no space', MB, 'ab', ''],
  ['one rare code point', MB, '\ua66e', ''],
  ['combining marks', MB, '\u0301', ''],
  ['marks that join and stay', MB / 4, '\u07fd', ''],
  ['removed controls', MB / 4, '\u0001', ''],
  ['white space before a mask', MB / 4, '  ', '[MASK]'],
]

describe('twice the text takes at most 2.6 times as long', () => {
  test.each(kinds)('%s, %d bytes', (_, size, unit, tail) => {
    const texts = [1, 2].map(times => unit.repeat((times * size) / Buffer.byteLength(unit)) + tail)
    const times: number[][] = [[], []]
    for (let round = 0; round < 3; round++) {
      for (const [i, text] of texts.entries()) {
        const started = cpuMs()
        tokenizer.encodeIds(text)
        times[i]!.push(cpuMs() - started)
      }
    }
    const [one, two] = times.map(median)
    // Below a few milliseconds the clock measures the machine.
    expect(two!).toBeLessThan(Math.max(2.6 * one!, 10))
  })
})

describe('no slice of a megabyte is longer than 10 ms', () => {
  test.each([
    ['no space', 'ab'],
    ['one rare code point', '\ua66e'],
    ['combining marks', '\u0301'],
    ['U+FDFA, which becomes 18 characters and 6 tokens', '\ufdfa'],
    ['U+3300, which becomes 4 characters of one word', '\u3300'],
    ['words of one letter', 'a '],
    ['pairs of surrogates', '\u{1f600}'],
    ['special tokens', '[MASK]'],
    ['white space before a mask', '\u2003'],
  ])('%s', async (_, unit) => {
    const text = `${unit.repeat(MB / Buffer.byteLength(unit))}[MASK]`
    for (const work of [
      () => tokenizer.encodeBatch([text]),
      () => tokenizer.encodeBatch([text], { offsets: 'codepoint' }),
      () => tokenizer.callAsync(text),
    ]) {
      // The best of some rounds: a pause of the garbage collector comes and goes, a long step is there each time.
      const rounds: number[] = []
      for (let round = 0; round < 4 && !(Math.min(...rounds) < 10); round++) rounds.push((await watched(work)).longest)
      expect(Math.min(...rounds), rounds.join(' ')).toBeLessThan(10)
    }
  })
})

test('a long text leaves the event loop alive', async () => {
  const text = 'ab'.repeat(MB)
  const { turns, longest, result } = await watched(() => tokenizer.encodeBatch([text]))
  expectSame(result, [tokenizer.encodeIds(text)])
  // About 250 ms of work in slices of 4 ms.
  expect(turns).toBeGreaterThan(8)
  expect(longest).toBeLessThan(50)
})

test('a large batch leaves the event loop alive', async () => {
  const texts = Array.from({ length: 3000 }, (_, i) => `text number ${i} has ${i % 40} words ${'word '.repeat(i % 40)}`)
  const { turns, longest, result } = await watched(() => tokenizer.callAsync(texts, { padding: true }))
  expect(result.input_ids.dims[0]).toBe(3000)
  expect(turns).toBeGreaterThan(4)
  expect(longest).toBeLessThan(50)
})

describe('a signal', () => {
  test('stops a running call with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const started = cpuMs()
    const call = tokenizer.encodeBatch(['ab'.repeat(4 * MB)], { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 10)
    await expect(call).rejects.toBe(reason)
    // All of the text would take more than half a second.
    expect(cpuMs() - started).toBeLessThan(400)
  })

  test('stops a call before it begins', async () => {
    await expect(tokenizer.callAsync('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  test('leaves the tokenizer as it was', async () => {
    const controller = new AbortController()
    const stopped = tokenizer.encodeBatch(['ab'.repeat(MB)], { signal: controller.signal })
    const other = tokenizer.encodeBatch(['hello '.repeat(20_000)])
    setTimeout(() => controller.abort(), 5)
    await expect(stopped).rejects.toBeDefined()
    expectSame(await other, [tokenizer.encodeIds('hello '.repeat(20_000))])
  })
})

/** toEqual takes minutes for millions of numbers. */
function expectSame(found: Encoding[], expected: Encoding[]): void {
  expect(found.length).toBe(expected.length)
  for (const [i, encoding] of found.entries()) {
    for (const [name, values] of Object.entries(expected[i]!)) {
      const own: unknown = encoding[name as keyof Encoding]
      const same =
        ArrayBuffer.isView(values) && ArrayBuffer.isView(own) ? bytes(own).equals(bytes(values)) : own === values
      if (!same) expect.fail(`${name} of text ${i} differ`)
    }
  }
}

function bytes(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
}

/** Runs `work` beside a chain of immediates that measures how much each turn of the event loop takes, in ms of this thread. */
async function watched<T>(work: () => Promise<T>): Promise<{ turns: number; longest: number; result: T }> {
  let turns = 0
  let longest = 0
  let running = true
  let before = threadMs()
  const turn = (): void => {
    const now = threadMs()
    longest = Math.max(longest, now - before)
    before = now
    turns++
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  const result = await work()
  running = false
  return { turns, longest, result }
}

/** Time of the processor, which other programs on the machine do not lengthen. Other threads of this one count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Time of this thread on a processor, which other threads do not lengthen. Where there is no file that tells: of the clock. */
function threadMs(): number {
  if (process.platform !== 'linux') return performance.now()
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!
}
