// The process that fuzzes one target. main.mjs bundles and watches it: what kills this process is found out there.
//   worker.mjs '{"target": …, "seed": …, "seconds": …, "folder": …, "corpus": …}'        fuzz
//   … "case": N            run the round of case N up to it, and tell what it does
//   … "died": "how"        write case N into the corpus without running it, made smaller with other processes
//   … "replay": "folder"   run one folder of the corpus, for that
import { spawnSync } from 'node:child_process'
import { mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { readCase, saveCase } from './corpus.js'
import { type Finding, Fuzzer, ROUND } from './fuzzer.js'
import { shrink } from './shrink.js'
import type { Files, Target } from './target.js'
import { targets } from './targets/index.js'

interface Order {
  target: string
  seed: number
  seconds: number
  /** For the files of the running case, and `progress` with its number. */
  folder: string
  corpus: string
  case?: number
  died?: string
  replay?: string
}

const order = JSON.parse(process.argv[2]!) as Order
const target = targets[order.target]!
const fuzzer = new Fuzzer(target, order.seed, join(order.folder, 'case'))
const progress = openSync(join(order.folder, 'progress'), 'w')

if (order.replay !== undefined) await replay(order.replay)
else if (order.died !== undefined) await keepDead(order.case!, order.died)
else await fuzz()

async function fuzz(): Promise<void> {
  const started = performance.now()
  let number = order.case === undefined ? 0 : order.case - (order.case % ROUND)
  const more = (): boolean =>
    order.case === undefined ? performance.now() - started < 1000 * order.seconds : number <= order.case
  let finding: Finding | undefined
  for (; more() && !finding; number++) {
    writeSync(progress, String(number).padEnd(16), 0)
    finding = await fuzzer.run(number, fuzzer.draw(number))
  }
  if (finding) await keep(finding)
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage()
  tell({
    ...fuzzer.counts,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    ...(finding && { finding: finding.what, case: finding.case }),
  })
}

/** In this process, for the case did not kill it. */
async function keep({ case: number, what, files }: Finding): Promise<void> {
  const kind = what.split(':')[0]
  const fails = async (candidate: Files): Promise<boolean> => {
    for (const byFiles of [false, true]) {
      const { what: again } = await fuzzer.attempt(number, candidate, byFiles)
      if (again?.split(':')[0] === kind) return true
    }
    return false
  }
  // What was slow once or filled the memory is not tried a thousand times.
  const tries = /^(took|memory)/.test(what) ? 0 : 2000
  save(await shrink(files, nearestSeed(files, target), fails, tries), number, what)
}

/** Each try is a process of its own. */
async function keepDead(number: number, how: string): Promise<void> {
  let files: Files = {}
  for (let n = number - (number % ROUND); n <= number; n++) {
    files = fuzzer.draw(n)
    if (n < number) await fuzzer.run(n, files)
  }
  const own = join(order.folder, 'own')
  mkdirSync(join(own, 'case'), { recursive: true })
  const trial = join(order.folder, 'trial')
  let tries = 0
  const fails = async (candidate: Files): Promise<boolean> => {
    writeSync(progress, `try ${++tries}`.padEnd(16), 0)
    rmSync(trial, { recursive: true, force: true })
    saveCase(trial, candidate, target, { found: how, seed: order.seed, case: number, expected: '?' })
    const args = [...process.execArgv, process.argv[1]!, JSON.stringify({ ...order, folder: own, replay: trial })]
    const { signal, status } = spawnSync(process.execPath, args, { stdio: 'ignore', timeout: 20_000 })
    return signal !== null || status !== 0
  }
  save(await shrink(files, nearestSeed(files, target), fails, 60), number, how)
}

async function replay(folder: string): Promise<void> {
  const { files, facts } = readCase(folder, target)
  for (const byFiles of [false, true]) await fuzzer.attempt(facts.case, files, byFiles)
}

/** The folder of the target with the same files. */
function nearestSeed(files: Files, { seeds }: Target): Files {
  const names = Object.keys(files).sort().join()
  return seeds.find(seed => Object.keys(seed).sort().join() === names) ?? {}
}

function save(files: Files, number: number, found: string): void {
  const facts = { found, seed: order.seed, case: number, expected: '?' }
  saveCase(join(order.corpus, `seed-${order.seed}-case-${number}`), files, target, facts)
}

function tell(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
