// `albert similarity`: how near texts are to one text.
import type { Pooling } from '../pipelines/pooling.js'
import { answerTexts, heading } from './answer-texts.js'
import { CommandError, exitCodes } from './exit-codes.js'
import { inputOf } from './input.js'
import { scoreLines } from './score-lines.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

interface Options extends TextCommandOptions {
  pooling: Exclude<Pooling, 'none'>
  dimensions?: number
}

export const similarityCommand = textCommand<'sentence-similarity', Options>({
  name: 'similarity',
  task: 'sentence-similarity',
  summary: 'compare texts with one text',
  arguments: '<source> [text...]',
  examples: [
    { run: 'similarity "a ship at sea" "a boat" "a tax law"', does: 'the cosine of each text with the first' },
    { run: 'similarity "how do I reset my password" --file questions.txt', does: 'with each line of a file' },
  ],
  settings: ['pooling', 'dimensions'],
  input({ args, options, stdin }) {
    if ((options.pooling as Pooling) === 'none')
      throw new CommandError(exitCodes.usage, "Similarity needs one vector a text; '--pooling none' has one a token.")
    return inputOf(args.slice(1), options, stdin)
  },
  run(similarity, input, context) {
    const { args, options, out } = context
    const source = args[0]!
    const { pooling, dimensions } = options
    const own = { pooling, ...(dimensions !== undefined && { dimensions }) }
    return answerTexts<string, number, Options>(context, input, {
      question: line => line.text,
      whole: (questions, common) => similarity(source, [questions].flat(), { ...common, ...own }),
      each: (questions, common) => similarity(source, questions, { ...common, ...own }),
      async show(line, score, first) {
        if (first) await out.lines([...heading(out, first, source), ''])
        await out.lines(scoreLines([{ name: line.text, score }], out.terminal, 1))
      },
      rows: (line, score) => [[line.text, score]],
    })
  },
})
