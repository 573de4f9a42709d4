// The frame of the report and its tables: one HTML file that needs nothing else, readable in light and dark.
import { escaped } from '../charts/svg.mjs'

const STYLE = `
  :root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --ground: #ffffff; --ours: #1a7f52 }
  @media (prefers-color-scheme: dark) {
    :root { --text: #e6edf3; --quiet: #9198a1; --line: #3d444d; --ground: #0d1117; --ours: #3fb67f }
  }
  body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--ground); color: var(--text);
    font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif }
  h1 { font-size: 1.6rem } h2 { font-size: 1.3rem; margin-top: 2.5rem } h3 { font-size: 1.05rem; margin-top: 1.8rem }
  .scroll { overflow-x: auto }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums }
  th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
  th:first-child, td:first-child { text-align: left; padding-left: 0 }
  th { font-weight: 600; color: var(--quiet) }
  tr.ours td { color: var(--ours); font-weight: 600 }
  tr.ratio td { font-weight: 600 }
  p, li { max-width: 46rem }
  .quiet { color: var(--quiet) }
  svg { max-width: 100%; height: auto; display: block; margin: 1rem 0 }
  code { overflow-wrap: anywhere }`

/** @typedef {{ name: string, cells: (string | number)[], kind?: 'ours' | 'ratio' }} Row */

/** @param {(string | number)[]} head @param {Row[]} rows */
export function table(head, rows) {
  const cells = (/** @type {string} */ tag, /** @type {(string | number)[]} */ values) =>
    values.map(value => `<${tag}>${escaped(String(value))}</${tag}>`).join('')
  return [
    '<div class="scroll"><table>',
    `<thead><tr>${cells('th', head)}</tr></thead><tbody>`,
    ...rows.map(
      ({ name, cells: values, kind }) => `<tr${kind ? ` class="${kind}"` : ''}>${cells('td', [name, ...values])}</tr>`,
    ),
    '</tbody></table></div>',
  ].join('\n')
}

/** @param {string} text @param {string} [style] */
export function paragraph(text, style) {
  return `<p${style ? ` class="${style}"` : ''}>${escaped(text)}</p>`
}

/** @param {string[]} lines */
export function list(lines) {
  return lines.length > 0 ? `<ul>${lines.map(line => `<li>${escaped(line)}</li>`).join('')}</ul>` : ''
}

/** @param {2 | 3} level @param {string} text */
export function heading(level, text) {
  return `<h${level}>${escaped(text)}</h${level}>`
}

/** @param {string} title @param {string[]} parts */
export function page(title, parts) {
  return `${[
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title><style>${STYLE}\n</style></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    ...parts,
    '</body></html>',
  ].join('\n')}\n`
}
