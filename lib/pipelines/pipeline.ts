// `pipeline(task, model?, options?)`: loads a model with its tokenizer and gives back the task as a function.
import { AlbertPreTrainedModel } from '../albert.js'
import { AlbertError } from '../errors.js'
import { checkLoading, neededParts, type PretrainedOptions } from '../load-model.js'
import { LoadProgress, type ProgressCallback } from '../load-progress.js'
import { EMBEDDED_MODEL, findModel } from '../model-folder.js'
import { checkOptions, shown } from '../options.js'
import { tokenizerFrom } from '../tokenizer/directory.js'
import { AlbertTokenizer } from '../tokenizer/index.js'
import { warn } from '../warnings.js'
import { loadFor } from './model-choice.js'
import { suggestion } from './nearest.js'
import { canDo, type Pipelines, type TaskName, taskNamed, taskNames, tasks } from './tasks.js'
import { type AnyModel, TextModel } from './text-model.js'

/** Options of `pipeline(task, model, options)`. */
export interface PipelineOptions extends Omit<PretrainedOptions, 'progress_callback'> {
  /** Hears about each file while the model loads. What it throws rejects the load. */
  progress_callback?: ProgressCallback | null
  /** For a model that is given as an object. */
  tokenizer?: AlbertTokenizer
}

/**
 * `model`: the path of a folder, the name of a folder in ./models or in the package, the id of a model on the hub, or a
 * loaded model together with `options.tokenizer`. Without one the small English model in the package answers.
 */
export async function pipeline<Name extends keyof Pipelines>(
  task: Name,
  model?: string | AnyModel | null,
  options: PipelineOptions = {},
): Promise<Pipelines[Name]> {
  checkOptions(options)
  const name = taskNamed(task)
  if (name === undefined)
    throw new AlbertError('UNSUPPORTED_TASK', `There is no task ${shown(task)}; there are ${taskNames().join(', ')}.`, {
      hint: suggestion(String(task), taskNames()),
    })
  const { tokenizer } = options
  if ((tokenizer ?? null) !== null && !(tokenizer instanceof AlbertTokenizer))
    throw new AlbertError(
      'INVALID_INPUT',
      `tokenizer must be what AutoTokenizer.from_pretrained() gives, not ${shown(tokenizer)}.`,
    )
  const text =
    model instanceof AlbertPreTrainedModel
      ? givenModel(name, model as AnyModel, options)
      : await loadedModel(name, model ?? undefined, options)
  return tasks[name].create(text, options.warning_callback) as Pipelines[Name]
}

async function loadedModel(task: TaskName, model: string | undefined, options: PipelineOptions): Promise<TextModel> {
  const { progress_callback, tokenizer: given, warning_callback, ...pretrained } = options
  const name = model ?? EMBEDDED_MODEL
  // Warnings wait: when the head is missing, the error says it better.
  const warnings: string[] = []
  const loading = checkLoading({ ...pretrained, warning_callback: warning => warnings.push(warning) })
  const progress = new LoadProgress(name, progress_callback)
  const parts = neededParts(loading, given ? ['weights'] : ['tokenizer', 'weights'])
  const folder = await findModel(name, parts, loading.settings, progress)
  const tokenizer = given ?? new AlbertTokenizer(await progress.around('tokenizer.json', () => tokenizerFrom(folder)))
  const loaded = await loadFor(task, folder, loading, progress)
  const refusal = lacksHead(task, loaded) ? noHead(task, name) : misfit(loaded, tokenizer)
  if (refusal) {
    await loaded.dispose()
    throw refusal
  }
  for (const warning of warnings) warn(warning, warning_callback)
  progress.ready(task)
  return new TextModel(task, loaded, tokenizer, true)
}

function givenModel(task: TaskName, model: AnyModel, options: PipelineOptions): TextModel {
  const { tokenizer } = options
  if (!tokenizer)
    throw new AlbertError(
      'INVALID_INPUT',
      'A model that is given as an object needs its tokenizer: pipeline(task, model, { tokenizer }).',
    )
  if (lacksHead(task, model)) throw noHead(task, model.constructor.name)
  const refusal = misfit(model, tokenizer)
  if (refusal) throw refusal
  return new TextModel(task, model, tokenizer, false)
}

function lacksHead(task: TaskName, model: AnyModel): boolean {
  return model.missingHead.length > 0 || !canDo(task, model.head, model.config)
}

/** A tokenizer may know less than the model, whose vocabulary may be padded, but not more. */
function misfit({ config }: AnyModel, { idEnd }: AlbertTokenizer): AlbertError | undefined {
  if (idEnd <= config.vocab_size) return undefined
  const message = `The tokenizer does not fit the model: it has ${idEnd} tokens, the model's vocab_size is ${config.vocab_size}.`
  return new AlbertError('INVALID_TOKENIZER', message)
}

function noHead(task: TaskName, model: string): AlbertError {
  const message = `Model '${model}' has no trained head for ${task}: the task needs ${tasks[task].needs}.`
  return new AlbertError('NO_HEAD', message, { hint: 'Name such a model by the path of its folder.' })
}
