// Memory goes back when a model goes, V8 knows how much there is, and nothing grows. ALBERT_TEST_FULL=1 takes longer.
import { beforeAll, describe, expect, it } from 'vitest'
import { outcome } from './child.js'
import { buildFaults, faultsAddon, reasonToSkip } from './faults.js'

const full = process.env['ALBERT_TEST_FULL'] === '1'

interface Counted {
  bytes: number
  reported: number
}

interface Held {
  held: number
  during: Counted
  after: Counted
}

interface Resident {
  early: number
  late: number
}

describe('bytes of a model', () => {
  beforeAll(buildFaults, 600_000)
  const skipped = reasonToSkip()

  it.for(['disposed', 'forgotten', 'dropped'])(
    '%s: are told to V8 while it lives, and are gone afterwards',
    (mode, context) => {
      if (skipped !== undefined) context.skip(skipped)
      const { held, during, after } = outcome('memory.mjs', {
        args: [mode],
        nodeOptions: ['--expose-gc'],
        env: { ALBERT_NATIVE_PATH: faultsAddon },
      }) as Held
      expect(held).toBeGreaterThan(1e5)
      expect(during.reported).toBe(held)
      expect(during.bytes).toBeGreaterThanOrEqual(held)
      expect(during.bytes).toBeLessThan(held * 1.02 + 200_000) // names, promises, threads
      expect(after.reported).toBe(0)
      expect(Math.abs(after.bytes)).toBeLessThan(1024)
    },
  )
})

describe('resident memory', () => {
  // What V8 takes for itself is kept still: its young generation grows to 48 MB in the course of some twenty loads, and
  // compiled code by 3 MB in a hundred.
  const nodeOptions = ['--expose-gc', '--max-semi-space-size=1', '--no-opt', '--no-sparkplug']
  const cases: [mode: string, steps: number, settled: number][] = full
    ? [
        ['model', 100, 5],
        ['pipeline', 100, 5],
        ['calls', 10_000, 1_000],
      ]
    : [
        ['model', 30, 5],
        ['pipeline', 30, 5],
        ['calls', 1_000, 300],
      ]

  it.each(cases)('%s: stays within 5 % in %i rounds', { timeout: 600_000 }, (mode, steps, settled) => {
    const seen = outcome('memory.mjs', {
      args: [mode, String(steps), String(settled)],
      nodeOptions,
      timeoutMs: 590_000,
    }) as Resident
    expect(seen.early).toBeGreaterThan(30)
    expect(seen.late).toBeLessThan(seen.early * 1.05)
  })
})
