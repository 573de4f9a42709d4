// The reader of streams by itself, with a model that the test plays: what is read, and what goes to it together.
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { placeOf } from '../../../lib/pipelines/list-part.js'
import { LookAhead } from '../../../lib/pipelines/look-ahead.js'

/** A model that answers a part when it is told to. */
class Model {
  readonly parts: { list: string[]; first: number; answer: () => void }[] = []

  readonly askPart = () => (list: unknown[]) =>
    new Promise<string[]>(resolve => {
      const part = list as string[]
      this.parts.push({ list: part, first: placeOf(list, 0), answer: () => resolve(part.map(text => `${text}!`)) })
    })
}

/** Texts without end, which counts how many were asked for. */
function endless(text: (i: number) => string): { source: AsyncGenerator<string>; read: () => number } {
  let count = 0
  async function* texts(): AsyncGenerator<string> {
    for (;;) yield text(count++)
  }
  return { source: texts(), read: () => count }
}

async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate()
}

test('reads as much as keeps the model busy, and goes on as answers are taken', async () => {
  const { source, read } = endless(String)
  const model = new Model()
  const ahead = new LookAhead<string>(source, model.askPart)
  await turns()
  expect(read()).toBe(768)
  expect(model.parts.map(({ list, first }) => [first, list.length])).toEqual([
    [0, 256],
    [256, 256],
  ])
  model.parts[0]!.answer()
  const { answers } = (await ahead.next())!
  expect(answers.map(({ value }) => value)).toEqual(Array.from({ length: 256 }, (_, i) => `${i}!`))
  await turns()
  expect(model.parts).toHaveLength(3)
  expect(read()).toBe(768)
  for (const { units } of answers) ahead.release(units)
  await turns()
  expect(read()).toBe(1024)
  await ahead.close()
})

test('long texts take more room', async () => {
  const { source, read } = endless(() => 'letters '.repeat(12_500)) // 100,000 letters: 11 units.
  const ahead = new LookAhead<string>(source, new Model().askPart)
  await turns()
  expect(read()).toBe(Math.ceil(768 / 11))
  await ahead.close()
})

test('what has come while the model was busy goes to it together', async () => {
  let give: (text: string) => void = () => {}
  async function* texts(): AsyncGenerator<string> {
    for (;;)
      yield await new Promise<string>(resolve => {
        give = resolve
      })
  }
  const model = new Model()
  const ahead = new LookAhead<string>(texts(), model.askPart)
  for (const text of ['a', 'b', 'c', 'd', 'e']) {
    await turns(3)
    give(text)
  }
  await turns()
  expect(model.parts.map(({ list }) => list)).toEqual([['a'], ['b']])
  model.parts[0]!.answer()
  await turns()
  expect(model.parts.map(({ list, first }) => [first, ...list])).toEqual([
    [0, 'a'],
    [1, 'b'],
    [2, 'c', 'd', 'e'],
  ])
  await ahead.close()
})

test('the entries of a part that failed are asked one by one, up to the bad one', async () => {
  const asked: string[][] = []
  const askPart = () => async (list: unknown[]) => {
    asked.push(list as string[])
    if (list.includes('bad')) throw new Error(`entry ${placeOf(list, list.indexOf('bad'))}`)
    return list
  }
  async function* texts(): AsyncGenerator<string> {
    yield* ['a', 'b', 'bad', 'c']
  }
  const ahead = new LookAhead(texts(), askPart)
  const { answers, failure } = (await ahead.next())!
  expect(answers.map(({ value }) => value)).toEqual(['a', 'b'])
  expect(failure!.error).toEqual(new Error('entry 2'))
  expect(asked.slice(1)).toEqual([['a'], ['b'], ['bad']])
  await ahead.close()
})
