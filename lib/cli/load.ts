// Loads what a command needs with the options of the command line, and frees it afterwards.
import type { Dtype } from '../dtype.js'
import { type PipelineOptions, type Pipelines, pipeline, type TaskName } from '../pipelines/index.js'
import type { Context, ModelOptions } from './command.js'
import type { ExitCode } from './exit-codes.js'

export async function withPipeline<Task extends TaskName, Options extends ModelOptions>(
  task: Task,
  context: Context<Options>,
  use: (pipeline: Pipelines[Task]) => Promise<ExitCode>,
): Promise<ExitCode> {
  const loaded = await pipeline(task, context.options.model, pipelineOptions(context))
  try {
    return await use(loaded)
  } finally {
    await loaded.dispose()
  }
}

export function pipelineOptions<Options extends ModelOptions>(context: Context<Options>): PipelineOptions {
  const { dtype, threads } = context.options
  return {
    ...(dtype !== undefined && { dtype: dtype as Dtype }),
    ...(threads !== undefined && { threads }),
    signal: context.signal,
    warning_callback: message => context.messages.note(message),
  }
}
