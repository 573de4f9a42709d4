// `albert similarity`: how near texts are to one text.
import type { Pooling } from '../pipelines/pooling.js'
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
import { inputOf } from './input.js'
import { withPipeline } from './load.js'
import { scoreLines } from './score-lines.js'

interface Options extends ModelOptions, LengthOptions {
  file?: string
  pooling: Exclude<Pooling, 'none'>
  dimensions?: number
}

export const similarityCommand = command<Options>({
  name: 'similarity',
  group: 'Text',
  summary: 'compare texts with one text',
  arguments: '<source> [text...]',
  examples: [
    { run: 'similarity "a ship at sea" "a boat" "a tax law"', does: 'the cosine of each text with the first' },
    { run: 'similarity "how do I reset my password" --file questions.txt', does: 'with each line of a file' },
  ],
  settings: ['pooling', 'dimensions', ...modelSettings, ...lengthSettings],
  options: [fileOption, jsonOption, ndjsonOption],
  run: async context => {
    const { args, options, out, stdin } = context
    const [source = '', ...texts] = args
    const { pooling, dimensions } = options
    if ((pooling as Pooling) === 'none')
      throw new CommandError(exitCodes.usage, "Similarity needs one vector a text; '--pooling none' has one a token.")
    const input = inputOf(texts, options, stdin)
    return withPipeline('sentence-similarity', context, similarity => {
      const own = { pooling, ...(dimensions !== undefined && { dimensions }) }
      return answerTexts<string, number, Options>(context, input, {
        question: line => line.text,
        whole: (questions, common) => similarity(source, [questions].flat(), { ...common, ...own }),
        each: (questions, common) => similarity(source, questions, { ...common, ...own }),
        async show(line, score, first) {
          if (first) await out.lines([out.terminal.colors.bold(visible(source)), ''])
          await out.lines(scoreLines([{ name: line.text, score }], out.terminal, 1))
        },
        rows: (line, score) => [[line.text, score]],
      })
    })
  },
})
