// What the processor can do at most, from the native bench: multiply-adds in registers, on this many threads.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../build/Release/albert_bench', import.meta.url))
/** The peak is measured beside each case; any case will do, this one is short. */
const CASE = 'linear 128 x 768 x 768'

/** GFLOP/s, or null where the native bench is not built. @param {number} threads @returns {number | null} */
export function peakGflops(threads) {
  if (!existsSync(program)) return null
  const { status, stdout } = spawnSync(program, ['--json', '--threads', String(threads), CASE], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed`)
  /** @type {{ threads: number, peak_gflops: number }[]} */
  const results = JSON.parse(stdout).results
  return Math.max(...results.filter(result => result.threads === threads).map(result => result.peak_gflops))
}
