// The part of the report that shows how our time grows, and what the weights take.
import { lines } from '../charts/lines.mjs'
import { TITLES } from '../curves/table.mjs'
import { heading, list, paragraph, table } from './page.mjs'

/** @typedef {import('../curves/table.mjs').Result} Result */
/** @typedef {keyof import('../curves/table.mjs').Curves} CurveName */

const MILLISECONDS = 'milliseconds a call'
/** Axes by curve: powers of two where the points are. @type {Record<CurveName, { x: boolean, y: boolean }>} */
const LOG = {
  tokens: { x: true, y: true },
  length: { x: true, y: false },
  layers: { x: false, y: false },
  threads: { x: false, y: false },
}

/** @param {Result} result */
function note({ machine, threads }) {
  return `ALBERT-base, pooled vectors; ${machine.cpu} (family ${machine.family}, model ${machine.model}), ${threads} threads`
}

/** @param {Result} result @returns {Record<string, string>} */
export function curveCharts(result) {
  const charts = Object.entries(LOG).map(([name, log]) => {
    const curve = result.curves[/** @type {CurveName} */ (name)]
    const title = TITLES[/** @type {CurveName} */ (name)](result)
    const series = Object.entries(curve).map(([dtype, points]) => ({
      name: dtype,
      points: points.map(({ at, ms }) => /** @type {[number, number]} */ ([at, ms])),
    }))
    return [
      name,
      lines({
        title: `Time against ${title}`,
        note: note(result),
        x: { label: name, log: log.x },
        y: { label: MILLISECONDS, log: log.y },
        series,
      }),
    ]
  })
  const rate = Object.entries(result.curves.tokens).map(([dtype, points]) => ({
    name: dtype,
    points: points.map(({ at, rate }) => /** @type {[number, number]} */ ([at, rate])),
  }))
  const memory = Object.entries(result.memory_mb).map(([name, points]) => ({
    name,
    points: points.map(({ at, mb }) => /** @type {[number, number]} */ ([at, mb])),
  }))
  return {
    ...Object.fromEntries(charts),
    rate: lines({
      title: `Tokens a second against ${TITLES.tokens(result)}`,
      note: note(result),
      x: { label: 'tokens', log: true },
      y: { label: 'tokens a second', log: false },
      series: rate,
    }),
    memory: lines({
      title: 'Weights in memory against layers',
      note: 'packed weights included; ALBERT shares one layer, BERT shares none',
      x: { label: 'layers', log: false },
      y: { label: 'MB', log: true },
      series: memory,
    }),
  }
}

/** Points of a curve as a table. @param {CurveName} name @param {Result} result */
function pointsTable(name, { curves }) {
  const curve = curves[name]
  const [first = []] = Object.values(curve)
  const rows = Object.entries(curve).flatMap(([dtype, points]) => [
    { name: `${dtype}, ms`, cells: points.map(({ ms }) => ms.toLocaleString('en')) },
    { name: `${dtype}, tokens a second`, cells: points.map(({ rate }) => rate.toLocaleString('en')) },
  ])
  return table([name, ...first.map(({ at }) => at.toLocaleString('en'))], rows)
}

/** @param {Result} result @param {Record<string, string>} charts */
export function curvesPart(result, charts) {
  const [depths = []] = Object.values(result.memory_mb)
  return [
    heading(2, 'How time and memory grow'),
    paragraph(
      `${result.date.slice(0, 10)}, this package alone. Others took ${Math.round(100 * result.others)} % of the machine.`,
      'quiet',
    ),
    charts['tokens'],
    charts['rate'],
    pointsTable('tokens', result),
    list(
      Object.entries(result.largest_fall).map(
        ([dtype, fall]) => `${dtype}: the rate falls by ${(100 * fall).toFixed(1)} % at most as calls grow`,
      ),
    ),
    .../** @type {const} */ (['length', 'layers', 'threads']).flatMap(name => [
      charts[name],
      pointsTable(name, result),
    ]),
    charts['memory'],
    table(
      ['weights, MB', ...depths.map(({ at }) => `${at} layers`)],
      Object.entries(result.memory_mb).map(([name, points]) => ({
        name,
        cells: points.map(({ mb }) => mb.toLocaleString('en')),
      })),
    ),
  ]
}
