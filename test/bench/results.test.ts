// Stored comparisons: the ratios that are quoted follow from the times that were measured, and the README's chart shows them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contest, overview } from '../../bench/charts/peers.mjs'
import { OURS, OURS_HIDDEN } from '../../bench/peers/contenders.mjs'
import { ratios, usersRatios } from '../../bench/peers/ratios.mjs'
import { sharing } from '../../bench/peers/sharing.mjs'
import { type Result, table } from '../../bench/peers/table.mjs'
import { middle } from './middle.js'

const folder = join(import.meta.dirname, '../../bench/results')
const stored = readdirSync(folder, { recursive: true, encoding: 'utf8' })
const files = stored.filter(file => file.endsWith('-peers.json'))

type Trials = Record<string, Record<string, number[]>>

/** The ratios of one of our rows, worked out anew: the best peer of the dtype, and for int8 what users of onnxruntime-node get. */
function expected(trials: Trials, ours: string): Record<string, number> {
  const peers = Object.keys(trials).filter(name => !name.startsWith(OURS))
  const found: Record<string, number> = {}
  for (const [workload, times] of Object.entries(trials[ours] ?? {})) {
    const theirs = peers.flatMap(peer => (trials[peer]![workload] ? [middle(trials[peer]![workload])] : []))
    if (theirs.length > 0) found[workload] = Math.min(...theirs) / middle(times)
    const [dtype, shape] = workload.split(' ')
    const users = trials['onnxruntime-node']?.[`fp32 ${shape}`]
    if (dtype === 'int8' && users) found[`int8 vs onnxruntime-node ${shape}`] = middle(users) / middle(times)
  }
  return found
}

describe('stored comparisons', () => {
  it('exist', () => expect(files.length).toBeGreaterThan(0))

  it.for(files)('%s: ratios follow from the trials', file => {
    const result = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    for (const [key, ours] of [
      ['ratios', OURS],
      ['ratios_hidden', OURS_HIDDEN],
    ] as const) {
      const wanted = expected(result.trials, ours)
      expect(Object.keys(wanted).length).toBeGreaterThan(0)
      expect(Object.keys(result[key]).sort()).toEqual(Object.keys(wanted).sort())
      // Stored with four digits.
      for (const [name, ratio] of Object.entries(wanted)) expect(result[key][name] / ratio).toBeCloseTo(1, 3)
    }
    for (const times of Object.values(result.trials).flatMap(byWorkload => Object.values(byWorkload as object)))
      expect(times).toHaveLength(result.rounds)
    expect(result.weights.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(result.largest_difference).toBeLessThan(1e-4)
  })
})

const machine = { cpu: 'A <fast> & small CPU', family: '1', model: '2', cores: 2 }
const trials = {
  [OURS]: { 'fp32 1x16': [10, 30, 20], 'int8 1x16': [5, 5, 5] },
  [OURS_HIDDEN]: { 'fp32 1x16': [25, 25, 25], 'int8 1x16': [8, 8, 8] },
  'onnxruntime-node': { 'fp32 1x16': [100, 100, 100] },
  fast: { 'fp32 1x16': [40, 50, 60], 'int8 1x16': [20, 9, 10], 'bf16 1x16': [1, 1, 1] },
}
const result: Result = {
  date: '2026-01-01T00:00:00Z',
  machine: { ...machine, features: [], cache: '', virtual: false, memory_gb: 1, system: '' },
  threads: 2,
  rounds: 3,
  weights: { sha256: 'f'.repeat(64) },
  trials,
  ratios: { 'fp32 1x16': 2.5, 'int8 1x16': 2, 'int8 vs onnxruntime-node 1x16': 20 },
  ratios_hidden: { 'fp32 1x16': 2, 'int8 1x16': 1.25 },
  processes: { slow: { others: [0.5, 0, 0] } },
  cuts: { fast: { 'fp32 ragged64': 'one text at a time' } },
  skipped: { 'PyTorch bf16': 'no Python given' },
}

describe('one comparison', () => {
  it('is the best peer of each dtype over ours, of medians', () => {
    expect(ratios(trials)).toEqual({ 'fp32 1x16': 2.5, 'int8 1x16': 2 })
    expect(ratios(trials, OURS_HIDDEN)).toEqual({ 'fp32 1x16': 2, 'int8 1x16': 1.25 })
    expect(usersRatios(trials)).toEqual({ 'int8 vs onnxruntime-node 1x16': 20 })
  })

  it('has no ratio where no peer or not ours ran', () => {
    expect(ratios({ [OURS]: { 'bf16 1x16': [1] }, peer: { 'fp32 1x16': [1] } })).toEqual({})
    expect(ratios({ peer: { 'fp32 1x16': [1] } })).toEqual({})
    expect(usersRatios({ [OURS]: { 'int8 1x16': [1] } })).toEqual({})
  })

  it('holds ALBERT here against BERT of its size on the best peer', () => {
    const large = { model: 'large', trials: { [OURS]: { 'bf16 1x16': [10] }, peer: { 'bf16 1x16': [1] } } }
    const bert = { model: 'bert-large', trials: { [OURS]: { 'bf16 1x16': [5] }, peer: { 'bf16 1x16': [18] } } }
    expect(sharing([large, bert])).toEqual({ 'bert-large / large': { pooled: { 'bf16 1x16': 1.8 }, hidden: {} } })
    expect(sharing([large])).toEqual({})
  })

  it('prints medians and ratios by dtype, what was left out, and when others were busy', () => {
    const lines = table(result).split('\n')
    const rows = (start: string) => lines.filter(line => line.startsWith(start))
    expect(rows('fast  ').map(line => line.trim().split(/\s+/).at(-1))).toEqual(['50', '1', '10'])
    expect(rows('best peer / ours  ').map(line => line.trim().split(/\s+/).at(-1))).toEqual(['2.50', '2.00'])
    expect(rows('onnxruntime-node fp32 / ours')[0]).toMatch(/20\.00$/)
    expect(lines).toContain('fast, fp32 ragged64: one text at a time')
    expect(lines).toContain('skipped: PyTorch bf16: no Python given')
    expect(lines.at(-1)).toMatch(/5 % of the machine in 1 trials/)
  })

  it('is drawn with bars as long as the times and text escaped', () => {
    const widths = (svg: string) => [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(match => Number(match[1]))
    const close = (shares: number[]) => shares.map(share => expect.closeTo(share, 3))
    const all = overview(result)
    // Ours and the best peer, fp32 and int8; bf16 did not run here.
    const [ours, best, ...int8] = widths(all)
    expect([ours! / best!, ...int8.map(width => width / best!)]).toEqual(close([0.4, 0.1, 0.2]))
    expect(all).toContain('fp32 2.50, int8 2.00 times as fast as the best peer')
    expect(all).toContain('A &#60;fast&#62; &#38; small CPU')
    expect(all).toContain('prefers-color-scheme: dark')
    // Ours, ours with hidden rows, then the peers.
    const fp32 = widths(contest(result, 'fp32'))
    expect(fp32.map(width => width / fp32[2]!)).toEqual(close([0.2, 0.25, 1, 0.5]))
  })

  it('is the picture in the docs, drawn from a stored comparison', () => {
    const picture = join(import.meta.dirname, '../../docs/peers.svg')
    expect(existsSync(picture)).toBe(true)
    const drawn = files.map(file => overview(JSON.parse(readFileSync(join(folder, file), 'utf8'))))
    expect(drawn).toContain(readFileSync(picture, 'utf8'))
  })
})
