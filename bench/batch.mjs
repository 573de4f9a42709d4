// Made-up batches: the same ids for every contender on every machine.

/** @typedef {{ sequences: number, length: number, ids: Int32Array }} Batch  ids: [sequences, length], no padding */

const CLS = 2
const SEP = 3
const FIRST_WORD = 5

/** Uniform numbers in [0, 1) from a seed (mulberry32). @param {number} seed */
export function randomNumbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Ids of one text: [CLS], random words, [SEP]. @param {number} length @param {number} vocabulary @param {() => number} random */
export function randomText(length, vocabulary, random) {
  const ids = Int32Array.from({ length }, () => FIRST_WORD + Math.floor(random() * (vocabulary - FIRST_WORD)))
  ids[0] = CLS
  ids[length - 1] = SEP
  return ids
}

/** `8x128` → eight texts of 128 tokens. @param {string} shape */
export function parseShape(shape) {
  const match = /^([1-9]\d*)x([1-9]\d*)$/.exec(shape)
  if (!match) throw new Error(`shape ${shape} is not of the form 8x128 (texts x tokens)`)
  return { sequences: Number(match[1]), length: Number(match[2]) }
}

/** @param {string} shape @param {number} vocabulary @returns {Batch} */
export function randomBatch(shape, vocabulary) {
  const { sequences, length } = parseShape(shape)
  const random = randomNumbers(sequences * 1000 + length)
  const ids = new Int32Array(sequences * length)
  for (let n = 0; n < sequences; n++) ids.set(randomText(length, vocabulary, random), n * length)
  return { sequences, length, ids }
}

/** The packed batch of this package: texts one after another. @param {readonly Int32Array[]} texts */
export function packTexts(texts) {
  const starts = new Int32Array(texts.length + 1)
  texts.forEach((text, n) => {
    starts[n + 1] = starts[n] + text.length
  })
  const total = starts[texts.length]
  const batch = { ids: new Int32Array(total), types: new Int32Array(total), positions: new Int32Array(total), starts }
  texts.forEach((text, n) => {
    batch.ids.set(text, starts[n])
    for (let i = 0; i < text.length; i++) batch.positions[starts[n] + i] = i
  })
  return batch
}
