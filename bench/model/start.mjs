// Time from the start of a process to its first answer, with the model that comes with the package.
// Run without arguments it is that process: it loads, answers one text, and tells what it took.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { loadAlbert } from '../albert.mjs'
import { peakBytes } from '../memory.mjs'
import { median, rounded } from '../statistics.mjs'

const file = fileURLToPath(import.meta.url)

async function answerOnce() {
  const { pipeline } = await loadAlbert()
  const fill = await pipeline('fill-mask')
  await fill('The capital of France is [MASK].')
  return { ready_ms: performance.now(), resident_mb: peakBytes() / 2 ** 20 }
}

/** Median of several fresh processes; `whole_ms` includes starting and ending Node. @param {number} processes */
export function firstAnswer(processes) {
  const runs = Array.from({ length: processes }, () => {
    const start = performance.now()
    const { status, stdout } = spawnSync(process.execPath, [file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (status !== 0) throw new Error('the process that answers one text failed')
    return { whole_ms: performance.now() - start, ...JSON.parse(stdout) }
  })
  return {
    processes,
    ready_ms: rounded(median(runs.map(run => run.ready_ms)), 3),
    whole_ms: rounded(median(runs.map(run => run.whole_ms)), 3),
    resident_mb: Math.round(median(runs.map(run => run.resident_mb))),
  }
}

if (process.argv[1] === file) console.log(JSON.stringify(await answerOnce()))
