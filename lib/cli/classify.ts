// `albert classify`: labels for texts, by a model with a classification head.
import { Option } from 'commander'
import type {
  FunctionToApply,
  TextClassificationLabel,
  TextClassificationOptions,
} from '../pipelines/text-classification.js'
import type { TextOrPair } from '../pipelines/text-input.js'
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
import { inputOf, type Line, pairOf } from './input.js'
import { withPipeline } from './load.js'
import { scoreLines } from './score-lines.js'

interface Options extends ModelOptions, LengthOptions {
  file?: string
  topK?: number
  pairs?: true
  functionToApply: FunctionToApply
}

export const classifyCommand = command<Options>({
  name: 'classify',
  group: 'Text',
  summary: 'label texts, with a model that was trained to',
  arguments: '[text...]',
  examples: [
    { run: 'classify "A wonderful film." --model ./my-sentiment-model', does: 'every label with its score' },
    { run: 'classify --file reviews.txt --model ./my-model --top-k 1', does: 'the best label of each line' },
    { run: 'classify --pairs --file pairs.tsv --model ./my-nli-model --json', does: 'two texts a line, a tab between' },
  ],
  settings: ['top-k', ...modelSettings, ...lengthSettings],
  options: [
    new Option('--pairs', 'each line holds two texts with a tab between'),
    new Option('--function-to-apply <name>', 'how logits become scores')
      .choices(['auto', 'softmax', 'sigmoid', 'none'])
      .default('auto'),
    fileOption,
    jsonOption,
    ndjsonOption,
  ],
  run: context =>
    withPipeline('text-classification', context, async classify => {
      const { args, options, out, stdin } = context
      const own: TextClassificationOptions = { top_k: options.topK ?? null, function_to_apply: options.functionToApply }
      return answerTexts<TextOrPair, TextClassificationLabel[], Options>(context, inputOf(args, options, stdin), {
        question: line => (options.pairs ? pairQuestion(line) : line.text),
        whole: (questions, common) => classify(questions as TextOrPair, { ...common, ...own }),
        each: (questions, common) => classify.each(questions, { ...common, ...own }),
        async show(line, labels, first) {
          await out.lines([...(first ? [] : ['']), out.terminal.colors.bold(visible(line.text)), ''])
          await out.lines(
            scoreLines(
              labels.map(({ label, score }) => ({ name: label, score })),
              out.terminal,
              options.functionToApply === 'none' ? undefined : 1,
            ),
          )
        },
        rows: (line, labels) => labels.map(({ label, score }) => [line.text, label, score]),
      })
    }),
})

function pairQuestion(line: Line): TextOrPair {
  const [text, text_pair] = pairOf(line)
  return { text, text_pair }
}
