// `albert order`: were two sentences swapped?
import type { SentenceOrderResult, SentencePair } from '../pipelines/sentence-order.js'
import { answerTexts, heading } from './answer-texts.js'
import type { Context } from './command.js'
import { CommandError, exitCodes } from './exit-codes.js'
import { type Input, inputOf, type Line, pairInput, pairOf } from './input.js'
import { scoreLines } from './score-lines.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

export const orderCommand = textCommand<'sentence-order', TextCommandOptions>({
  name: 'order',
  task: 'sentence-order',
  summary: 'tell whether two sentences stand in order or were swapped',
  arguments: '[sentences...]',
  examples: [
    { run: 'order "He opened the door." "Then he went in."', does: 'in_order or swapped, with scores' },
    { run: 'order --file pairs.tsv --ndjson', does: 'two sentences a line with a tab between' },
  ],
  input: orderInput,
  run(order, input, context) {
    const { out } = context
    return answerTexts<SentencePair, SentenceOrderResult, TextCommandOptions>(context, input, {
      question: pairQuestion,
      whole: (questions, common) => order(questions as SentencePair, common),
      each: (questions, common) => order.each(questions, common),
      async show(line, { scores }, first) {
        const named = [
          { name: 'in order', score: scores.in_order },
          { name: 'swapped', score: scores.swapped },
        ]
        await out.lines([...heading(out, first, ...pairOf(line)), '', ...scoreLines(named, out.terminal, 1)])
      },
      rows: (line, { label, score }) => [[...pairOf(line), label, score]],
    })
  },
})

function pairQuestion(line: Line): SentencePair {
  const [first, second] = pairOf(line)
  return { first, second }
}

/** Two arguments are one pair; lines hold a pair each. */
function orderInput({ args, options, stdin }: Context<TextCommandOptions>): Input {
  const [first, second] = args
  if (first !== undefined && second !== undefined && args.length === 2 && options.file === undefined)
    return pairInput(first, second)
  if (args.length > 0 && options.file === undefined && first !== '-')
    throw new CommandError(exitCodes.usage, `Order compares two sentences; the arguments hold ${args.length}.`)
  return inputOf(args, options, stdin, 'pair')
}
