// The help pages: what a command does, examples first, then arguments and options. At most 59 lines of 80 columns each.
import type { Command as Commander, Help, Option } from 'commander'
import type { Command } from './command.js'
import { wrap } from './display-width.js'
import type { Colors } from './terminal.js'

const COLUMNS = 80

export function commandHelp(definition: Command, options: readonly Option[], colors: Colors): string {
  const { bold, dim, cyan } = colors
  const usage = `albert ${definition.name}${definition.arguments ? ` ${definition.arguments}` : ''} [options]`
  const shown = options.filter(option => !option.hidden)
  const width = Math.max(...shown.map(option => option.flags.length))
  return [
    `${bold(`albert ${definition.name}`)}  ${definition.summary}`,
    '',
    bold('Examples'),
    ...definition.examples.flatMap(example => [`  ${cyan(`albert ${example.run}`)}`, `      ${dim(example.does)}`]),
    '',
    `${bold('Usage')}  ${usage}`,
    '',
    bold('Options'),
    ...shown.flatMap(option => optionLines(option, width, dim)),
    '',
    dim('Also from ALBERT_* variables and albert.config.json: docs/command-line.md.'),
    '',
  ].join('\n')
}

export function programHelp(definitions: readonly Command[], version: string, colors: Colors): string {
  const { bold, dim, cyan } = colors
  const width = Math.max(...definitions.map(each => each.name.length))
  const groups = [...new Set(definitions.map(each => each.group))]
  return [
    `${bold('albert')} ${version}  ALBERT, a light BERT, on this processor.`,
    '',
    bold('Examples'),
    `  ${cyan('albert')}                                                  ${dim('a short tour')}`,
    `  ${cyan('albert fill-mask "The cat sat on the [MASK]."')}`,
    `  ${cyan('albert similarity "a ship at sea" "a boat" "a tax law"')}`,
    `  ${cyan('albert embed --file sentences.txt --ndjson')}`,
    ...groups.flatMap(group => [
      '',
      bold(group),
      ...definitions.filter(each => each.group === group).map(each => `  ${each.name.padEnd(width)}  ${each.summary}`),
    ]),
    '',
    dim('albert COMMAND --help tells more; albert --version the version.'),
    '',
  ].join('\n')
}

/** Makes commander print our pages. */
export function useHelp(program: Commander, page: () => string): void {
  program.configureHelp({ formatHelp: (_command: Commander, _helper: Help) => page() })
}

/** Flags, and beside them what they mean. */
function optionLines(option: Option, width: number, dim: Colors['dim']): string[] {
  const value: unknown = option.defaultValue
  const added = value === undefined || typeof value === 'boolean' ? '' : ` (${value})`
  const lines = wrap(`${option.description}${added}`, COLUMNS - width - 4)
  return lines.map((line, at) => {
    const text = added && line.endsWith(added) ? line.slice(0, -added.length) + dim(added) : line
    return `  ${(at === 0 ? option.flags : '').padEnd(width)}  ${text}`
  })
}
