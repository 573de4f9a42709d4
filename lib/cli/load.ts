// Loads what a command needs with the options of the command line, and frees it afterwards.
import type { HubOptions } from '../hub/options.js'
import type { ProgressCallback } from '../load-progress.js'
import { type PipelineOptions, type Pipelines, pipeline, type TaskName } from '../pipelines/index.js'
import type { Context, ModelOptions, SourceOptions } from './command.js'
import { downloadProgress } from './download-progress.js'
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
  const { dtype, quality, threads } = context.options
  return {
    ...(dtype !== undefined && { dtype }),
    ...(quality !== undefined && { quality }),
    ...(threads !== undefined && { threads }),
    ...sourceOptions(context),
    warning_callback: message => context.messages.note(message),
  }
}

/** Where the model comes from, and what is said while it comes. */
export function sourceOptions<Options extends SourceOptions>(
  context: Context<Options>,
): HubOptions & { progress_callback: ProgressCallback } {
  const { revision = null, cacheDir = null } = context.options
  return {
    revision,
    cache_dir: cacheDir,
    signal: context.signal,
    progress_callback: downloadProgress(context.messages),
  }
}
