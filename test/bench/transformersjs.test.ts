// Stored comparisons with transformers.js: the ratios that are quoted follow from the trials, and both packages were the same ones.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FIGURES, OURS, ratios, THEIRS } from '../../bench/transformersjs/figures.mjs'
import { table } from '../../bench/transformersjs/table.mjs'
import { middle } from './middle.js'

const folder = join(import.meta.dirname, '../../bench/results')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file =>
  file.endsWith('-transformersjs.json'),
)

it('ratios of stored comparisons follow from their trials', () => {
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) checkStored(JSON.parse(readFileSync(join(folder, file), 'utf8')))
})

interface Stored {
  rounds: number
  weights: Record<string, { sha256: string }>
  installed: Record<string, { bytes: number }>
  ratios: ReturnType<typeof ratios>
  trials: Record<string, Record<string, Record<string, number[]>>>
}

function checkStored({ rounds, weights, installed, ratios, trials }: Stored): void {
  expect(Object.keys(ratios.models)).toEqual(Object.keys(trials))
  expect(rounds).toBeGreaterThanOrEqual(10)
  for (const [model, packages] of Object.entries(trials)) {
    expect(weights[model]!.sha256).toMatch(/^[0-9a-f]{64}$/)
    for (const figure of Object.keys(FIGURES)) {
      const [theirs, ours] = [packages[THEIRS]![figure]!, packages[OURS]![figure]!]
      expect([theirs.length, ours.length]).toEqual([rounds, rounds])
      expect(ratios.models[model]![figure]).toBeCloseTo(middle(theirs) / middle(ours), 2)
    }
  }
  expect(ratios.installed).toBeCloseTo(installed[THEIRS]!.bytes / installed[OURS]!.bytes, 1)
}

const figures = (factor: number) => ({
  ready_ms: [100, 300, 200].map(ms => ms * factor),
  resident_mb: [50, 50, 50].map(mb => mb * factor),
  peak_mb: [60, 60, 60],
  warm_ms: [10, 11, 12],
  others: [0, 0.5, 0],
})
const trials = { small: { [OURS]: figures(1), [THEIRS]: figures(4) } }
const installed = { [OURS]: { version: '1.0.0', bytes: 40e6 }, [THEIRS]: { version: '2.0.0', bytes: 480e6 } }

describe('one comparison with transformers.js', () => {
  const found = ratios(trials, installed)

  it('is theirs over ours, of medians', () => {
    expect(found).toEqual({
      installed: 12,
      models: { small: { ready_ms: 4, resident_mb: 4, peak_mb: 1, warm_ms: 1 } },
    })
  })

  it('prints medians and ratios, and says when others were busy', () => {
    const machine = {
      ...{ cpu: 'A CPU', family: '1', model: '2', cores: 2 },
      ...{ features: [], cache: '', virtual: false, memory_gb: 1, system: '' },
    }
    const lines = table({ machine, threads: 2, rounds: 3, installed, platforms: 8, ratios: found, trials }).split('\n')
    expect(lines.find(line => line.startsWith('installed'))).toMatch(/8 platforms.* 40 .* 480 .*12\.00$/)
    expect(lines.find(line => line.includes('first answer'))).toMatch(/ 200 .* 800 .*4\.00$/)
    expect(lines.at(-1)).toMatch(/5 % of the machine in 2 trials/)
  })
})
