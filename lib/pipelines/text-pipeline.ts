// A task as a function: its call, and what every pipeline has beside it.
import type { AlbertTokenizer } from '../tokenizer/index.js'
import type { TaskName } from './tasks.js'
import type { AnyModel, TextModel } from './text-model.js'
import { answersOf, isStream } from './text-stream.js'

/** What every pipeline has beside its call. */
export interface Pipeline {
  readonly task: TaskName
  readonly model: AnyModel
  readonly tokenizer: AlbertTokenizer
  /** Frees the model that the pipeline loaded, once the calls in flight have finished. A model that was given stays. */
  dispose(): Promise<void>
  /** `dispose()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

type Call = (...args: never[]) => Promise<unknown>

/** Gives a function the properties of a pipeline. The one place where a call gets its overloaded type. */
export function pipelineOf<P extends Pipeline>(text: TextModel, call: Call, more: Omit<P, keyof Pipeline>): P {
  const whileOpen =
    (run: Call): Call =>
    (...args) =>
      text.whileOpen(() => run(...args))
  const { each } = more as { each?: Call }
  const parts: Pipeline & { [inspect]: () => string } = {
    task: text.task,
    model: text.model,
    tokenizer: text.tokenizer,
    dispose: () => text.dispose(),
    [Symbol.asyncDispose]: () => text.dispose(),
    [inspect]: () => `pipeline '${text.task}' with ${text.model.constructor.name}`,
  }
  const answerList = whileOpen(call)
  const answer = (...args: unknown[]): unknown =>
    each && isStream(args[0])
      ? answersOf(args[0], whileOpen(each) as (...args: unknown[]) => Promise<unknown[]>, args.slice(1))
      : answerList(...(args as never[]))
  return Object.assign(answer, parts, each && { each: whileOpen(each) }) as unknown as P
}

const inspect = Symbol.for('nodejs.util.inspect.custom')
