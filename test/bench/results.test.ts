// Stored comparisons: the ratios that are quoted follow from the times that were measured, and the README's chart shows them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chart } from '../../bench/chart.mjs'
import { OURS, OURS_HIDDEN } from '../../bench/peers/contenders.mjs'
import { ratios } from '../../bench/peers/ratios.mjs'
import { table } from '../../bench/peers/table.mjs'
import { middle } from './middle.js'

const folder = join(import.meta.dirname, '../../bench/results')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('-peers.json'))

describe('stored comparisons', () => {
  it('exist', () => expect(files.length).toBeGreaterThan(0))

  it.for(files)('%s: ratios follow from the trials', file => {
    const result = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    for (const [key, ours] of [
      ['ratios', OURS],
      ['ratios_hidden', OURS_HIDDEN],
    ] as const) {
      const workloads = Object.keys(result[key])
      expect(workloads).toEqual(Object.keys(result.trials[OURS]))
      for (const workload of workloads) {
        const peers = Object.keys(result.trials).filter(name => !name.startsWith(OURS))
        expect(peers).toContain('onnxruntime-node')
        const best = Math.min(...peers.map(peer => middle(result.trials[peer][workload])))
        expect(result[key][workload]).toBeCloseTo(best / middle(result.trials[ours][workload]), 2)
      }
    }
    for (const times of Object.values(result.trials).flatMap(byWorkload => Object.values(byWorkload as object)))
      expect(times).toHaveLength(result.rounds)
    expect(result.weights.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(result.largest_difference).toBeLessThan(1e-4)
  })
})

const example = {
  machine: { cpu: 'A <fast> & small CPU', family: '1', model: '2', cores: 2 },
  threads: 2,
  rounds: 3,
  weights: { sha256: 'f'.repeat(64) },
  trials: {
    [OURS]: { 'fp32 1x16': [10, 30, 20] },
    [OURS_HIDDEN]: { 'fp32 1x16': [25, 25, 25] },
    slow: { 'fp32 1x16': [100, 100, 100] },
    fast: { 'fp32 1x16': [40, 50, 60] },
  },
  processes: { slow: { others: [0.5, 0, 0] } },
}

describe('one comparison', () => {
  it('is the best peer over ours, of medians', () => {
    expect(ratios(example.trials)).toEqual({ 'fp32 1x16': 2.5 })
    expect(ratios(example.trials, OURS_HIDDEN)).toEqual({ 'fp32 1x16': 2 })
  })

  const result = {
    ...example,
    machine: { ...example.machine, features: [], cache: '', virtual: false, memory_gb: 1, system: '' },
    ratios: { 'fp32 1x16': 2.5 },
    ratios_hidden: { 'fp32 1x16': 2 },
  }

  it('prints medians and ratios, and says when others were busy', () => {
    const lines = table(result).split('\n')
    expect(lines.find(line => line.startsWith('fast'))).toMatch(/\b50$/)
    expect(lines.find(line => line.startsWith('best peer / ours '))).toMatch(/2\.50$/)
    expect(lines.at(-1)).toMatch(/5 % of the machine in 1 trials/)
  })

  it('is drawn with bars as long as the times and text escaped', () => {
    const svg = chart(result)
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(match => Number(match[1]))
    // Ours, ours with hidden rows, slow, fast.
    expect(widths.map(width => width / widths[2]!)).toEqual([0.2, 0.25, 1, 0.5].map(share => expect.closeTo(share, 3)))
    expect(svg).toContain('2.50 times as fast as the best peer')
    expect(svg).toContain('A &#60;fast&#62; &#38; small CPU')
    expect(svg).toContain('prefers-color-scheme: dark')
  })

  it('is the picture in the docs, drawn from a stored comparison', () => {
    const picture = join(import.meta.dirname, '../../docs/peers.svg')
    expect(existsSync(picture)).toBe(true)
    const drawn = files.map(file => chart(JSON.parse(readFileSync(join(folder, file), 'utf8'))))
    expect(drawn).toContain(readFileSync(picture, 'utf8'))
  })
})
