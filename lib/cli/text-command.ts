// What the commands of the group Text share: a pipeline, texts from arguments, a file or stdin, and the options for both.
// The file of each command says what it asks of its pipeline and how the answers look.
import type { Pipelines, TaskName } from '../pipelines/index.js'
import {
  type Command,
  type Context,
  command,
  type Definition,
  fileOption,
  jsonOption,
  type LengthOptions,
  lengthSettings,
  type ModelOptions,
  modelSettings,
  ndjsonOption,
} from './command.js'
import type { ExitCode } from './exit-codes.js'
import { type Input, inputOf } from './input.js'
import { withPipeline } from './load.js'

/** Options of every text command. */
export interface TextCommandOptions extends ModelOptions, LengthOptions {
  file?: string
}

type Shared = 'group' | 'arguments' | 'settings' | 'options' | 'run'

interface TextDefinition<Task extends TaskName, Options extends TextCommandOptions>
  extends Omit<Definition<Options>, Shared>,
    Partial<Pick<Definition<Options>, 'arguments' | 'settings' | 'options'>> {
  task: Task
  /** Where the texts come from, if not from all arguments. What is wrong there is told before a model is loaded. */
  input?(context: Context<Options>): Input
  run(pipeline: Pipelines[Task], input: Input, context: Context<Options>): Promise<ExitCode>
}

export function textCommand<Task extends TaskName, Options extends TextCommandOptions>(
  definition: TextDefinition<Task, Options>,
): Command {
  const { input = allArguments, run, settings = [], options = [], ...own } = definition
  return command<Options>({
    group: 'Text',
    arguments: '[text...]',
    ...own,
    settings: [...settings, ...modelSettings, ...lengthSettings],
    options: [...options, fileOption, jsonOption, ndjsonOption],
    run: async context => {
      const texts = input(context)
      return withPipeline(definition.task, context, pipeline => run(pipeline, texts, context))
    },
  })
}

function allArguments({ args, options, stdin }: Context<TextCommandOptions>): Input {
  return inputOf(args, options, stdin)
}
