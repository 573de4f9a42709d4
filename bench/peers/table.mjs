// The comparison as a table for a terminal: a block for each dtype, a column for each shape.
import { disturbance } from '../comparison.mjs'
import { median, rounded } from '../statistics.mjs'
import { DTYPES, ORT_NODE } from './contenders.mjs'

/**
 * @typedef {object} ModelResult what is told of one model
 * @property {string} [model] missing in results from before there were several
 * @property {Record<string, number>} ratios
 * @property {Record<string, number>} ratios_hidden
 * @property {import('./ratios.mjs').Trials} trials
 * @property {Record<string, { others: number[] }>} processes
 * @property {Record<string, Record<string, string>>} [cuts]
 */
/**
 * @typedef {object} Run what is told of the whole
 * @property {string} date
 * @property {ReturnType<import('../machine.mjs').fingerprint>} machine
 * @property {number} threads
 * @property {number} rounds
 * @property {Record<string, string>} [skipped]
 * @property {Record<string, string>} [versions]
 */
/** @typedef {Run & ModelResult & { weights: { sha256: string } }} Result  of one model, as main.mjs prints and stores it */
/** @typedef {Run & { models: ModelResult[], sharing: ReturnType<import('./sharing.mjs').sharing> }} SharingResult */

/** Shapes by dtype, in the order measured. @param {import('./ratios.mjs').Trials} trials */
export function workloadsOf(trials) {
  const all = [...new Set(Object.values(trials).flatMap(times => Object.keys(times)))].map(workload =>
    workload.split(' '),
  )
  return Object.fromEntries(
    DTYPES.filter(dtype => all.some(([found]) => found === dtype)).map(dtype => [
      dtype,
      all.filter(([other]) => other === dtype).map(([, shape]) => shape),
    ]),
  )
}

/** The rows of ratios under the times of a dtype. @param {ModelResult} result @param {string} dtype @param {string[]} shapes */
export function ratioRows({ ratios, ratios_hidden }, dtype, shapes) {
  const rows = [
    { name: 'best peer / ours', prefix: dtype, ratios },
    { name: 'best peer / ours, hidden rows', prefix: dtype, ratios: ratios_hidden },
    { name: `${ORT_NODE} fp32 / ours`, prefix: `${dtype} vs ${ORT_NODE}`, ratios },
  ]
  return rows
    .map(({ name, prefix, ratios }) => ({ name, values: shapes.map(shape => ratios[`${prefix} ${shape}`]) }))
    .filter(({ values }) => values.some(value => value !== undefined))
}

const WIDTH = 32

/** @param {string} name @param {(string | number | undefined)[]} cells */
function row(name, cells) {
  return name.padEnd(WIDTH) + cells.map(cell => String(cell ?? '').padStart(12)).join('')
}

/** @param {ModelResult} result */
function blocks(result) {
  return Object.entries(workloadsOf(result.trials)).flatMap(([dtype, shapes]) => {
    const times = Object.entries(result.trials)
      .filter(([, found]) => shapes.some(shape => `${dtype} ${shape}` in found))
      .map(([name, found]) =>
        row(
          name,
          shapes.map(shape => found[`${dtype} ${shape}`] && rounded(median(found[`${dtype} ${shape}`]))),
        ),
      )
    const quoted = ratioRows(result, dtype, shapes).map(({ name, values }) =>
      row(
        name,
        values.map(value => value?.toFixed(2)),
      ),
    )
    return ['', row(dtype, shapes), ...times, ...quoted]
  })
}

/** @param {ModelResult} result */
function cutLines({ cuts = {} }) {
  const lines = Object.entries(cuts).flatMap(([name, byWorkload]) =>
    Object.entries(byWorkload).map(([workload, cut]) => `${name}, ${workload}: ${cut}`),
  )
  return lines.length > 0 ? ['', 'Texts of several lengths, as each peer is fastest:', ...lines] : []
}

/** @param {ReturnType<import('./sharing.mjs').sharing>} sharing */
function sharingLines(sharing) {
  return Object.entries(sharing).flatMap(([pair, { pooled }]) => [
    '',
    `${pair}: BERT on the best peer / ALBERT here`,
    ...Object.entries(pooled).map(([workload, ratio]) => row(workload, [ratio.toFixed(2)])),
  ])
}

/** @param {Record<string, string>} skipped */
function skippedLines(skipped) {
  const lines = Object.entries(skipped).map(([name, reason]) => `skipped: ${name}: ${reason}`)
  return lines.length > 0 ? ['', ...lines] : []
}

/** @param {Result | SharingResult} result */
export function table(result) {
  const { machine, threads, rounds, skipped = {} } = result
  const models = 'models' in result ? result.models : [result]
  return [
    `${machine.cpu} (family ${machine.family}, model ${machine.model}), ${machine.cores} cores, ${threads} threads`,
    `milliseconds, medians of ${rounds} trials`,
    ...models.flatMap(found => ['', `Model ${found.model ?? 'base'}`, ...blocks(found), ...cutLines(found)]),
    ...('sharing' in result ? sharingLines(result.sharing) : []),
    ...skippedLines(skipped),
    ...disturbance(models.flatMap(({ processes }) => Object.values(processes).flatMap(({ others }) => others))),
  ].join('\n')
}
