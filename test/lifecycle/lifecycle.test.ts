// Threads and processes that end, models that come and go, in processes of their own: a clean exit code, nothing on
// stderr, the same bits. ALBERT_TEST_FULL=1 repeats what depends on the moment.
import { describe, expect, it } from 'vitest'
import { outcome, run } from './child.js'

const full = process.env['ALBERT_TEST_FULL'] === '1'
const rounds = full ? 20 : 3

it('fifty threads load and answer at once, with equal bits', () => {
  expect(outcome('workers.mjs', { timeoutMs: 110_000 })).toEqual({ answered: 50, equal: 50, clean: 50 })
})

it('threads may be terminated while they load, compute, wait or dispose', { timeout: 600_000 }, () => {
  const { killed, bits } = outcome('terminate.mjs', { args: [String(rounds)], timeoutMs: 590_000 }) as {
    killed: number
    bits: string
  }
  expect(killed).toBe(4 * rounds + 4)
  expect(bits).toMatch(/^[0-9a-f]{64}$/)
})

describe('a process ends with its own exit code', () => {
  const stages = ['load', 'forward', 'queue', 'dispose', 'idle']

  it.each(stages)('process.exit in: %s', { timeout: 600_000 }, stage => {
    for (let round = 0; round < (full ? 20 : 2); round++) {
      expect(run('exit.mjs', { args: [stage] })).toEqual({ status: 7, signal: null, stdout: '', stderr: '' })
    }
  })

  it.each(stages)('nothing more to do after: %s', stage => {
    expect(run('exit.mjs', { args: [stage, 'end'] })).toEqual({ status: 7, signal: null, stdout: '', stderr: '' })
  })

  it('an exception that no one caught, with calls in flight', () => {
    const { status, signal, stderr } = run('exit.mjs', { args: ['throw'] })
    expect({ status, signal }).toEqual({ status: 1, signal: null })
    expect(stderr).toContain('thrown by the caller')
    expect(stderr).not.toMatch(/FATAL|Aborted|core dumped|terminate called/)
  })
})

it('a model, the addon and the package are loaded again and again', () => {
  expect(outcome('reload.mjs')).toEqual({ answers: 1, tinyAnswers: 1 })
})

it('disposal lets calls finish and refuses later ones; many models answer at once', () => {
  expect(outcome('dispose.mjs')).toBe('done')
})
