// Which model class a task loads: the one that the folder's config.json names, if it can do the task, else the task's own.
import type { AlbertConfig } from '../config.js'
import {
  AlbertForMaskedLM,
  AlbertForMultipleChoice,
  AlbertForPreTraining,
  AlbertForQuestionAnswering,
  AlbertForSequenceClassification,
  AlbertForTokenClassification,
  AlbertModel,
} from '../heads.js'
import { configOf, type LoadedModel, type Loading, modelFrom } from '../load-model.js'
import type { LoadProgress } from '../load-progress.js'
import type { NativeHead } from '../native.js'
import { AlbertForSquad2 } from '../squad2.js'
import { canDo, type TaskName, tasks } from './tasks.js'
import type { AnyModel } from './text-model.js'

/** A class of models that can be made of what was loaded. */
export interface LoadableClass {
  new (loaded: LoadedModel): AnyModel
  readonly head: NativeHead
}

/** By the names that config.json uses. */
const classes: Record<string, LoadableClass> = {
  AlbertModel,
  AlbertForMaskedLM,
  AlbertForPreTraining,
  AlbertForSequenceClassification,
  AlbertForTokenClassification,
  AlbertForQuestionAnswering,
  AlbertForMultipleChoice,
  AlbertForSquad2,
}

/** The model in a folder, as the class that does the task. */
export async function loadFor(
  task: TaskName,
  folder: string,
  loading: Loading,
  progress: LoadProgress,
): Promise<AnyModel> {
  const config = await configOf(loading, folder, progress)
  const modelClass = modelClassFor(task, config)
  const readsPooler = modelClass.head !== 'none'
  return new modelClass(await modelFrom(modelClass.head, folder, { ...loading, config, readsPooler }, progress))
}

function modelClassFor(task: TaskName, { architectures }: AlbertConfig): LoadableClass {
  const { heads } = tasks[task]
  const named = classNamed(architectures[0] ?? '')
  // What any head can do is done by the bare encoder: a decoder that no answer needs would only take memory.
  if (named && heads[0] !== 'none' && heads.includes(named.head)) return named
  return Object.values(classes).find(each => each.head === heads[0])!
}

function classNamed(architecture: string): LoadableClass | undefined {
  const name = architecture.replace(/^Bert/, 'Albert')
  return Object.hasOwn(classes, name) ? classes[name] : undefined
}

/** What a class of transformers is here; one that is not known is taken for the bare encoder. */
export function classOfArchitecture(architecture: string | null): LoadableClass {
  return (architecture !== null && classNamed(architecture)) || AlbertModel
}

export function headOfArchitecture(architecture: string | null): NativeHead {
  return classOfArchitecture(architecture).head
}

export function tasksOf(head: NativeHead, config: AlbertConfig): TaskName[] {
  return (Object.keys(tasks) as TaskName[]).filter(task => canDo(task, head, config))
}
