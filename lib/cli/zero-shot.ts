// `albert zero-shot`: labels that a model was never trained on, by a model that was trained for entailment.
import { Option } from 'commander'
import type {
  ZeroShotClassificationOptions,
  ZeroShotClassificationResult,
} from '../pipelines/zero-shot-classification.js'
import { answerTexts, heading } from './answer-texts.js'
import { CommandError, exitCodes } from './exit-codes.js'
import { commaList } from './input.js'
import { scoreLines } from './score-lines.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

interface Options extends TextCommandOptions {
  labels: string[]
  hypothesisTemplate: string
  multiLabel?: true
}

export const zeroShotCommand = textCommand<'zero-shot-classification', Options>({
  name: 'zero-shot',
  task: 'zero-shot-classification',
  summary: 'sort texts under labels of your own',
  examples: [
    { run: 'zero-shot "They won." --labels sport,politics --model ./nli', does: 'best first' },
    {
      run: 'zero-shot --file a.txt --labels bill,joy --multi-label --model ./nli',
      does: 'each label for itself',
    },
  ],
  options: [
    new Option('--labels <labels>', 'the labels, with commas between').argParser(labelList).makeOptionMandatory(),
    new Option('--hypothesis-template <text>', 'sentence with {} for the label').default('This example is {}.'),
    new Option('--multi-label', 'labels may be true together'),
  ],
  run(classify, input, context) {
    const { out } = context
    const { labels, hypothesisTemplate: hypothesis_template, multiLabel: multi_label = false } = context.options
    const own: ZeroShotClassificationOptions = { hypothesis_template, multi_label }
    return answerTexts<string, ZeroShotClassificationResult, Options>(context, input, {
      question: line => line.text,
      whole: (questions, common) => classify(questions as string, labels, { ...common, ...own }),
      each: (questions, common) => classify.each(questions, labels, { ...common, ...own }),
      async show(line, result, first) {
        await out.lines([...heading(out, first, line.text), '', ...scoreLines(named(result), out.terminal, 1)])
      },
      rows: (line, result) => named(result).map(({ name, score }) => [line.text, name, score]),
    })
  },
})

function named({ labels, scores }: ZeroShotClassificationResult): { name: string; score: number }[] {
  return labels.map((name, i) => ({ name, score: scores[i]! }))
}

function labelList(typed: string): string[] {
  const labels = commaList(typed)
  if (!labels.includes('')) return labels
  const message = `option --labels must be labels with commas between, none of them empty, not '${typed}'.`
  throw new CommandError(exitCodes.usage, message)
}
