// The part of the report on the memory of large models.
import { heading, table } from './page.mjs'

/** @typedef {{ weights_mb: number, resident_mb: number, peak_mb: number, load_ms: number }} Figures */

/** @param {{ models: Record<string, Record<string, Figures>> }} result */
export function residentPart({ models }) {
  const rows = Object.entries(models).flatMap(([model, dtypes]) =>
    Object.entries(dtypes).map(([dtype, { weights_mb, resident_mb, peak_mb, load_ms }]) => ({
      name: `ALBERT-${model} ${dtype}`,
      cells: [weights_mb, resident_mb, peak_mb, load_ms].map(value => value.toLocaleString('en')),
    })),
  )
  return [
    heading(2, 'Memory of large models'),
    table(['', 'weights, MB', 'resident after loading, MB', 'most until then, MB', 'loading, ms'], rows),
  ]
}
