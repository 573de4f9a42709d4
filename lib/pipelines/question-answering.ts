// The part of a text that answers a question, with its place in the caller's text. Long texts are read through windows.
import { placeOf } from './list-part.js'
import { checkQuestionOptions, type QuestionAnsweringOptions } from './question-options.js'
import { contextWindows, cutQuestion } from './question-windows.js'
import {
  checkedQuestion,
  checkedQuestions,
  isText,
  type PartNames,
  paired,
  partNames,
  type Question,
} from './questions.js'
import type { TextModel } from './text-model.js'
import { placeIn } from './text-offsets.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'
import type { AnswerStream, InputStream } from './text-stream.js'
import { type WindowAnswers, windowAnswers } from './window-answers.js'

/** An answer, cut from the context. */
export interface QuestionAnswer {
  /** `context.slice(start, end)` */
  answer: string
  /** Probability of the first token times that of the last, in the window where this is greatest. */
  score: number
  start: number
  end: number
  /** True where the question was cut; else absent. */
  truncated?: true
}

/** Options that give a question one answer. */
export type OneAnswerOptions = QuestionAnsweringOptions & { top_k?: 1 }
/** Options that give a question a list of answers. */
export type SeveralAnswersOptions = QuestionAnsweringOptions & { top_k: number }

export interface QuestionAnsweringPipeline extends Pipeline {
  /** `top_k: 1`, the default: one answer a question; else a list a question. */
  (question: string, context: string, options?: OneAnswerOptions): Promise<QuestionAnswer>
  (question: string, context: string, options: SeveralAnswersOptions): Promise<QuestionAnswer[]>
  (question: string, context: string, options: QuestionAnsweringOptions): Promise<QuestionAnswer | QuestionAnswer[]>
  (questions: readonly string[], contexts: readonly string[], options?: OneAnswerOptions): Promise<QuestionAnswer[]>
  (
    questions: readonly string[],
    contexts: readonly string[],
    options: SeveralAnswersOptions,
  ): Promise<QuestionAnswer[][]>
  (
    questions: readonly string[],
    contexts: readonly string[],
    options: QuestionAnsweringOptions,
  ): Promise<QuestionAnswer[] | QuestionAnswer[][]>
  (question: Question, options?: OneAnswerOptions): Promise<QuestionAnswer>
  (question: Question, options: SeveralAnswersOptions): Promise<QuestionAnswer[]>
  (question: Question, options: QuestionAnsweringOptions): Promise<QuestionAnswer | QuestionAnswer[]>
  /** One result a question, as they come. */
  (questions: InputStream<Question>, options?: OneAnswerOptions): AnswerStream<QuestionAnswer>
  (questions: InputStream<Question>, options: SeveralAnswersOptions): AnswerStream<QuestionAnswer[]>
  (questions: InputStream<Question>, options: QuestionAnsweringOptions): AnswerStream<QuestionAnswer | QuestionAnswer[]>
  (questions: readonly Question[], options?: OneAnswerOptions): Promise<QuestionAnswer[]>
  (questions: readonly Question[], options: SeveralAnswersOptions): Promise<QuestionAnswer[][]>
  (questions: readonly Question[], options: QuestionAnsweringOptions): Promise<QuestionAnswer[] | QuestionAnswer[][]>
  /** One result a question, each as for that question alone. */
  each(questions: readonly Question[], options?: OneAnswerOptions): Promise<QuestionAnswer[]>
  /** A list of answers a question. */
  each(questions: readonly Question[], options: SeveralAnswersOptions): Promise<QuestionAnswer[][]>
  /** One answer or a list, as the options say. */
  each(
    questions: readonly Question[],
    options: QuestionAnsweringOptions,
  ): Promise<QuestionAnswer[] | QuestionAnswer[][]>
}

export function questionAnswering(text: TextModel): QuestionAnsweringPipeline {
  const call = async (first: unknown, ...rest: unknown[]): Promise<unknown> => {
    const two = typeof first === 'string' || (Array.isArray(first) && (Array.isArray(rest[0]) || isText(first[0])))
    const [options = {}] = (two ? rest.slice(1) : rest) as [QuestionAnsweringOptions?]
    const list = Array.isArray(first)
    const asked = two ? paired(first, rest[0]) : list ? checkedQuestions(first) : [checkedQuestion(first, 'The input')]
    const results = await answers(text, asked, options)
    return list ? results : results[0]
  }
  const each = async (questions: unknown, options: QuestionAnsweringOptions = {}): Promise<unknown[]> =>
    answers(text, checkedQuestions(questions), options)
  return pipelineOf<QuestionAnsweringPipeline>(text, call, { each: each as QuestionAnsweringPipeline['each'] })
}

async function answers(
  text: TextModel,
  asked: Question[],
  options: QuestionAnsweringOptions,
): Promise<(QuestionAnswer | QuestionAnswer[])[]> {
  checkQuestionOptions(options)
  const names = (index: number): PartNames => partNames(asked, index)
  const inputs = asked.map(({ question, context }) => ({ text: question, text_pair: context }))
  const found = await text.eachWindow(
    inputs,
    options,
    async batch => windowAnswers(text, batch, options),
    (whole, limit, i) =>
      contextWindows(cutQuestion(text, whole, limit, placeOf(asked, i), options, names(i)), limit, options, names(i)),
    i => names(i).both,
  )
  return found.map((windows, i) => {
    const list = merged(windows, asked[i]!.context, options)
    return (options.top_k ?? 1) === 1 ? list[0]! : list
  })
}

/** The best answers of all windows. What several windows found is told once, with its best score. */
function merged(windows: WindowAnswers[], context: string, options: QuestionAnsweringOptions): QuestionAnswer[] {
  const place = placeIn(context, options.offsets)
  const found = new Map<string, WindowAnswers['spans'][number]>()
  for (const span of windows.flatMap(window => window.spans)) {
    const name = `${span.start} ${span.end}`
    if (span.score > (found.get(name)?.score ?? -1)) found.set(name, span)
  }
  const list = [...found.values()]
  // The head that keeps a few starts and ends only may have none that make an answer.
  if (options.handle_impossible_answer || list.length === 0) {
    const least = Math.min(...windows.map(window => window.noAnswer))
    list.push({ start: 0, end: 0, score: least })
  }
  return list
    .sort((a, b) => b.score - a.score || a.start - b.start || a.end - b.end)
    .slice(0, options.top_k ?? 1)
    .map(({ start, end, score }) => ({
      answer: context.slice(start, end),
      score,
      start: place(start),
      end: place(end),
      ...(windows[0]!.truncated && { truncated: true as const }),
    }))
}
