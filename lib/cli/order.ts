// `albert order`: were two sentences swapped?
import type { SentenceOrderResult, SentencePair } from '../pipelines/sentence-order.js'
import { answerTexts } from './answer-texts.js'
import {
  command,
  fileOption,
  jsonOption,
  type LengthOptions,
  lengthSettings,
  type ModelOptions,
  modelSettings,
  ndjsonOption,
} from './command.js'
import { visible } from './display-width.js'
import { CommandError, exitCodes } from './exit-codes.js'
import { type Input, inputOf, type Line, pairInput, pairOf } from './input.js'
import { withPipeline } from './load.js'
import { scoreLines } from './score-lines.js'

interface Options extends ModelOptions, LengthOptions {
  file?: string
}

export const orderCommand = command<Options>({
  name: 'order',
  group: 'Text',
  summary: 'tell whether two sentences stand in order or were swapped',
  arguments: '[sentences...]',
  examples: [
    { run: 'order "He opened the door." "Then he went in."', does: 'in_order or swapped, with scores' },
    { run: 'order --file pairs.tsv --ndjson', does: 'two sentences a line with a tab between' },
  ],
  settings: [...modelSettings, ...lengthSettings],
  options: [fileOption, jsonOption, ndjsonOption],
  run: async context => {
    const { args, options, out, stdin } = context
    const input = orderInput(args, options, stdin)
    return withPipeline('sentence-order', context, order =>
      answerTexts<SentencePair, SentenceOrderResult, Options>(context, input, {
        question: pairQuestion,
        whole: (questions, common) => order(questions as SentencePair, common),
        each: (questions, common) => order.each(questions, common),
        async show(line, { scores }, first) {
          const [one, two] = pairOf(line)
          const { bold } = out.terminal.colors
          await out.lines([...(first ? [] : ['']), bold(visible(one)), bold(visible(two)), ''])
          await out.lines(
            scoreLines(
              [
                { name: 'in order', score: scores.in_order },
                { name: 'swapped', score: scores.swapped },
              ],
              out.terminal,
              1,
            ),
          )
        },
        rows: (line, { label, score }) => [[...pairOf(line), label, score]],
      }),
    )
  },
})

function pairQuestion(line: Line): SentencePair {
  const [first, second] = pairOf(line)
  return { first, second }
}

/** Two arguments are one pair; lines hold a pair each. */
function orderInput(args: string[], options: Options, stdin: NodeJS.ReadStream): Input {
  const [first, second] = args
  if (first !== undefined && second !== undefined && args.length === 2 && options.file === undefined)
    return pairInput(first, second)
  if (args.length > 0 && options.file === undefined && first !== '-')
    throw new CommandError(exitCodes.usage, `Order compares two sentences; the arguments hold ${args.length}.`)
  return inputOf(args, options, stdin, 'pair')
}
