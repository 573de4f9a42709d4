// The common ground of all charts: an SVG text with a title, a line of context and classes that follow the reader's light or
// dark scheme. No script and nothing from outside, so that a chart can stand in a page or alone.

export const WIDTH = 720
export const MARGIN = 16
/** Height of the title and the line under it. */
export const HEAD = 64

/** Classes c0, c1, ... are the series of a chart: blue, orange, green, purple; their dark forms are lighter. */
const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .peer { fill: #9aa4af }
  .ours { fill: #1a7f52 }
  .strong { font-weight: 600 }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f52 } .c3 { stroke: #8250df }
  .f0 { fill: #0969da } .f1 { fill: #bc4c00 } .f2 { fill: #1a7f52 } .f3 { fill: #8250df }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .peer { fill: #6e7781 }
    .ours { fill: #3fb67f }
    .grid { stroke: #3d444d }
    .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #3fb67f } .c3 { stroke: #ab7df8 }
    .f0 { fill: #58a6ff } .f1 { fill: #f0883e } .f2 { fill: #3fb67f } .f3 { fill: #ab7df8 }
  }`

/** Text that may stand in SVG and HTML. @param {string} text */
export function escaped(text) {
  return text.replace(/[&<>"]/g, letter => `&#${letter.charCodeAt(0)};`)
}

/** @param {number} x @param {number} y @param {string} text @param {string} [style] @param {'start' | 'middle' | 'end'} [anchor] */
export function label(x, y, text, style = '', anchor = 'start') {
  const extra = `${style && ` class="${style}"`}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}`
  return `<text x="${x}" y="${y}"${extra}>${escaped(text)}</text>`
}

/** @param {{ title: string, note: string, height: number, parts: string[] }} chart */
export function svg({ title, note, height, parts }) {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    label(MARGIN, 28, title, 'title'),
    label(MARGIN, 48, note, 'quiet'),
    ...parts,
    '</svg>',
  ].join('\n')}\n`
}
