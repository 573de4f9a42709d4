// The report of a machine: one page that needs nothing from outside, with the figures of the stored results.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lines } from '../../bench/charts/lines.mjs'
import { largestFall } from '../../bench/curves/measure.mjs'
import { fingerprint } from '../../bench/machine.mjs'
import { writeReport } from '../../bench/report/main.mjs'

const folder = mkdtempSync(join(tmpdir(), 'albert-report-'))
afterAll(() => rmSync(folder, { recursive: true }))

const points = [
  { at: 1, ms: 12.5, rate: 80 },
  { at: 24, ms: 1234, rate: 76 },
]
const trials = { 'albert-native': { 'fp32 1x16': [4] }, peer: { 'fp32 1x16': [6] } }
const model = { trials, ratios: { 'fp32 1x16': 1.5 }, ratios_hidden: {}, processes: {} }
const run = { date: '2026-01-02T00:00:00Z', machine: fingerprint(), threads: 2, rounds: 1, weights: { sha256: 'abc' } }
const results = {
  '2026-01-02-peers': { ...run, ...model, skipped: { 'PyTorch bf16': 'no <Python>' } },
  '2026-01-02-sharing': {
    ...run,
    models: [{ model: 'large', ...model }],
    sharing: { 'bert-large / large': { pooled: { 'fp32 1x16': 1.83 }, hidden: {} } },
  },
  '2026-01-01-curves': { curves: 'an older one, which nobody reads' },
  '2026-01-02-curves': {
    ...run,
    curves: { tokens: { fp32: points }, length: { fp32: points }, layers: { fp32: points }, threads: { fp32: points } },
    largest_fall: { fp32: 0.05 },
    memory_mb: { 'ALBERT-base fp32': [{ at: 12, mb: 46.7 }] },
    tokens_by_length: 4096,
    shape_by_model: '8x128',
    others: 0,
  },
  '2026-01-02-resident': {
    machine: run.machine,
    models: { xxlarge: { bf16: { weights_mb: 445, resident_mb: 520, peak_mb: 601, load_ms: 900 } } },
  },
}

describe('the report', () => {
  for (const [name, result] of Object.entries(results))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(result))
  const html = readFileSync(writeReport(folder), 'utf8')

  it('holds the figures of the newest result of each kind', () => {
    for (const figure of ['1.50', '1.83', '1,234', '46.7', '445', 'no &#60;Python&#62;', '5.0 %'])
      expect(html).toContain(`${figure}`)
  })

  it('needs nothing from outside and follows light and dark', () => {
    expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(/)
    const addresses = new Set([...html.matchAll(/https?:[^"\s]+/g)].map(([address]) => address))
    // The name of SVG, which nothing fetches.
    expect([...addresses]).toEqual(['http://www.w3.org/2000/svg'])
    expect(html).toContain('prefers-color-scheme: dark')
  })

  it('keeps its charts beside it', () => {
    const charts = readdirSync(folder).filter(file => file.endsWith('.svg'))
    expect(charts).toEqual(
      expect.arrayContaining(['peers-overview.svg', 'peers-fp32.svg', 'curve-tokens.svg', 'curve-memory.svg']),
    )
    for (const chart of charts) expect(html).toContain(readFileSync(join(folder, chart), 'utf8').trim())
  })
})

it('draws a curve whose heights are the values', () => {
  const series = [
    {
      name: 'a',
      points: [
        [0, 0],
        [5, 50],
        [10, 100],
      ] as [number, number][],
    },
  ]
  const axis = { label: '', log: false }
  const svg = lines({ title: '', note: '', x: axis, y: axis, series })
  const dots = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)])
  const [[x0, y0], [x1, y1], [x2, y2]] = dots as [[number, number], [number, number], [number, number]]
  expect(x1 - x0).toBeCloseTo(x2 - x1, 0)
  expect(y0 - y1).toBeCloseTo(y1 - y2, 0)
  expect(y0 - y2).toBeGreaterThan(100)
})

it('tells how far a rate falls behind its best so far', () => {
  const rates = (values: number[]) => values.map((rate, at) => ({ at, rate, ms: 1 }))
  expect(largestFall(rates([1, 2, 4, 4]))).toBe(0)
  expect(largestFall(rates([1, 4, 3, 5, 4.5]))).toBe(0.25)
})
