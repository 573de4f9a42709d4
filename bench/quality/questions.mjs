// What every contender is asked, as token ids, so that all get the same: passages, the same passages with masked words, and
// the sentences of the probes' tasks where the user has them.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { randomNumbers } from '../batch.mjs'

/** @typedef {{ ids: number[], places: number[] }} Placed  a text and the places in it that are asked about */
/** @typedef {{ calibration: number[][], passages: number[][], masked: Placed[], sst2?: number[][], ner?: Placed[] }} Questions */
/** @typedef {{ sst2?: number[], ner?: string[][] }} Truth */
/** @typedef {Awaited<ReturnType<typeof import('../../lib/index.js').AutoTokenizer.from_pretrained>>} Tokenizer */

const MASKED = 0.15
const SEED = 11
/** Sentences of uner_ewt.dev that the probe was trained on. */
const TRAINED_ON = 1000
/** Phrases at the end of sst2/train that it was not. */
const HELD_OUT = 6000
const LONGEST = 128
const LONGEST_PASSAGE = 256
/** Kinds of names that both files of the task have; others count as no name. */
const KINDS = new Set(['PER', 'LOC', 'ORG'])

/** @param {string} text JSON, one object a line */
function objects(text) {
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
}

/** @param {Tokenizer} tokenizer @param {string} text @param {boolean} [special] */
function idsOf(tokenizer, text, special = true) {
  return [...tokenizer.encode(text, { add_special_tokens: special })]
}

/** Passages of public-domain prose that no model in the package was trained on. @param {Tokenizer} tokenizer */
export function passages(tokenizer) {
  const file = new URL('text.jsonl', import.meta.url)
  return objects(readFileSync(file, 'utf8')).map(({ text }) => {
    const ids = idsOf(tokenizer, text)
    return ids.length > LONGEST_PASSAGE ? ids.slice(0, LONGEST_PASSAGE - 1).concat(ids.slice(-1)) : ids
  })
}

/** A copy of each text with a share of its words masked, at least one. @param {number[][]} texts @param {number} mask @returns {Placed[]} */
export function withMasks(texts, mask) {
  const random = randomNumbers(SEED)
  return texts.map(ids => {
    const open = ids.map((_, place) => place).slice(1, -1)
    const count = Math.max(1, Math.round(MASKED * open.length))
    const places = Array.from({ length: count }, () => open.splice(Math.floor(random() * open.length), 1)[0])
    places.sort((a, b) => a - b)
    return { ids: ids.map((id, place) => (places.includes(place) ? mask : id)), places }
  })
}

/** [CLS] words [SEP], and the first piece of each word. @param {Tokenizer} tokenizer @param {string[]} words @returns {Placed} */
function wordPieces(tokenizer, words) {
  const [first, last] = idsOf(tokenizer, '')
  const ids = [first]
  const places = []
  for (const word of words) {
    const pieces = idsOf(tokenizer, word, false)
    if (ids.length + pieces.length >= LONGEST) break
    places.push(ids.length)
    ids.push(...pieces)
  }
  return { ids: [...ids, last], places }
}

/** The labelled sentences under this folder; null where it lacks them. @param {Tokenizer} tokenizer @param {string | undefined} folder */
export function tasks(tokenizer, folder) {
  if (folder === undefined || !existsSync(join(folder, 'sst2/dev.jsonl.gz'))) return null
  /** @param {string} name */
  const lines = name => objects(gunzipSync(readFileSync(join(folder, name))).toString('utf8'))
  const reviews = [...lines('sst2/dev.jsonl.gz'), ...lines('sst2/train.jsonl.gz').slice(-HELD_OUT)]
  const sentences = [...lines('ner/wikigold.dev.jsonl.gz'), ...lines('ner/uner_ewt.dev.jsonl.gz').slice(TRAINED_ON)]
  const ner = sentences.map(({ tokens }) => wordPieces(tokenizer, tokens))
  return {
    questions: {
      sst2: reviews.map(({ text }) => idsOf(tokenizer, text)),
      ner,
    },
    truth: {
      sst2: reviews.map(({ label }) => label),
      ner: sentences.map(({ tags }, n) =>
        tags.slice(0, ner[n].places.length).map((/** @type {string} */ tag) => (KINDS.has(tag.slice(2)) ? tag : 'O')),
      ),
    },
  }
}
