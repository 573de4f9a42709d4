// The way of every text command: read the texts, ask the pipeline, print. With many texts a mistake in one of them is said
// and the others are answered; --json prints what the library returns, all or nothing.
import type { AlbertError } from '../errors.js'
import type { TextOptions, TruncatedText } from '../pipelines/text-input.js'
import type { Context, LengthOptions } from './command.js'
import { visible } from './display-width.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { allLines, type Input, type Line } from './input.js'
import { isInputError } from './messages.js'
import type { Output } from './output.js'

export interface Answering<Question, Answer> {
  /** The text of a line as the pipeline takes it. */
  question(line: Line): Question
  /** The pipeline on one question, or on a list of them: what --json prints. */
  whole(questions: Question | Question[], options: TextOptions): Promise<unknown>
  /** One answer a question, each as for it alone. */
  each(questions: Question[], options: TextOptions): Promise<Answer[]>
  /** What a person sees; `first` for a title above all. */
  show(line: Line, answer: Answer, first: boolean): Promise<void>
  /** The rows of one answer in a pipe. */
  rows(line: Line, answer: Answer): (string | number)[][]
}

export async function answerTexts<Question, Answer, Options extends LengthOptions>(
  context: Context<Options>,
  input: Input,
  answering: Answering<Question, Answer>,
): Promise<ExitCode> {
  if (context.out.format === 'json') {
    const questions = (await allLines(input)).map(line => answering.question(line))
    const cuts: TruncatedText[] = []
    await context.out.json(await answering.whole(input.single ? questions[0]! : questions, textOptions(context, cuts)))
    context.messages.truncated(cuts)
    return exitCodes.ok
  }
  let answered = 0
  let failed = 0
  const started = Date.now()
  for await (const lines of input.groups) {
    for (const { line, answer, error } of await answersOf(context, lines, answering, input.single)) {
      if (error) {
        failed++
        await tellFailure(context, line, error)
      } else await print(context, answering, line, answer as Answer, answered++ === 0)
    }
    // On a terminal the answers themselves are the progress.
    if (context.out.format !== 'table') tellProgress(context, answered + failed, started)
  }
  return failed > 0 ? exitCodes.failedItems : exitCodes.ok
}

function tellProgress<Options>({ messages }: Context<Options>, texts: number, started: number): void {
  messages.progress(progressText(texts, Date.now() - started))
}

/** Within the first second a rate would say nothing: the first texts pay for what the model makes ready. */
export function progressText(texts: number, elapsedMs: number): string {
  const count = texts === 1 ? '1 text' : `${texts} texts`
  return elapsedMs < 1000 ? count : `${count}, ${Math.round((1000 * texts) / elapsedMs)} a second`
}

/** Above an answer for a person: what was asked, a line a text, apart from the answer before it. */
export function heading(out: Output, first: boolean, ...texts: string[]): string[] {
  return [...(first ? [] : ['']), ...texts.map(text => out.terminal.colors.bold(visible(text)))]
}

/** What the options of the command line ask of every pipeline. */
export function textOptions<Options extends LengthOptions>(
  context: Context<Options>,
  cuts: TruncatedText[],
): TextOptions {
  const { autoTruncate, maxLength, batchSize } = context.options
  return {
    truncation: autoTruncate,
    ...(maxLength !== undefined && { max_length: maxLength }),
    ...(batchSize !== undefined && { batch_size: batchSize }),
    signal: context.signal,
    onTruncated: cut => cuts.push(cut),
  }
}

interface Outcome<Answer> {
  line: Line
  answer?: Answer
  error?: AlbertError
}

/** Answers of a group; if the group fails for a mistake in one text, each text is asked alone. Options are no text's mistake. */
async function answersOf<Question, Answer, Options extends LengthOptions>(
  context: Context<Options>,
  lines: Line[],
  answering: Answering<Question, Answer>,
  single: boolean,
): Promise<Outcome<Answer>[]> {
  const cuts: TruncatedText[] = []
  let questions: Question[] | undefined
  try {
    questions = lines.map(line => answering.question(line))
    const answers = await answering.each(questions, textOptions(context, cuts))
    context.messages.truncated(cuts)
    return lines.map((line, i) => ({ line, answer: answers[i] as Answer }))
  } catch (error) {
    // Texts are strings: once the lines are questions, INVALID_INPUT can only mean what all of them share.
    const shared = questions !== undefined && isInputError(error) && error.code === 'INVALID_INPUT'
    if (single || shared || !isInputError(error)) throw error
    if (lines.length === 1) return [{ line: lines[0]!, error }]
    const outcomes: Outcome<Answer>[] = []
    for (const line of lines) outcomes.push(...(await answersOf(context, [line], answering, false)))
    return outcomes
  }
}

async function print<Question, Answer, Options>(
  { out, messages }: Context<Options>,
  answering: Answering<Question, Answer>,
  line: Line,
  answer: Answer,
  first: boolean,
): Promise<void> {
  messages.clear()
  if (out.format === 'ndjson') await out.json(answer)
  else if (out.format === 'table') await answering.show(line, answer, first)
  else for (const row of answering.rows(line, answer)) await out.tabs(row)
}

async function tellFailure<Options>(
  { out, messages }: Context<Options>,
  line: Line,
  error: AlbertError,
): Promise<void> {
  messages.failed(line.where, error)
  if (out.format === 'ndjson') await out.json({ error: { code: error.code, message: error.message } })
}
