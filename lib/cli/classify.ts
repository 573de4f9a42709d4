// `albert classify`: labels for texts, by a model with a classification head.
import { Option } from 'commander'
import type {
  FunctionToApply,
  TextClassificationLabel,
  TextClassificationOptions,
} from '../pipelines/text-classification.js'
import type { TextOrPair } from '../pipelines/text-input.js'
import { answerTexts, heading } from './answer-texts.js'
import { type Line, pairOf } from './input.js'
import { scoreLines } from './score-lines.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

interface Options extends TextCommandOptions {
  topK?: number
  pairs?: true
  functionToApply: FunctionToApply
}

export const classifyCommand = textCommand<'text-classification', Options>({
  name: 'classify',
  task: 'text-classification',
  summary: 'label texts, with a model that was trained to',
  examples: [
    { run: 'classify "A wonderful film." --model ./my-sentiment-model', does: 'every label with its score' },
    { run: 'classify --file reviews.txt --model ./my-model --top-k 1', does: 'the best label of each line' },
    { run: 'classify --pairs --file pairs.tsv --model ./my-nli-model --json', does: 'two texts a line, a tab between' },
  ],
  settings: ['top-k'],
  options: [
    new Option('--pairs', 'each line holds two texts with a tab between'),
    new Option('--function-to-apply <name>', 'how logits become scores')
      .choices(['auto', 'softmax', 'sigmoid', 'none'])
      .default('auto'),
  ],
  run(classify, input, context) {
    const { options, out } = context
    const own: TextClassificationOptions = { top_k: options.topK ?? null, function_to_apply: options.functionToApply }
    const full = options.functionToApply === 'none' ? undefined : 1
    return answerTexts<TextOrPair, TextClassificationLabel[], Options>(context, input, {
      question: line => (options.pairs ? pairQuestion(line) : line.text),
      whole: (questions, common) => classify(questions as TextOrPair, { ...common, ...own }),
      each: (questions, common) => classify.each(questions, { ...common, ...own }),
      async show(line, labels, first) {
        const scores = labels.map(({ label, score }) => ({ name: label, score }))
        await out.lines([...heading(out, first, line.text), '', ...scoreLines(scores, out.terminal, full)])
      },
      rows: (line, labels) => labels.map(({ label, score }) => [line.text, label, score]),
    })
  },
})

function pairQuestion(line: Line): TextOrPair {
  const [text, text_pair] = pairOf(line)
  return { text, text_pair }
}
