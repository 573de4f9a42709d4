// Which model class a task loads: the one that the folder's config.json names, if it can do the task, else the task's own.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AlbertForMaskedLM,
  AlbertForMultipleChoice,
  AlbertForPreTraining,
  AlbertForQuestionAnswering,
  AlbertForSequenceClassification,
  AlbertForTokenClassification,
  AlbertModel,
} from '../heads.js'
import type { PretrainedOptions } from '../load-model.js'
import type { NativeHead } from '../native.js'
import { AlbertForSquad2 } from '../squad2.js'
import { type TaskName, tasks } from './tasks.js'
import type { AnyModel } from './text-model.js'

interface LoadableClass {
  readonly head: NativeHead
  from_pretrained(model?: string, options?: PretrainedOptions): Promise<AnyModel>
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

export function modelClassFor(task: TaskName, folder: string): LoadableClass {
  const { heads } = tasks[task]
  const named = classNamed(architectureIn(folder))
  if (named && heads.includes(named.head)) return named
  return Object.values(classes).find(each => each.head === heads[0])!
}

function classNamed(architecture: string): LoadableClass | undefined {
  const name = architecture.replace(/^Bert/, 'Albert')
  return Object.hasOwn(classes, name) ? classes[name] : undefined
}

/** What is wrong with the file is for the loader to say. */
function architectureIn(folder: string): string {
  try {
    const { architectures } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
      architectures?: unknown
    }
    return Array.isArray(architectures) ? String(architectures[0]) : ''
  } catch {
    return ''
  }
}

/** The head of a class of transformers; a class that is not known is taken for the bare encoder. */
export function headOfArchitecture(architecture: string | null): NativeHead {
  return (architecture !== null && classNamed(architecture)?.head) || 'none'
}

export function tasksOfHead(head: NativeHead): TaskName[] {
  return (Object.keys(tasks) as TaskName[]).filter(task => tasks[task].heads.includes(head))
}
