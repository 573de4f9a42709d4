// Groups of bars that lie, shorter is better. Numbers stand beside the bars, so the picture never has to be measured.
import { rounded } from '../statistics.mjs'
import { HEAD, label, MARGIN, svg, WIDTH } from './svg.mjs'

const LABELS = 210
const NUMBERS = 90
const BAR = { height: 18, gap: 6 }
const GROUP_GAP = 36

/** @typedef {{ name: string, ms: number, ours: boolean }} Bar */
/** @typedef {{ title: string, note: string, bars: Bar[] }} Group */

/** Height of one group. @param {Group} group */
function heightOf({ bars }) {
  return bars.length * (BAR.height + BAR.gap) + GROUP_GAP
}

/** One group, scaled to its slowest. @param {Group} group @param {number} top */
function draw({ title, note, bars }, top) {
  const slowest = Math.max(...bars.map(({ ms }) => ms))
  const room = WIDTH - 2 * MARGIN - LABELS - NUMBERS
  const lines = [label(MARGIN, top, title, 'strong'), label(MARGIN + LABELS, top, note, 'quiet')]
  bars.forEach(({ name, ms, ours }, n) => {
    const y = top + 10 + n * (BAR.height + BAR.gap)
    const length = rounded((ms / slowest) * room)
    lines.push(
      label(MARGIN, y + 13, name, ours ? 'strong' : ''),
      `<rect x="${MARGIN + LABELS}" y="${y}" width="${length}" height="${BAR.height}" rx="3" class="${ours ? 'ours' : 'peer'}"/>`,
      label(MARGIN + LABELS + length + 8, y + 13, `${rounded(ms, 3)} ms`, ours ? 'strong' : ''),
    )
  })
  return lines
}

/** @param {{ title: string, note: string, groups: Group[] }} chart */
export function bars({ title, note, groups }) {
  let top = HEAD + 18
  const parts = groups.flatMap(group => {
    const drawn = draw(group, top)
    top += heightOf(group)
    return drawn
  })
  return svg({ title, note, height: top - 18, parts })
}
