// What is made of the answers: cosines beside float32, words that agree, accuracy and F1 of the probes.
import { rounded } from '../statistics.mjs'

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function cosine(a, b) {
  let dot = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i]
    aa += a[i] * a[i]
    bb += b[i] * b[i]
  }
  return dot / Math.sqrt(aa * bb)
}

/** Mean, 1 % quantile and smallest of the cosines. @param {ArrayLike<number>[]} answers @param {ArrayLike<number>[]} reference */
export function cosines(answers, reference) {
  const sorted = answers.map((answer, n) => cosine(answer, reference[n])).sort((a, b) => a - b)
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  return {
    mean: rounded(mean, 6),
    q01: rounded(sorted[Math.floor(0.01 * (sorted.length - 1))], 6),
    min: rounded(sorted[0], 6),
  }
}

/** Per cent of equal entries. @param {ArrayLike<number | string>} answers @param {ArrayLike<number | string>} reference */
export function agreement(answers, reference) {
  let equal = 0
  for (let i = 0; i < reference.length; i++) if (answers[i] === reference[i]) equal++
  return rounded((100 * equal) / reference.length, 4)
}

/** Names as `kind start end`; an I- without its B- begins one. @param {readonly string[]} tags */
function names(tags) {
  /** @type {string[]} */
  const found = []
  let kind = ''
  let start = 0
  for (let i = 0; i <= tags.length; i++) {
    const tag = tags[i] ?? 'O'
    if (kind && tag !== `I-${kind}`) {
      found.push(`${kind} ${start} ${i}`)
      kind = ''
    }
    if (!kind && tag !== 'O') {
      kind = tag.slice(2)
      start = i
    }
  }
  return found
}

/** F1 of whole names, in per cent. @param {readonly string[][]} answers @param {readonly string[][]} truth */
export function entityF1(answers, truth) {
  let hits = 0
  let all = 0
  answers.forEach((tags, n) => {
    const expected = new Set(names(truth[n]))
    const given = names(tags)
    hits += given.filter(name => expected.has(name)).length
    all += expected.size + given.length
  })
  return rounded(all ? (200 * hits) / all : 0, 4)
}
