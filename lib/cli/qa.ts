// `albert qa`: the parts of texts that answer a question, by a model that was trained to find them.
import { Option } from 'commander'
import type { QuestionAnswer } from '../pipelines/question-answering.js'
import type { QuestionAnsweringOptions } from '../pipelines/question-options.js'
import type { Question } from '../pipelines/questions.js'
import { answerTexts, heading } from './answer-texts.js'
import { countOption } from './count-option.js'
import { CommandError, exitCodes } from './exit-codes.js'
import { inputOf } from './input.js'
import { markedPart } from './marked-text.js'
import { scoreLines } from './score-lines.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

interface Options extends TextCommandOptions {
  topK?: number
  docStride?: number
  maxAnswerLen?: number
  handleImpossibleAnswer?: true
}

/** UTF-16 units of the text that a person sees on each side of the answer. */
const AROUND = 160

export const qaCommand = textCommand<'question-answering', Options>({
  name: 'qa',
  task: 'question-answering',
  summary: 'answer a question from texts, with a model that was trained to',
  arguments: '<question> [context...]',
  examples: [
    { run: 'qa "Where was she?" "She was in town." --model ./my-qa-model', does: 'marked in the text' },
    { run: 'qa "Who signed?" --file letters.txt --model ./my-qa-model', does: 'in each line of a file' },
    {
      run: 'qa "Who won?" "Rain." --model ./my-qa-model --handle-impossible-answer',
      does: 'or none',
    },
  ],
  settings: ['top-k'],
  options: [
    countOption('--max-answer-len <n>', 'tokens an answer may have; default: 15'),
    countOption('--doc-stride <n>', 'tokens that the windows of a long text share; default: 128', 0),
    new Option('--handle-impossible-answer', 'let no answer compete with the others'),
  ],
  input({ args: [question = '', ...contexts], options, stdin }) {
    if (question.trim() === '') throw new CommandError(exitCodes.usage, 'The question is empty.')
    return inputOf(contexts, options, stdin)
  },
  run(qa, input, context) {
    const { args, options, out } = context
    const question = args[0]!
    const own: QuestionAnsweringOptions = {
      ...(options.topK !== undefined && { top_k: options.topK }),
      ...(options.docStride !== undefined && { doc_stride: options.docStride }),
      ...(options.maxAnswerLen !== undefined && { max_answer_len: options.maxAnswerLen }),
      ...(options.handleImpossibleAnswer && { handle_impossible_answer: true }),
    }
    return answerTexts<Question, QuestionAnswer | QuestionAnswer[], Options>(context, input, {
      question: line => ({ question, context: line.text }),
      whole: (questions, common) => qa(questions as Question, { ...common, ...own }),
      each: (questions, common) => qa.each(questions, { ...common, ...own }),
      async show(line, answer, first) {
        const answers = [answer].flat()
        if (first) await out.lines(heading(out, true, question))
        const text = markedPart(line.text, answers[0]!, AROUND, out.terminal.colors)
        const scores = answers.map(({ answer, score }) => ({ name: answer || 'no answer', score }))
        await out.lines(['', text, '', ...scoreLines(scores, out.terminal, 1)])
      },
      rows: (line, answers) =>
        [answers].flat().map(({ answer, score, start, end }) => [line.text, answer, score, start, end]),
    })
  },
})
