// Draws cases from a seed and runs them. A case grows from the folders of the target, and from earlier cases of its round
// that were refused, or worked, in a way not seen before: messages tell branches apart, so nothing need be instrumented.
// Equal seeds give equal cases; to repeat one, its round is run again from the start.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlbertError } from '../../lib/errors.js'
import { MAX_BYTES, splice } from './mutate-bytes.js'
import { Random } from './random.js'
import type { Files, Target } from './target.js'

/** Cases after which the pool begins anew. */
export const ROUND = 4096
/** Every so many cases go through files and the public functions; the others through memory. */
const BY_FILES = 8
const MAX_POOL = 512
const MAX_POOLED_BYTES = 64 << 10

/** Asking the system for time and memory takes as long as a case: done for those that took longer, and now and then. */
const SUSPICIOUS_MS = 20
const MEASURED = 64

const LIMITS = {
  /** Time of the processor for one case. The largest that are drawn take some milliseconds. */
  cpuMs: 5000,
  /** Of the process, over what it needed when it began. */
  growthBytes: 768 << 20,
  messageUnits: 2000,
}

export interface Finding {
  case: number
  /** What came instead of an answer or an AlbertError. */
  what: string
  files: Files
}

export class Fuzzer {
  readonly counts = { cases: 0, works: 0, refused: 0 }
  readonly #target: Target
  readonly #seed: number
  readonly #folder: string
  /** Folders that worked, the seeds among them, and those that were refused. */
  #alive: Files[] = []
  #refused: Files[] = []
  #seen = new Set<string>()
  #written: Files = {}
  readonly #rssAtStart = maxRss()
  #cpu = process.cpuUsage()

  /** `folder` belongs to this fuzzer. */
  constructor(target: Target, seed: number, folder: string) {
    this.#target = target
    this.#seed = seed
    this.#folder = folder
  }

  /** The files of a case, which come after all earlier ones of its round. */
  draw(number: number): Files {
    if (number % ROUND === 0 || this.#alive.length === 0) {
      this.#alive = [...this.#target.seeds]
      this.#refused = []
      this.#seen = new Set()
    }
    const random = new Random(this.#seed, number)
    // What was refused once is mostly refused for the same reason again: three of four grow from what worked.
    const pool = this.#refused.length > 0 && random.once(4) ? this.#refused : this.#alive
    const files = { ...random.pick(pool) }
    const names = Object.keys(files)
    for (let changes = 1 + (random.once(3) ? random.below(6) : 0); changes > 0; ) {
      const name = random.pick(names)
      const before = files[name]!
      const other = random.once(12) ? random.pick(pool)[name] : undefined
      const after = this.#target.mutate(name, other ? splice(before, other, random) : before, random)
      // Files that the target leaves alone come back as they were.
      if (after !== before) changes--
      files[name] = after.subarray(0, MAX_BYTES)
    }
    return files
  }

  /** Runs the files as case `number`; undefined: all is well. */
  async run(number: number, files: Files): Promise<Finding | undefined> {
    this.counts.cases++
    const { outcome, what } = await this.attempt(number, files, number % BY_FILES === 0)
    if (what !== undefined) return { case: number, what, files }
    if (!this.#seen.has(outcome)) {
      this.#seen.add(outcome)
      const size = Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0)
      const pool = outcome.startsWith('works') ? this.#alive : this.#refused
      if (pool.length < MAX_POOL && size < MAX_POOLED_BYTES) pool.push(files)
    }
    return undefined
  }

  /** One try, from memory or by files. `what`: what was wrong with it. */
  async attempt(number: number, files: Files, byFiles: boolean): Promise<{ outcome: string; what?: string }> {
    const started = performance.now()
    if (byFiles) this.#write(files)
    let outcome: string
    try {
      // A stream of its own: what is drawn here must not depend on how many numbers the case took.
      const random = new Random(this.#seed ^ 0x5eed, number)
      const said = await this.#target.run({ files, folder: byFiles ? this.#folder : undefined, random })
      outcome = `works: ${said}`
      this.counts.works++
    } catch (error) {
      if (!isAlbertError(error) || !this.#target.codes.includes(error.code)) return { outcome: '', what: told(error) }
      if (error.message.length > LIMITS.messageUnits)
        return { outcome: '', what: `message of ${error.message.length} characters` }
      outcome = signature(error.code, error.message.replaceAll(this.#folder, ''))
      this.counts.refused++
    }
    const took = performance.now() - started
    const what = took > SUSPICIOUS_MS || number % MEASURED === 0 ? this.#tooMuch(took) : undefined
    return what === undefined ? { outcome } : { outcome, what }
  }

  #tooMuch(wallMs: number): string | undefined {
    const { user, system } = process.cpuUsage(this.#cpu)
    this.#cpu = process.cpuUsage()
    // A busy machine stretches the clock, and the time of the processor is that of some cases before as well: both must be long.
    if (Math.min(wallMs, (user + system) / 1000) > LIMITS.cpuMs) return `took ${Math.round(wallMs)} ms`
    const growth = maxRss() - this.#rssAtStart
    return growth > LIMITS.growthBytes ? `memory grew by ${growth >> 20} MB` : undefined
  }

  #write(files: Files): void {
    for (const name of Object.keys(this.#written)) if (!(name in files)) rmSync(join(this.#folder, name))
    for (const [name, bytes] of Object.entries(files)) {
      if (this.#written[name] !== bytes) writeFileSync(join(this.#folder, name), bytes)
    }
    this.#written = files
  }
}

/** Peak of the process in bytes. */
function maxRss(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** The same for errors that differ in names, numbers and values only. */
function signature(code: string, message: string): string {
  return `${code}: ${message.replace(/"(?:[^"\\]|\\.)*"?/g, '""').replace(/-?\d[\d.e+-]*/g, '#')}`
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`
  const code = 'code' in error ? ` ${String(error.code)}` : ''
  const frame = error.stack?.split('\n').find(line => /^\s+at /.test(line)) ?? ''
  return `${error.name}${code}: ${error.message.slice(0, 300)}${frame}`
}
