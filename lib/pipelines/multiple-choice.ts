// Which of some choices goes best with a prompt.
import { AlbertError } from '../errors.js'
import { checkOptions, shown } from '../options.js'
import { firstOf, isOneOfSeveral, partOf, placeOf } from './list-part.js'
import { type PairLogits, pairLogits } from './pair-logits.js'
import { best, softmax } from './scores.js'
import { checkString, checkWhole, type TextOptions } from './text-input.js'
import type { Origin, TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'
import type { AnswerStream, InputStream } from './text-stream.js'

/** Options of `multiple-choice`. */
export interface MultipleChoiceOptions extends TextOptions {
  /** Choices a question, best first. Default and null: all. */
  top_k?: number | null
}

/** A prompt and the choices that may follow it. */
export interface ChoiceQuestion {
  prompt: string
  choices: readonly string[]
}

/** A choice and how well it follows the prompt. */
export interface ScoredChoice {
  /** Place in the list of choices. */
  index: number
  choice: string
  /** Probability among the choices of the question. */
  score: number
  /** True where prompt and choice were cut to the model's length; else absent. */
  truncated?: true
}

export interface MultipleChoicePipeline extends Pipeline {
  (prompt: string, choices: readonly string[], options?: MultipleChoiceOptions): Promise<ScoredChoice[]>
  (question: ChoiceQuestion, options?: MultipleChoiceOptions): Promise<ScoredChoice[]>
  /** One result a question, as they come. */
  (questions: InputStream<ChoiceQuestion>, options?: MultipleChoiceOptions): AnswerStream<ScoredChoice[]>
  (questions: readonly ChoiceQuestion[], options?: MultipleChoiceOptions): Promise<ScoredChoice[][]>
  /** One result a question, each as for that question alone. */
  each(questions: readonly ChoiceQuestion[], options?: MultipleChoiceOptions): Promise<ScoredChoice[][]>
}

export function multipleChoice(text: TextModel): MultipleChoicePipeline {
  const answers = async (
    questions: readonly ChoiceQuestion[],
    options: MultipleChoiceOptions = {},
  ): Promise<ScoredChoice[][]> => {
    checkOptions(options)
    if (options.top_k !== null) checkWhole('top_k', options.top_k, 1, Number.MAX_SAFE_INTEGER)
    const pairs = questions.flatMap(({ prompt, choices }) =>
      choices.map(choice => ({ text: prompt, text_pair: choice })),
    )
    const origins = questions.flatMap(({ choices }, index) =>
      choices.map((_, choice) => ({
        index: placeOf(questions, index),
        name: `Choice ${choice} of ${nameOf(questions, index)}`,
      })),
    )
    const rows = await pairLogits(text, pairs, options, (pair): Origin => origins[pair]!)
    let end = 0
    return questions.map(({ choices }) => {
      const start = end
      end += choices.length
      return scored(choices, rows.slice(start, end), options.top_k ?? choices.length)
    })
  }
  const call = async (first: unknown, ...rest: unknown[]): Promise<unknown> => {
    const two = typeof first === 'string'
    const [options] = (two ? rest.slice(1) : rest) as [MultipleChoiceOptions?]
    if (Array.isArray(first)) return answers(checkedList(first), options)
    return (await answers([checked(two ? { prompt: first, choices: rest[0] } : first, 'the question')], options))[0]
  }
  return pipelineOf<MultipleChoicePipeline>(text, call, {
    each: async (questions, options) => answers(checkedList(questions), options),
  })
}

function scored(choices: readonly string[], rows: PairLogits[], count: number): ScoredChoice[] {
  const logits = rows.map(row => row.logits[0]!)
  const scores = softmax(logits)
  return best(logits, count).map(index => ({
    index,
    choice: choices[index]!,
    score: scores[index]!,
    ...(rows[index]!.truncated && { truncated: true as const }),
  }))
}

function checkedList(questions: unknown): ChoiceQuestion[] {
  if (!Array.isArray(questions))
    throw new AlbertError('INVALID_INPUT', `Questions must be a list of { prompt, choices }, not ${shown(questions)}.`)
  const list = Array.from(questions, (question, i) => checked(question, nameOf(questions, i)))
  return partOf(list, firstOf(questions))
}

function checked(question: unknown, name: string): ChoiceQuestion {
  if (typeof question !== 'object' || question === null)
    throw new AlbertError(
      'INVALID_INPUT',
      `A question is { prompt, choices }, a string and a list of strings; ${name} is ${shown(question)}.`,
    )
  const { prompt, choices } = question as Partial<ChoiceQuestion>
  checkString(`Prompt of ${name}`, prompt)
  if (!Array.isArray(choices))
    throw new AlbertError('INVALID_INPUT', `Choices of ${name} must be a list of strings, not ${shown(choices)}.`)
  if (choices.length === 0) throw new AlbertError('EMPTY_INPUT', `A question needs choices; ${name} has none.`)
  for (const [i, choice] of choices.entries()) checkString(`Choice ${i} of ${name}`, choice)
  return { prompt, choices: [...choices] }
}

function nameOf(questions: readonly unknown[], index: number): string {
  return isOneOfSeveral(questions) ? `question ${placeOf(questions, index)}` : 'the question'
}
