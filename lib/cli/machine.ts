// What `albert doctor` finds out about the machine: system, processor, threads and their limits, instruction sets, addon.
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { fastDtypes } from '../dtype.js'
import { nativeAddon, nativeAddonPath } from '../native-loader.js'

export interface Machine {
  albert: string
  node: string
  napi: string
  platform: string
  libc: string | null
  processors: number
  /** Those that the affinity mask leaves to this process. */
  allowed: number
  memoryBytes: number
  /** Processors that the control group grants, null without a limit. */
  cgroup: number | null
  /** ALBERT_ variables that are set. */
  variables: Record<string, string>
}

export interface Addon {
  /** File that was loaded. */
  path: string
  cpu: string
  threads: number
  features: string[]
  /** Dtypes that the chosen row and those before it have instructions for. */
  fastDtypes: string[]
  isas: { name: string; compiled: boolean; usable: boolean; chosen: boolean }[]
  /** Why the chosen row is chosen. */
  reason: string
}

export function machine(version: string, env: Record<string, string | undefined>): Machine {
  return {
    albert: version,
    node: process.versions.node,
    napi: process.versions['napi'] ?? '',
    platform: `${process.platform}-${process.arch}`,
    libc: libc(),
    processors: cpus().length,
    allowed: availableParallelism(),
    memoryBytes: totalmem(),
    cgroup: cgroupProcessors(),
    variables: Object.fromEntries(
      Object.entries(env).filter(
        (entry): entry is [string, string] => entry[0].startsWith('ALBERT_') && entry[1] !== undefined,
      ),
    ),
  }
}

/** Throws ERR_ALBERT_NATIVE. */
export function addon(env: Record<string, string | undefined>): Addon {
  const { cpu, threads, features, isas } = nativeAddon().machine()
  const asked = env['ALBERT_ISA']
  const chosen = asked || isas.filter(row => row.usable).at(-1)?.name
  return {
    path: nativeAddonPath(),
    cpu,
    threads,
    features,
    fastDtypes: fastDtypes(isas, asked ?? ''),
    isas: isas.map(row => ({ ...row, chosen: row.name === chosen })),
    reason: asked ? 'chosen because ALBERT_ISA asks for it' : 'chosen: the last of the list that this processor runs',
  }
}

function libc(): string | null {
  if (process.platform !== 'linux') return null
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined
  const version = report?.header?.glibcVersionRuntime
  return version === undefined ? 'musl' : `glibc ${version}`
}

/** Quota over period, in both versions of Linux control groups. */
function cgroupProcessors(): number | null {
  const [quota, period] = numbersIn('/sys/fs/cgroup/cpu.max') ?? [
    ...(numbersIn('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? []),
    ...(numbersIn('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? []),
  ]
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : null
}

function numbersIn(path: string): number[] | undefined {
  try {
    return readFileSync(path, 'utf8').trim().split(/\s+/).map(Number)
  } catch {
    return undefined
  }
}
