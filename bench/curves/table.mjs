// The curves as tables for a terminal.
import { disturbance } from '../comparison.mjs'

/** By dtype. @typedef {Record<string, import('./measure.mjs').Point[]>} Curve */
/** @typedef {{ tokens: Curve, length: Curve, layers: Curve, threads: Curve }} Curves */
/** Megabytes of weights by number of layers, by model and dtype. @typedef {Record<string, { at: number, mb: number }[]>} Memory */
/**
 * @typedef {object} Result what main.mjs prints and stores
 * @property {string} date
 * @property {ReturnType<import('../machine.mjs').fingerprint>} machine
 * @property {Curves} curves
 * @property {Record<string, number>} largest_fall
 * @property {Memory} memory_mb
 * @property {number} tokens_by_length
 * @property {string} shape_by_model
 * @property {number} others
 * @property {number} threads
 */

/** What each curve is drawn over. @type {Record<keyof Curves, (result: Result) => string>} */
export const TITLES = {
  tokens: () => 'tokens in a call (one text up to 128, then texts of 128)',
  length: ({ tokens_by_length }) => `length of the texts, ${tokens_by_length.toLocaleString('en')} tokens in all`,
  layers: ({ shape_by_model }) => `layers, ${shape_by_model}`,
  threads: ({ shape_by_model }) => `threads, ${shape_by_model}`,
}

/** @param {(string | number)[]} cells */
function row([name, ...cells]) {
  return String(name).padEnd(20) + cells.map(cell => String(cell).padStart(9)).join('')
}

/** @param {Result} result */
export function table(result) {
  const { machine, threads, curves, largest_fall, memory_mb, others } = result
  const blocks = Object.entries(TITLES).flatMap(([name, title]) => {
    const curve = curves[/** @type {keyof Curves} */ (name)]
    const [first = []] = Object.values(curve)
    return [
      '',
      `By ${title(result)}`,
      row(['', ...first.map(({ at }) => at)]),
      ...Object.entries(curve).flatMap(([dtype, points]) => [
        row([`${dtype}, ms`, ...points.map(({ ms }) => ms)]),
        row([`${dtype}, tokens/s`, ...points.map(({ rate }) => rate)]),
      ]),
    ]
  })
  const [depths = []] = Object.values(memory_mb)
  return [
    `${machine.cpu} (family ${machine.family}, model ${machine.model}), ${threads} threads, ALBERT-base`,
    ...blocks,
    '',
    'Weights in memory by layers, MB',
    row(['', ...depths.map(({ at }) => at)]),
    ...Object.entries(memory_mb).map(([name, points]) => row([name, ...points.map(({ mb }) => mb)])),
    '',
    ...Object.entries(largest_fall).map(
      ([dtype, fall]) => `${dtype}: the rate falls by ${(100 * fall).toFixed(1)} % at most as calls grow`,
    ),
    ...disturbance([others]),
  ].join('\n')
}
