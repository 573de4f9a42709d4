// Draws a stored comparison as an SVG for the README: one group of bars a shape, one bar a contender, shorter is better.
//   node bench/chart.mjs bench/results/<machine>/<date>-peers.json docs/peers.svg
// Colours follow the reader's light or dark scheme; numbers stand beside the bars, so the picture never has to be measured.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OURS, OURS_HIDDEN } from './peers/contenders.mjs'
import { median, rounded } from './statistics.mjs'

const WIDTH = 720
const MARGIN = 16
const LABELS = 210
const NUMBERS = 90
const BAR = { height: 18, gap: 6 }
const GROUP_GAP = 26
const HEAD = 64

const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .peer { fill: #9aa4af }
  .ours { fill: #1a7f52 }
  .strong { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .peer { fill: #6e7781 }
    .ours { fill: #3fb67f }
  }`

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, letter => `&#${letter.charCodeAt(0)};`)
}

/** @param {number} x @param {number} y @param {string} text @param {string} [style] */
function label(x, y, text, style = '') {
  return `<text x="${x}" y="${y}"${style && ` class="${style}"`}>${escaped(text)}</text>`
}

/** `fp32 8x128` → `8 texts of 128 tokens`. @param {string} workload */
function spoken(workload) {
  const [, texts, tokens] = /(\d+)x(\d+)$/.exec(workload) ?? []
  return texts === '1' ? `1 text of ${tokens} tokens` : `${texts} texts of ${tokens} tokens`
}

/** One shape: its contenders' bars, scaled to the slowest of them. @param {string} workload @param {[string, number][]} times @param {number} ratio @param {number} top */
function group(workload, times, ratio, top) {
  const slowest = Math.max(...times.map(([, ms]) => ms))
  const room = WIDTH - 2 * MARGIN - LABELS - NUMBERS
  const lines = [
    label(MARGIN, top, spoken(workload), 'strong'),
    label(MARGIN + LABELS, top, `${ratio.toFixed(2)} times as fast as the best peer`, 'quiet'),
  ]
  times.forEach(([name, ms], n) => {
    const y = top + 10 + n * (BAR.height + BAR.gap)
    const ours = name === OURS || name === OURS_HIDDEN
    const length = rounded((ms / slowest) * room)
    lines.push(
      label(MARGIN, y + 13, name, ours ? 'strong' : ''),
      `<rect x="${MARGIN + LABELS}" y="${y}" width="${length}" height="${BAR.height}" rx="3" class="${ours ? 'ours' : 'peer'}"/>`,
      label(MARGIN + LABELS + length + 8, y + 13, `${rounded(ms, 3)} ms`, ours ? 'strong' : ''),
    )
  })
  return lines
}

/** @typedef {Pick<import('./peers/table.mjs').Result, 'machine' | 'threads' | 'ratios' | 'trials'>} Charted */

/** @param {Charted} result @returns {string} */
export function chart({ machine, threads, ratios, trials }) {
  const names = [OURS, OURS_HIDDEN, ...Object.keys(trials).filter(name => name !== OURS && name !== OURS_HIDDEN)]
  const groupHeight = names.length * (BAR.height + BAR.gap) + GROUP_GAP + 10
  const workloads = Object.keys(ratios)
  const height = HEAD + workloads.length * groupHeight
  const groups = workloads.flatMap((workload, n) => {
    const times = names.map(name => /** @type {[string, number]} */ ([name, median(trials[name][workload])]))
    return group(workload, times, ratios[workload], HEAD + 18 + n * groupHeight)
  })
  const where = `${machine.cpu} (family ${machine.family}, model ${machine.model}), ${threads} threads, same weights`
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    '<title>Time of one call of ALBERT-base beside other engines</title>',
    `<style>${STYLE}\n</style>`,
    label(MARGIN, 28, 'ALBERT-base, float32: milliseconds a call, shorter is better', 'title'),
    label(MARGIN, 48, where, 'quiet'),
    ...groups,
    '</svg>',
  ].join('\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from, to] = process.argv.slice(2)
  writeFileSync(to, chart(JSON.parse(readFileSync(from, 'utf8'))))
  console.log(`written to ${to}`)
}
