// The part of the report that compares: times and ratios of each dtype, and what sharing brings.
import { contest, overview, spoken } from '../charts/peers.mjs'
import { isOurs } from '../peers/contenders.mjs'
import { ratioRows, workloadsOf } from '../peers/table.mjs'
import { median, rounded } from '../statistics.mjs'
import { heading, list, paragraph, table } from './page.mjs'

/** @typedef {import('../peers/table.mjs').Result} Result */
/** @typedef {import('../peers/table.mjs').SharingResult} SharingResult */
/** @typedef {import('../peers/table.mjs').ModelResult} ModelResult */
/** @typedef {import('./page.mjs').Row} Row */

/** Times and ratios of one model in one dtype. @param {ModelResult} result @param {string} dtype @param {string[]} shapes */
function timesTable(result, dtype, shapes) {
  const shown = (/** @type {number[] | undefined} */ times) =>
    times ? rounded(median(times)).toLocaleString('en') : ''
  /** @type {Row[]} */
  const rows = Object.entries(result.trials)
    .filter(([, times]) => shapes.some(shape => `${dtype} ${shape}` in times))
    .map(([name, times]) => ({
      name,
      cells: shapes.map(shape => shown(times[`${dtype} ${shape}`])),
      ...(isOurs(name) && { kind: /** @type {const} */ ('ours') }),
    }))
  const ratios = ratioRows(result, dtype, shapes).map(({ name, values }) => ({
    name,
    cells: values.map(value => value?.toFixed(2) ?? ''),
    kind: /** @type {const} */ ('ratio'),
  }))
  return table([`${dtype}, ms`, ...shapes], [...rows, ...ratios])
}

/** @param {Result['versions']} versions */
function versionLine(versions = {}) {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

/** How a run was made. @param {Result | SharingResult} result */
function context(result) {
  const { date, threads, rounds, versions, skipped = {} } = result
  return [
    paragraph(
      `${date.slice(0, 10)}, ${threads} threads, medians of ${rounds} trials that took turns. ${versionLine(versions)}.`,
      'quiet',
    ),
    list(Object.entries(skipped).map(([name, reason]) => `Not measured: ${name}: ${reason}`)),
  ]
}

/** Charts by file name, which is also how they are kept beside the report. @param {Result} result @returns {Record<string, string>} */
export function comparisonCharts(result) {
  const dtypes = Object.keys(workloadsOf(result.trials))
  return {
    overview: overview(result),
    ...Object.fromEntries(dtypes.map(dtype => [dtype, contest(result, dtype)])),
  }
}

/** @param {Result} result @param {Record<string, string>} charts */
export function comparisonPart(result, charts) {
  const workloads = workloadsOf(result.trials)
  const shapes = [...new Set(Object.values(workloads).flat())]
  const cuts = Object.entries(result.cuts ?? {}).flatMap(([name, found]) =>
    Object.entries(found).map(([workload, cut]) => `${name}, ${workload}: ${cut}`),
  )
  return [
    heading(2, 'ALBERT-base beside the other engines'),
    ...context(result),
    list(shapes.map(shape => `${shape}: ${spoken(shape)}`)),
    charts['overview'],
    ...Object.entries(workloads).flatMap(([dtype, found]) => [
      heading(3, dtype),
      timesTable(result, dtype, found),
      charts[dtype],
    ]),
    ...(cuts.length > 0 ? [heading(3, 'Texts of several lengths, cut as each peer is fastest'), list(cuts)] : []),
    paragraph(`SHA-256 of the weights: ${result.weights.sha256}`, 'quiet'),
  ]
}

/** @param {SharingResult} result */
export function sharingPart(result) {
  return [
    heading(2, 'What sharing one layer brings'),
    ...context(result),
    ...Object.entries(result.sharing).flatMap(([pair, { pooled, hidden }]) => {
      const found = Object.keys(pooled)
      return [
        heading(3, `${pair}: BERT on the best peer over ALBERT here`),
        table(
          ['', ...found],
          [
            { name: 'pooled vector', cells: found.map(workload => pooled[workload].toFixed(2)), kind: 'ratio' },
            { name: 'hidden rows', cells: found.map(workload => hidden[workload]?.toFixed(2) ?? '') },
          ],
        ),
      ]
    }),
    ...result.models.flatMap(model => [
      heading(3, model.model ?? ''),
      ...Object.entries(workloadsOf(model.trials)).map(([dtype, shapes]) => timesTable(model, dtype, shapes)),
    ]),
  ]
}
