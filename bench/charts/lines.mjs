// Curves over a common axis, both axes linear or by powers of two. Each series is named at its end.
import { HEAD, label, MARGIN, svg, WIDTH } from './svg.mjs'

const PLOT = { left: MARGIN + 64, right: WIDTH - MARGIN - 128, top: HEAD + 24, bottom: 340 }
const HEIGHT = 388
/** So far apart stand the names of two series at least. */
const NAME_GAP = 16

/** @typedef {{ label: string, log: boolean }} Axis */
/** @typedef {{ name: string, points: [number, number][] }} Series */

/** Steps of 1, 2 or 5 that cut what is up to `most` into about five. @param {number} most */
function step(most) {
  const rough = most / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5].find(factor => factor * power >= rough) ?? 10)
}

/** Places of an axis: where a value lies, 0 to 1, and which values get a mark. @param {number[]} values @param {boolean} log */
function scale(values, log) {
  const most = Math.max(...values)
  if (!log) {
    const size = step(most)
    const end = Math.ceil(most / size) * size
    const marks = Array.from({ length: Math.round(end / size) + 1 }, (_, n) => Number((n * size).toPrecision(6)))
    return { at: (/** @type {number} */ value) => value / end, marks }
  }
  const first = Math.floor(Math.log2(Math.min(...values)))
  const last = Math.max(Math.ceil(Math.log2(most)), first + 1)
  const stride = Math.ceil((last - first) / 8)
  const marks = Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, n) => 2 ** (first + n * stride))
  return { at: (/** @type {number} */ value) => (Math.log2(value) - first) / (last - first), marks }
}

/** 1234.5 → 1,234.5 and 0.125 → 0.125. @param {number} value */
function written(value) {
  return value.toLocaleString('en', { maximumSignificantDigits: 5 })
}

/** Moves names apart that would cover each other. @param {{ name: string, y: number, n: number }[]} names */
function apart(names) {
  const sorted = names.toSorted((a, b) => a.y - b.y)
  sorted.forEach((name, n) => {
    if (n > 0) name.y = Math.max(name.y, sorted[n - 1].y + NAME_GAP)
  })
  return sorted
}

/** @param {{ title: string, note: string, x: Axis, y: Axis, series: Series[] }} chart */
export function lines({ title, note, x, y, series }) {
  const points = series.flatMap(({ points }) => points)
  const [across, up] = [
    scale(
      points.map(([value]) => value),
      x.log,
    ),
    scale(
      points.map(([, value]) => value),
      y.log,
    ),
  ]
  const left = (/** @type {number} */ value) =>
    Math.round(10 * (PLOT.left + across.at(value) * (PLOT.right - PLOT.left))) / 10
  const top = (/** @type {number} */ value) =>
    Math.round(10 * (PLOT.bottom - up.at(value) * (PLOT.bottom - PLOT.top))) / 10

  const grid = [
    ...up.marks.flatMap(mark => [
      `<path class="grid" d="M${PLOT.left} ${top(mark)}H${PLOT.right}"/>`,
      label(PLOT.left - 8, top(mark) + 4, written(mark), 'quiet', 'end'),
    ]),
    ...across.marks.map(mark => label(left(mark), PLOT.bottom + 20, written(mark), 'quiet', 'middle')),
    label((PLOT.left + PLOT.right) / 2, PLOT.bottom + 40, x.label, 'quiet', 'middle'),
    label(MARGIN, PLOT.top - 10, y.label, 'quiet'),
  ]
  const curves = series.flatMap(({ points }, n) => [
    `<path class="line c${n}" d="M${points.map(([a, b]) => `${left(a)} ${top(b)}`).join('L')}"/>`,
    ...points.map(([a, b]) => `<circle class="f${n}" cx="${left(a)}" cy="${top(b)}" r="3"/>`),
  ])
  const ends = series.map(({ name, points }, n) => ({ name, y: top(points[points.length - 1][1]) + 4, n }))
  const names = apart(ends).map(({ name, y, n }) => label(PLOT.right + 10, y, name, `strong f${n}`))
  return svg({ title, note, height: HEIGHT, parts: [...grid, ...curves, ...names] })
}
