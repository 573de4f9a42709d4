// Tables for people: aligned columns, one of which gives way where the terminal is narrow; and bars for scores.
import { cut, cutStart, displayWidth, wrap } from './display-width.js'
import type { Colors } from './terminal.js'

export interface Column {
  title?: string
  align?: 'left' | 'right'
  /** Cut at its end, or at its start, where the line would be too long. At most one column of a table. */
  gives?: 'end' | 'start'
  paint?: (text: string) => string
}

const GAP = '  '
const INDENT = '  '

/** Lines of the table, indented by two. Titles, if any column has one, stand on the first line. */
export function tableLines(columns: Column[], rows: string[][], width: number, colors: Colors): string[] {
  const titles = columns.some(column => column.title) ? [columns.map(column => column.title ?? '')] : []
  const widths = columns.map((_, at) => Math.max(0, ...[...titles, ...rows].map(row => displayWidth(row[at] ?? ''))))
  const giving = columns.findIndex(column => column.gives)
  if (giving >= 0) {
    const others = widths.reduce((sum, each, at) => (at === giving ? sum : sum + each), 0)
    const left = width - INDENT.length - GAP.length * (columns.length - 1) - others
    widths[giving] = Math.max(12, Math.min(widths[giving]!, left))
  }
  const lineOf = (row: string[], paint: (text: string, at: number) => string): string =>
    INDENT +
    row
      .map((cell, at) => {
        const text = (columns[at]!.gives === 'start' ? cutStart : cut)(cell, widths[at]!)
        const space = ' '.repeat(widths[at]! - displayWidth(text))
        const last = at === row.length - 1 && columns[at]!.align !== 'right'
        return columns[at]!.align === 'right' ? space + paint(text, at) : paint(text, at) + (last ? '' : space)
      })
      .join(GAP)
      .trimEnd()
  return [
    ...titles.map(row => lineOf(row, text => colors.dim(text))),
    ...rows.map(row => lineOf(row, (text, at) => columns[at]!.paint?.(text) ?? text)),
  ]
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `share` (0..1) of `width` columns, to an eighth of a column. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8)
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!
}

/** Facts one below the other: name, value; long values go on below their beginning. */
export function factLines(facts: [name: string, value: string][], width: number, colors: Colors): string[] {
  const names = Math.max(...facts.map(([name]) => displayWidth(name)))
  const left = INDENT.length + names + GAP.length
  return facts.flatMap(([name, value]) => {
    const [first = '', ...more] = wrap(value, Math.max(20, width - left))
    const title = colors.dim(name) + ' '.repeat(names - displayWidth(name))
    return [`${INDENT}${title}${GAP}${first}`, ...more.map(line => ' '.repeat(left) + line)]
  })
}
