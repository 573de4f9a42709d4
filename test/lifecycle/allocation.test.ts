// Every allocation, thread start and Node-API call of the addon fails once: the promise is rejected, nothing is lost, and
// the next call answers with the same bits. ALBERT_TEST_FULL=1 does it for every head, schedule and dtype in each way.
import { beforeAll, describe, expect, it } from 'vitest'
import { headNames } from '../../lib/config.js'
import { outcome } from './child.js'
import { buildFaults, faultsAddon, reasonToSkip } from './faults.js'

const full = process.env['ALBERT_TEST_FULL'] === '1'

const requests = [...headNames, 'none, embeds and multipliers']
const forwards = (schedule: string, dtype = 'fp32'): string[] =>
  requests.map(name => `forward:${name}:${dtype}:${schedule}`)

const everything = [
  ...['machine', 'worker'],
  ...forwards('split'),
  ...forwards('walk'),
  ...forwards('split', 'fp64'),
  ...forwards('walk', 'fp64'),
  ...['life:pretraining', 'life:squad2:fp64:walk', 'life:sequence_classification:fp32:walk'],
]

const modes: [mode: string, what: string, steps: string[]][] = [
  ['allocation', 'one allocation fails', ['machine', 'worker', ...forwards('split'), ...forwards('walk')]],
  ['memory', 'memory is short for good', ['machine', 'life:pretraining', 'forward:squad2:fp32:walk']],
  ['nodeApi', 'a call of Node-API fails', ['machine', 'worker', 'forward:pretraining:fp32:split', 'life:masked_lm']],
]

const skipped = reasonToSkip()

describe('faults', () => {
  beforeAll(buildFaults, 600_000)

  it.for(modes)('%s: %s', { timeout: 600_000 }, ([mode, , steps], context) => {
    if (skipped !== undefined) context.skip(skipped)
    const chosen = full ? everything : steps
    const sites = outcome('faults.mjs', {
      args: [mode, ...chosen],
      nodeOptions: ['--expose-gc'],
      // Two threads to start, so that the second can fail after the first.
      env: { ALBERT_NATIVE_PATH: faultsAddon, ALBERT_NUM_THREADS: '3' },
      timeoutMs: full ? 600_000 : 100_000,
    }) as Record<string, number>
    expect(Object.keys(sites)).toEqual(chosen)
    // A sweep that found nothing to fail has tested nothing.
    for (const [step, count] of Object.entries(sites)) expect(count, step).toBeGreaterThan(step === 'worker' ? 0 : 3)
  })
})
