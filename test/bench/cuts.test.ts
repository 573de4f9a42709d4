// How texts are handed to the engines: the shapes, and the padded batches that peers choose from.
import { expect, it } from 'vitest'
import { lengthsOf, RAGGED, textsOf } from '../../bench/batch.mjs'
import { cuts, whole } from '../../bench/peers/cuts.mjs'

it('knows shapes of one length and the one of all lengths', () => {
  expect(lengthsOf('3x16')).toEqual([16, 16, 16])
  const ragged = lengthsOf(RAGGED)
  expect(ragged).toHaveLength(64)
  expect(ragged.reduce((sum, length) => sum + length)).toBe(4429)
  expect([Math.min(...ragged), Math.max(...ragged)]).toEqual([9, 128])
  for (const shape of ['0x16', '8', 'ragged', '8x'])
    expect(() => lengthsOf(shape)).toThrow(`shape ${shape} is neither of the form`)
})

it('makes the same texts each time, from [CLS] to [SEP]', () => {
  const texts = textsOf(RAGGED, 30000)
  expect(texts).toEqual(textsOf(RAGGED, 30000))
  for (const text of texts) expect([text[0], text.at(-1)]).toEqual([2, 3])
})

it('cuts every text into one batch each time, sorted by length', () => {
  const texts = textsOf(RAGGED, 30000)
  const found = cuts(texts)
  expect(found.map(({ batches }) => batches.length)).toEqual([1, 4, 16, 64])
  for (const { batches, place } of found) {
    const flat = batches.flat()
    const lengths = flat.map(text => text.length)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
    expect(flat.map(String).sort()).toEqual(texts.map(text => String([...text])).sort())
    expect(batches[place[0]]![place[1]]).toEqual([...texts[0]!])
  }
})

it('leaves texts of one length as they are', () => {
  const texts = textsOf('2x8', 100)
  expect(cuts(texts)).toEqual([whole(texts)])
  expect(whole(texts).batches).toEqual([texts.map(text => [...text])])
})
