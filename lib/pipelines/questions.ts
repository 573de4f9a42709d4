// What question answering is given: a question with its context, in the forms that callers write, and their names in messages.
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'
import { firstOf, isOneOfSeveral, partOf, placeOf } from './list-part.js'
import { checkString } from './text-input.js'

/** A question and the text that may answer it. */
export interface Question {
  question: string
  context: string
}

/** How the parts of an input are called in messages. */
export interface PartNames {
  question: string
  context: string
  both: string
}

/** `The question`, or with its number where there are several. */
export function partNames(asked: readonly Question[], index: number): PartNames {
  const place = placeOf(asked, index)
  const several = isOneOfSeveral(asked)
  const [question, context] = several ? [`Question ${place}`, `Context ${place}`] : ['The question', 'The context']
  return { question: question!, context: context!, both: `${question} with its context` }
}

/** Lists of equal length, or one question and its context. */
export function paired(questions: unknown, contexts: unknown): Question[] {
  if (!Array.isArray(questions) || !Array.isArray(contexts)) {
    const both = { question: questions, context: contexts }
    if (isText(questions) && isText(contexts)) return [both as Question]
    const message = `A question needs its context, a string; a list of questions needs a list of contexts, not ${shown(contexts)}.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  if (questions.length !== contexts.length) {
    const message = `Each question needs its context: there are ${questions.length} questions and ${contexts.length} contexts.`
    throw new AlbertError('INVALID_INPUT', message, { hint: 'Repeat a context that several questions share.' })
  }
  return Array.from(questions, (question, i) =>
    checkedQuestion({ question, context: contexts[i] as unknown }, `Input ${i}`),
  )
}

export function checkedQuestions(questions: unknown): Question[] {
  if (!Array.isArray(questions))
    throw new AlbertError(
      'INVALID_INPUT',
      `Questions must be a list of { question, context }, not ${shown(questions)}.`,
    )
  const checked = Array.from(questions, (each, i) => checkedQuestion(each, `Input ${placeOf(questions, i)}`))
  return partOf(checked, firstOf(questions))
}

export function checkedQuestion(input: unknown, name: string): Question {
  const { question, context } = (typeof input === 'object' && input !== null ? input : {}) as Partial<
    Record<keyof Question, unknown>
  >
  if (question !== undefined && context !== undefined) {
    checkString(`Question of ${lower(name)}`, question)
    checkString(`Context of ${lower(name)}`, context)
    return { question, context }
  }
  throw new AlbertError('INVALID_INPUT', `${name} must be { question, context }, two strings, not ${shown(input)}.`)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** A name within a sentence. */
function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
