// Scores as people read them: number, bar, name. The longest bar belongs to the best score, or to 1 where asked.
import { visible } from './display-width.js'
import { bar, tableLines } from './table.js'
import type { Terminal } from './terminal.js'

export interface NamedScore {
  name: string
  score: number
}

const BAR_WIDTH = 20

export function scoreLines(scores: NamedScore[], terminal: Terminal, full?: number): string[] {
  const most = full ?? Math.max(...scores.map(each => each.score))
  const rows = scores.map(({ name, score }) => [
    score.toFixed(3),
    bar(most > 0 ? score / most : 0, BAR_WIDTH).padEnd(BAR_WIDTH),
    visible(name),
  ])
  return tableLines(
    [{ align: 'right' }, { paint: terminal.colors.cyan }, { gives: 'end' }],
    rows,
    terminal.columns,
    terminal.colors,
  )
}
