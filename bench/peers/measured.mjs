// What the trials of one model gave: times, and what the processes told besides; and the check that all compute the same.
import { agreement, cosine } from '../comparison.mjs'
import { rounded } from '../statistics.mjs'
import { called } from './contenders.mjs'

/** Rounding may turn a vector so far, of bf16 and int8; another formula turns it further. */
const LEAST_COSINE = 0.9

/** @typedef {import('./trial.mjs').Trial} Trial */
/** @typedef {import('./contenders.mjs').Entry} Entry */

export class Measured {
  /** @type {import('./ratios.mjs').Trials} */ trials = {}
  /** @type {Record<string, { load_ms: number[], resident_mb: number, others: number[] }>} */ processes = {}
  /** How texts of several lengths were cut, by contender and workload. @type {Record<string, Record<string, string>>} */ cuts =
    {}
  /** Smallest cosine of a contender's pooled vectors with the first contender's. @type {Record<string, number>} */ cosines =
    {}
  /** @type {Record<string, string>} */ versions = {}
  largest_difference = 0

  /** @param {Entry} entry @param {string} shape @param {Trial} trial @param {string | null} cut */
  add(entry, shape, trial, cut) {
    const { name, dtype } = entry
    const workload = `${dtype} ${shape}`
    const times = this.trials[name]?.[workload] ?? []
    this.trials[name] = { ...this.trials[name], [workload]: [...times, rounded(trial.ms)] }
    const told = this.processes[called(entry)] ?? { load_ms: [], resident_mb: 0, others: [] }
    this.processes[called(entry)] = {
      load_ms: [...told.load_ms, rounded(trial.load_ms, 3)],
      resident_mb: Math.max(told.resident_mb, trial.resident_mb),
      others: [...told.others, rounded(trial.others, 2)],
    }
    this.versions[name] = trial.version
    if (cut) this.cuts[name] = { ...this.cuts[name], [workload]: cut }
  }

  /**
   * Throws unless a contender answers as the first one of its turn: float32 beside float32 nearly to the last digit.
   * @param {Entry} entry @param {Trial} trial @param {Entry} first @param {Trial} wanted
   */
  compare(entry, trial, first, wanted) {
    const names = [called(entry), called(first)]
    const turned = cosine(trial.pooled, wanted.pooled)
    // NaN must fail too.
    if (!(turned >= LEAST_COSINE)) throw new Error(`${names.join(' and ')} answer differently: cosine ${turned}`)
    this.cosines[names[0]] = Math.min(this.cosines[names[0]] ?? 1, rounded(turned, 5))
    if (entry.dtype !== 'fp32' || first.dtype !== 'fp32') return
    const difference = agreement(names, trial.pooled, wanted.pooled)
    this.largest_difference = Math.max(this.largest_difference, rounded(difference, 2))
  }
}
