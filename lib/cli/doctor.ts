// `albert doctor`: everything a report about a problem should say, and whether this machine answers as the reference did.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isAlbertError } from '../errors.js'
import { EMBEDDED_MODEL, modelFolder } from '../model-folder.js'
import { command, jsonOption } from './command.js'
import { exitCodes } from './exit-codes.js'
import { type Addon, addon, type Machine, machine } from './machine.js'
import { exitCodeFor } from './messages.js'
import { bytes } from './numbers.js'
import type { Output } from './output.js'
import { type SelfTest, selfTest } from './self-test.js'
import { factLines, tableLines } from './table.js'

interface Options {
  json?: boolean
}

interface Problem {
  code: string
  message: string
}

interface Report {
  machine: Machine
  addon: Addon | Problem
  model: { name: string; folder: string; bytes: number } | Problem
  selfTest: SelfTest | Problem
}

export const doctorCommand = command<Options>({
  name: 'doctor',
  group: 'This machine',
  summary: 'what runs here and why, and a self-test against stored answers',
  arguments: '',
  examples: [
    { run: 'doctor', does: 'processor, threads, instruction sets, addon, model, self-test' },
    { run: 'doctor --json', does: 'the same for a bug report' },
    { run: 'doctor --quiet && echo fine', does: 'the exit code is 0 only if all is well' },
  ],
  settings: [],
  options: [jsonOption],
  run: async ({ out, env, version }) => {
    let failure: unknown
    const attempt = async <Part>(work: () => Part | Promise<Part>): Promise<Part | Problem> => {
      try {
        return await work()
      } catch (error) {
        failure ??= error
        return { code: isAlbertError(error) ? error.code : 'INTERNAL', message: (error as Error).message }
      }
    }
    const report: Report = {
      machine: machine(version, env),
      addon: await attempt(() => addon(env)),
      model: await attempt(embeddedModel),
      selfTest: await attempt(selfTest),
    }
    if (out.format === 'json') await out.json(report, true)
    else await show(report, out)
    if (failure !== undefined) return exitCodeFor(failure)
    return (report.selfTest as SelfTest).passed ? exitCodes.ok : exitCodes.failedItems
  },
})

function embeddedModel(): { name: string; folder: string; bytes: number } {
  const folder = modelFolder()
  return { name: EMBEDDED_MODEL, folder, bytes: statSync(join(folder, 'model.safetensors')).size }
}

async function show(report: Report, out: Output): Promise<void> {
  const { colors, columns } = out.terminal
  const section = async (title: string, part: object, lines: () => string[]): Promise<void> => {
    await out.line(colors.bold(title))
    if ('message' in part) await out.line(`  ${colors.red('✗')} ${part.message}`)
    else await out.lines(lines())
    await out.line()
  }
  await section('System', report.machine, () => factLines(systemFacts(report.machine), columns, colors))
  await section('Addon', report.addon, () => {
    const { path, cpu, threads, fastDtypes } = report.addon as Addon
    return factLines(
      [
        ['file', path],
        ['processor', cpu],
        ['threads', `${threads} (${threadReason(report.machine)})`],
        ['fast dtypes', fastDtypes.join(', ')],
      ],
      columns,
      colors,
    )
  })
  await section('Instruction sets', report.addon, () => {
    const { isas, reason } = report.addon as Addon
    const rows = isas.map(row => [row.name, stateOf(row), row.chosen ? '← chosen' : ''])
    const table = tableLines([{ paint: colors.cyan }, {}, { paint: colors.green }], rows, columns, colors)
    return [...table, colors.dim(`  ${reason}`)]
  })
  await section('Model in the package', report.model, () => {
    const { name, folder, bytes: size } = report.model as Exclude<Report['model'], Problem>
    return factLines([[name, `${bytes(size)} in ${folder}`]], columns, colors)
  })
  await section('Self-test', report.selfTest, () => selfTestLines(report.selfTest as SelfTest, out))
}

function systemFacts({ albert, node, napi, platform, libc, memoryBytes, variables }: Machine): [string, string][] {
  const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  return [
    ['albert-native', albert],
    ['node', `${node}, Node-API ${napi}`],
    ['platform', libc === null ? platform : `${platform}, ${libc}`],
    ['memory', bytes(memoryBytes)],
    ['variables', set.join(' ') || 'none set'],
  ]
}

function threadReason({ processors, allowed, cgroup, variables }: Machine): string {
  const limit = cgroup === null ? 'no cgroup limit' : `cgroup grants ${cgroup}`
  const variable = variables['ALBERT_NUM_THREADS']
  return `${allowed} of ${processors} processors, ${limit}${variable === undefined ? '' : `, ALBERT_NUM_THREADS=${variable}`}`
}

function stateOf({ compiled, usable }: Addon['isas'][number]): string {
  if (!compiled) return 'not in this build'
  return usable ? 'runs here' : 'built, but this processor cannot run it'
}

function selfTestLines({ checks, texts, ms }: SelfTest, out: Output): string[] {
  const { green, red, dim } = out.terminal.colors
  const rows = checks.map(({ name, passed, found }) => [passed ? green('✓') : red('✗'), name, found])
  return [
    ...rows.map(([mark, name, found]) => `  ${mark} ${name!.padEnd(16)}${found}`),
    dim(`  ${texts} pairs in ${Math.round(ms)} ms; errors over the largest value, at most 1e-5`),
  ]
}
