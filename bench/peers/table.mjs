// The comparison as a table for a terminal.
import { disturbance } from '../comparison.mjs'
import { median, rounded } from '../statistics.mjs'

/**
 * @typedef {object} Result what main.mjs prints and stores
 * @property {ReturnType<import('../machine.mjs').fingerprint>} machine
 * @property {number} threads
 * @property {number} rounds
 * @property {{ sha256: string }} weights
 * @property {Record<string, number>} ratios
 * @property {Record<string, number>} ratios_hidden
 * @property {import('./ratios.mjs').Trials} trials
 * @property {Record<string, { others: number[] }>} processes
 */

/** @param {Result} result */
export function table({ machine, threads, rounds, weights, ratios, ratios_hidden, trials, processes }) {
  const workloads = Object.keys(ratios)
  const width = Math.max(...Object.keys(trials).map(name => name.length), 30)
  /** @param {string} name @param {(string | number)[]} cells */
  const row = (name, cells) => name.padEnd(width) + cells.map(cell => String(cell).padStart(14)).join('')
  /** @param {Record<string, number>} times */
  const fixed = times => workloads.map(workload => times[workload].toFixed(2))
  const medians = Object.entries(trials).map(([name, times]) =>
    row(
      name,
      workloads.map(workload => rounded(median(times[workload]))),
    ),
  )
  return [
    `${machine.cpu} (family ${machine.family}, model ${machine.model}), ${machine.cores} cores, ${threads} threads`,
    `ALBERT-base, weights ${weights.sha256.slice(0, 16)}, milliseconds, medians of ${rounds} trials`,
    '',
    row('', workloads),
    ...medians,
    '',
    row('best peer / ours', fixed(ratios)),
    row('best peer / ours, hidden rows', fixed(ratios_hidden)),
    ...disturbance(Object.values(processes).flatMap(({ others }) => others)),
  ].join('\n')
}
