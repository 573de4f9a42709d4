// `albert fill-mask`: the most likely words for each [MASK].
import { Option } from 'commander'
import type { FillMaskCandidate, FillMaskOptions, FillMaskResult } from '../pipelines/fill-mask.js'
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
import { inputOf } from './input.js'
import { withPipeline } from './load.js'
import { scoreLines } from './score-lines.js'

interface Options extends ModelOptions, LengthOptions {
  file?: string
  topK?: number
  targets?: string
}

export const fillMaskCommand = command<Options>({
  name: 'fill-mask',
  group: 'Text',
  summary: 'guess the words behind [MASK]',
  arguments: '[text...]',
  examples: [
    { run: 'fill-mask "The cat sat on the [MASK]."', does: 'the five most likely words' },
    { run: 'fill-mask "He was [MASK] and [MASK]." --top-k 3', does: 'several masks: a list for each' },
    { run: 'fill-mask "She is a [MASK]." --targets doctor,nurse,king', does: 'compare these words only' },
    { run: 'fill-mask --file masked.txt --ndjson > answers.ndjson', does: 'one JSON line for each line of a file' },
  ],
  settings: ['top-k', ...modelSettings, ...lengthSettings],
  options: [
    new Option('--targets <words>', 'compare these words only, with commas between'),
    fileOption,
    jsonOption,
    ndjsonOption,
  ],
  run: context =>
    withPipeline('fill-mask', context, async fillMask => {
      const { args, options, out, stdin } = context
      const own: FillMaskOptions = {
        ...(options.topK !== undefined && { top_k: options.topK }),
        ...(options.targets !== undefined && { targets: options.targets.split(',').map(word => word.trim()) }),
      }
      return answerTexts<string, FillMaskResult, Options>(context, inputOf(args, options, stdin), {
        question: line => line.text,
        whole: (questions, common) => fillMask(questions as string, { ...common, ...own }),
        each: (questions, common) => fillMask.each(questions, { ...common, ...own }),
        async show(line, result, first) {
          const { bold, dim } = out.terminal.colors
          await out.lines([...(first ? [] : ['']), bold(visible(line.text))])
          const lists = listsOf(result)
          for (const [i, list] of lists.entries()) {
            await out.lines(lists.length > 1 ? ['', dim(`  mask ${i + 1}`)] : [''])
            const scores = list.map(each => ({ name: each.token_str, score: each.score }))
            await out.lines(scoreLines(scores, out.terminal))
          }
        },
        rows: (line, result) =>
          listsOf(result).flatMap((list, i) => list.map(each => [line.text, i + 1, each.token_str, each.score])),
      })
    }),
})

function listsOf(result: FillMaskResult): FillMaskCandidate[][] {
  return Array.isArray(result[0]) ? (result as FillMaskCandidate[][]) : [result as FillMaskCandidate[]]
}
