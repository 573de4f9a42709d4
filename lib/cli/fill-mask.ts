// `albert fill-mask`: the most likely words for each [MASK].
import { Option } from 'commander'
import type { FillMaskCandidate, FillMaskOptions, FillMaskResult } from '../pipelines/fill-mask.js'
import { answerTexts, heading } from './answer-texts.js'
import { commaList } from './input.js'
import { scoreLines } from './score-lines.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

interface Options extends TextCommandOptions {
  topK?: number
  targets?: string
}

export const fillMaskCommand = textCommand<'fill-mask', Options>({
  name: 'fill-mask',
  task: 'fill-mask',
  summary: 'guess the words behind [MASK]',
  examples: [
    { run: 'fill-mask "The cat sat on the [MASK]."', does: 'the five most likely words' },
    { run: 'fill-mask "He was [MASK] and [MASK]." --top-k 3', does: 'several masks: a list for each' },
    { run: 'fill-mask "She is a [MASK]." --targets doctor,nurse,king', does: 'compare these words only' },
    { run: 'fill-mask --file masked.txt --ndjson > answers.ndjson', does: 'one JSON line for each line of a file' },
  ],
  settings: ['top-k'],
  options: [new Option('--targets <words>', 'compare these words only, with commas between')],
  run(fillMask, input, context) {
    const { options, out } = context
    const own: FillMaskOptions = {
      ...(options.topK !== undefined && { top_k: options.topK }),
      ...(options.targets !== undefined && { targets: commaList(options.targets) }),
    }
    return answerTexts<string, FillMaskResult, Options>(context, input, {
      question: line => line.text,
      whole: (questions, common) => fillMask(questions as string, { ...common, ...own }),
      each: (questions, common) => fillMask.each(questions, { ...common, ...own }),
      async show(line, result, first) {
        await out.lines(heading(out, first, line.text))
        const lists = listsOf(result)
        for (const [i, list] of lists.entries()) {
          await out.lines(lists.length > 1 ? ['', out.terminal.colors.dim(`  mask ${i + 1}`)] : [''])
          const scores = list.map(each => ({ name: each.token_str, score: each.score }))
          await out.lines(scoreLines(scores, out.terminal))
        }
      },
      rows: (line, result) =>
        listsOf(result).flatMap((list, i) => list.map(each => [line.text, i + 1, each.token_str, each.score])),
    })
  },
})

function listsOf(result: FillMaskResult): FillMaskCandidate[][] {
  return Array.isArray(result[0]) ? (result as FillMaskCandidate[][]) : [result as FillMaskCandidate[]]
}
