// `albert ner`: the entities in texts, by a model that was trained to label tokens.
import { Option } from 'commander'
import type {
  AggregationStrategy,
  TokenClassificationOptions,
  TokenGroup,
  TokenLabel,
} from '../pipelines/token-classification.js'
import { answerTexts } from './answer-texts.js'
import { countOption } from './count-option.js'
import { displayWidth, visible } from './display-width.js'
import { commaList } from './input.js'
import { markedText } from './marked-text.js'
import { scoreLines } from './score-lines.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

interface Options extends TextCommandOptions {
  aggregationStrategy: AggregationStrategy
  ignoreLabels: string
  stride?: number
}

type Found = TokenGroup | TokenLabel

export const nerCommand = textCommand<'token-classification', Options>({
  name: 'ner',
  task: 'token-classification',
  summary: 'find names and other entities, with a model that was trained to',
  examples: [
    { run: 'ner "Zoë lives in New York." --model ./my-ner-model', does: 'the text with its entities marked' },
    { run: 'ner --file letters.txt --model ./my-ner-model', does: 'each line of a file' },
    { run: 'ner --file long.txt --model ./my-ner-model --stride 64', does: 'long texts to their end' },
  ],
  options: [
    new Option('--aggregation-strategy <name>', 'how tokens become entities')
      .choices(['none', 'simple', 'first', 'average', 'max'])
      .default('simple'),
    new Option('--ignore-labels <labels>', 'labels that are not told, with commas between').default('O'),
    countOption('--stride <n>', 'read long texts through windows that share n tokens', 0),
  ],
  run(ner, input, context) {
    const { options, out } = context
    const own: TokenClassificationOptions = {
      aggregation_strategy: options.aggregationStrategy,
      ignore_labels: commaList(options.ignoreLabels),
      ...(options.stride !== undefined && { stride: options.stride }),
    }
    return answerTexts<string, Found[], Options>(context, input, {
      question: line => line.text,
      whole: (questions, common) => ner(questions as string, { ...common, ...own }),
      each: (questions, common) => ner.each(questions, { ...common, ...own }),
      async show(line, found, first) {
        const marks = found.map(each => ({ ...each, name: labelOf(each) }))
        await out.lines([...(first ? [] : ['']), markedText(line.text, separate(marks), out.terminal.colors)])
        if (found.length === 0) return
        const width = Math.max(...found.map(each => displayWidth(visible(labelOf(each)))))
        const scores = found.map(each => {
          const label = labelOf(each)
          const space = ' '.repeat(width - displayWidth(visible(label)))
          return { name: `${label}${space}  ${sliceOf(line.text, each)}`, score: each.score }
        })
        await out.lines(['', ...scoreLines(scores, out.terminal, 1)])
      },
      rows: (line, found) =>
        found.map(each => [line.text, labelOf(each), each.score, each.start, each.end, sliceOf(line.text, each)]),
    })
  },
})

function labelOf(found: Found): string {
  return 'entity' in found ? found.entity : found.entity_group
}

function sliceOf(text: string, { start, end }: Found): string {
  return text.slice(start, end)
}

/** Of tokens that share a letter only the first is marked. */
function separate<M extends { start: number; end: number }>(marks: M[]): M[] {
  let end = 0
  return marks.filter(mark => {
    const apart = mark.start >= end
    if (apart) end = mark.end
    return apart
  })
}
