// From the words of the command line to one running command: commander parses, this file says what to do with it.
// No process state here: streams, environment and signal are given, the exit code is returned.
import { Command as Commander, CommanderError, Option } from 'commander'
import { type Command, type Context, commanderOptions } from './command.js'
import { commands } from './commands.js'
import { CommandError, type ExitCode, exitCodes } from './exit-codes.js'
import { commandHelp, programHelp, useHelp } from './help.js'
import { exitCodeFor, Messages } from './messages.js'
import { type FormatOptions, formatOf, Output } from './output.js'
import { settingsFrom } from './settings.js'
import { terminalOf } from './terminal.js'

export interface Surroundings {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  env: Record<string, string | undefined>
  signal: AbortSignal
  version: string
}

/** Runs one command line (without `node` and the script) and answers its exit code. Never throws. */
export async function runProgram(argv: string[], around: Surroundings): Promise<ExitCode> {
  const words = asked(renamed(argv))
  const color = !optionsBefore(words).includes('--no-color')
  const messages = new Messages(around.stderr, terminalOf(around.stderr, around.env, color), {
    quiet: optionsBefore(words).includes('--quiet'),
    env: around.env,
  })
  try {
    let code: ExitCode = exitCodes.ok
    const program = programOf(around, color, messages, done => {
      code = done
    })
    await program.parseAsync(withCommand(words), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok
    const told = error instanceof CommanderError ? usageError(error, words) : error
    if (!around.signal.aborted) messages.error(told, Boolean(around.env['ALBERT_DEBUG']))
    return around.signal.aborted ? exitCodes.interrupted : exitCodeFor(told)
  } finally {
    messages.finish()
  }
}

function programOf(
  around: Surroundings,
  color: boolean,
  messages: Messages,
  done: (code: ExitCode) => void,
): Commander {
  const out = terminalOf(around.stdout, around.env, color)
  const program = new Commander('albert')
    .exitOverride()
    .configureOutput({ writeOut: text => around.stdout.write(text), writeErr: () => {}, getOutHasColors: () => true })
    .version(around.version, '--version')
    .addOption(new Option('--no-color'))
    .addOption(new Option('--quiet'))
    .helpOption('-h, --help')
    .helpCommand(false)
    .showSuggestionAfterError()
  useHelp(program, () => programHelp(commands, around.version, out.colors))
  for (const definition of commands) {
    const command = program.command(definition.name).description(definition.summary).allowExcessArguments(false)
    if (definition.arguments) command.arguments(definition.arguments)
    for (const option of commanderOptions(definition)) command.addOption(option)
    useHelp(command, () => commandHelp(definition, command.options, out.colors))
    command.action(async () => {
      applySettings(command, definition, around.env)
      const options = command.opts()
      const output = new Output(around.stdout, out, formatOf(options as FormatOptions, out))
      const context: Context<Record<string, unknown>> = {
        args: command.args,
        options,
        out: output,
        messages,
        stdin: around.stdin,
        env: around.env,
        signal: around.signal,
        version: around.version,
      }
      done(await definition.run(context))
    })
  }
  return program
}

/** Fills in what no flag gave from variables and the configuration file. */
function applySettings(command: Commander, definition: Command, env: Record<string, string | undefined>): void {
  const attributes = new Map(
    command.options.map(option => [option.long?.replace(/^--(no-)?/, ''), option.attributeName()]),
  )
  for (const [name, value] of settingsFrom(definition.settings, env)) {
    const attribute = attributes.get(name)!
    if (command.getOptionValueSource(attribute) !== 'cli') command.setOptionValueWithSource(attribute, value, 'config')
  }
}

/** `--model-id` is another word for `--model`. */
function renamed(argv: string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.map((word, at) => (at < end ? word.replace(/^--model-id(?==|$)/, '--model') : word))
}

/** `albert help COMMAND` is another way to say `albert COMMAND --help`. */
function asked(words: string[]): string[] {
  const at = words.findIndex(word => !word.startsWith('-'))
  if (words[at] !== 'help') return words
  const about = words.slice(at + 1).find(word => !word.startsWith('-') && word !== 'help')
  if (about === undefined) return [...words.slice(0, at), '--help']
  // Without --help commander says that there is no such command; with it, it would show the page of the program.
  const known = commands.some(({ name }) => name === about)
  return [...words.slice(0, at), about, ...(known ? ['--help'] : [])]
}

function optionsBefore(words: string[]): string[] {
  const end = words.indexOf('--')
  return end < 0 ? words : words.slice(0, end)
}

/** Without a command: the tour. Options alone belong to it, unless they ask for help or the version. */
function withCommand(words: string[]): string[] {
  const alone = words.every(word => word === '--no-color' || word === '--quiet')
  return alone ? ['tour', ...words] : words
}

/** commander's "error: unknown option '--tpo-k'\n(Did you mean --top-k?)" as our line and hint. */
function usageError(error: CommanderError, words: string[]): CommandError {
  const [first = '', second] = error.message.replace(/^error: /, '').split('\n')
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, '')}.`
  const command = commands.find(each => each.name === words.find(word => !word.startsWith('-')))
  const help = `See \`albert ${command ? `${command.name} ` : ''}--help\`.`
  return new CommandError(exitCodes.usage, message, second ? `${second.replace(/^\(|\)$/g, '')} ${help}` : help)
}
