// Made-up batches: the same ids for every contender on every machine.

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

/** The shape of no one length: texts of all lengths between two, as requests come. The seed gives 4,429 tokens. */
export const RAGGED = 'ragged64'
const RAGGED_TEXTS = { texts: 64, shortest: 8, longest: 128, seed: 866 }

/** Lengths of the texts of a shape: `8x128` → eight times 128. @param {string} shape @returns {number[]} */
export function lengthsOf(shape) {
  if (shape === RAGGED) {
    const { texts, shortest, longest, seed } = RAGGED_TEXTS
    const random = randomNumbers(seed)
    return Array.from({ length: texts }, () => Math.floor(shortest + random() * (longest - shortest + 1)))
  }
  const match = /^([1-9]\d*)x([1-9]\d*)$/.exec(shape)
  if (!match) throw new Error(`shape ${shape} is neither of the form 8x128 (texts x tokens) nor ${RAGGED}`)
  return new Array(Number(match[1])).fill(Number(match[2]))
}

/** Texts of a shape, the same in every process. @param {string} shape @param {number} vocabulary */
export function textsOf(shape, vocabulary) {
  const lengths = lengthsOf(shape)
  const random = randomNumbers(lengths.length * 1000 + lengths[0])
  return lengths.map(length => randomText(length, vocabulary, random))
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
