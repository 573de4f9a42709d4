// Says which machine a result comes from, and how much of it other processes took meanwhile.
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'

/** Instruction sets that decide the speed of float32 and quantised products, as Linux names them. */
const FEATURES = [
  'avx2',
  'fma',
  'avx512f',
  'avx512_bf16',
  'avx512_vnni',
  'avx_vnni',
  'amx_bf16',
  'amx_int8',
  'asimddp',
  'sve',
]

/** Fields of /proc/cpuinfo's first processor; empty where there is no such file. */
function cpuInfo() {
  try {
    const [first] = readFileSync('/proc/cpuinfo', 'utf8').split('\n\n')
    return new Map(first.split('\n').map(line => /** @type {[string, string]} */ (line.split(/\s*:\s*/, 2))))
  } catch {
    return new Map()
  }
}

/** The hardware and system that a result belongs to. */
export function fingerprint() {
  const info = cpuInfo()
  const flags = (info.get('flags') ?? info.get('Features') ?? '').split(' ')
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    family: info.get('cpu family') ?? '',
    model: info.get('model') ?? '',
    cores: availableParallelism(),
    features: FEATURES.filter(feature => flags.includes(feature)),
    cache: info.get('cache size') ?? '',
    virtual: flags.includes('hypervisor'),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
  }
}

/** Folder name for results of this machine, e.g. `amd-epyc-23-49-2core`. @param {ReturnType<typeof fingerprint>} machine */
export function machineName({ cpu, family, model, cores }) {
  return `${cpu} ${family} ${model} ${cores}core`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

/** Clock ticks that all processors spent busy or lost to the hypervisor, in seconds; NaN where the system does not tell. */
function busySeconds() {
  try {
    const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
      .split(/\s+/, 9)
      .map(Number)
    return (user + nice + system + irq + softirq + steal) / 100
  } catch {
    return Number.NaN
  }
}

/** Starts to watch; the function returned tells the share of all processors that others took since. NaN = unknown. */
export function watchOthers() {
  const before = { busy: busySeconds(), own: process.cpuUsage(), time: performance.now() }
  return () => {
    const { user, system } = process.cpuUsage(before.own)
    const seconds = (performance.now() - before.time) / 1000
    const others = busySeconds() - before.busy - (user + system) / 1e6
    return Math.max(0, others / (seconds * cpus().length))
  }
}
