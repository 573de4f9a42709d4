// `albert embed`: a vector for each text.
import { Option } from 'commander'
import type { EmbeddingTensor, FeatureExtractionOptions } from '../pipelines/feature-extraction.js'
import type { Pooling } from '../pipelines/pooling.js'
import type { Precision } from '../pipelines/quantization.js'
import { answerTexts } from './answer-texts.js'
import { visible } from './display-width.js'
import { CommandError, exitCodes } from './exit-codes.js'
import { inputOf } from './input.js'
import type { Format } from './output.js'
import { tableLines } from './table.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

interface Options extends TextCommandOptions {
  pooling: Pooling
  normalize: boolean
  dimensions?: number
  precision?: Precision
}

/** Numbers of a vector that a person sees. */
const SHOWN = 5

export const embedCommand = textCommand<'feature-extraction', Options>({
  name: 'embed',
  task: 'feature-extraction',
  summary: 'turn texts into vectors',
  examples: [
    { run: 'embed "A cat sat on the mat."', does: 'the beginning of its vector' },
    { run: 'embed --file sentences.txt > vectors.tsv', does: 'a line of numbers with tabs between for each line' },
    { run: 'embed --file sentences.txt --ndjson', does: 'a JSON array a line' },
    { run: 'embed "A cat." --dimensions 64 --precision ubinary --json', does: '64 signs in 8 bytes' },
  ],
  settings: ['pooling', 'normalize', 'dimensions'],
  options: [
    new Option('--precision <form>', 'small vectors: binary, ubinary (a bit a number) or int8').choices([
      'binary',
      'ubinary',
      'int8',
    ]),
  ],
  input({ args, options, out, stdin }) {
    checkFormat(options.pooling, out.format)
    return inputOf(args, options, stdin)
  },
  run(embed, input, context) {
    const { options, out } = context
    const own = embeddingOptions(options)
    return answerTexts<string, EmbeddingTensor, Options>(context, input, {
      question: line => line.text,
      whole: (questions, common) => embed(questions, { ...common, ...own }),
      each: (questions, common) => embed.each(questions, { ...common, ...own }),
      async show(line, tensor, first) {
        const { bold, cyan } = out.terminal.colors
        const width = tensor.dims.at(-1)!
        if (first) await out.line(bold(titleOf(options, width)))
        const vectors = [...tensor.data.subarray(0, SHOWN)].map(value => shortNumber(value, options.precision))
        const row = [vectors.join(' ') + (width > SHOWN ? ' …' : ''), visible(line.text)]
        await out.lines(
          tableLines([{ paint: cyan }, { gives: 'end' }], [row], out.terminal.columns, out.terminal.colors),
        )
      },
      rows: (_, tensor) => [[...tensor.data]],
    })
  },
})

/** One vector a text is a line in a pipe; one a token is not. */
function checkFormat(pooling: Pooling, format: Format): void {
  if (pooling !== 'none' || format === 'json' || format === 'ndjson') return
  throw new CommandError(exitCodes.usage, '--pooling none gives a vector a token: ask for it with --json or --ndjson.')
}

function embeddingOptions(options: Options): FeatureExtractionOptions {
  const { pooling, normalize, dimensions, precision } = options
  return {
    pooling,
    normalize,
    ...(dimensions !== undefined && { dimensions }),
    ...(precision !== undefined && { quantize: true, precision }),
  }
}

function titleOf({ pooling, normalize, precision }: Options, width: number): string {
  const length = normalize ? ', scaled to length 1' : ''
  return `${width} ${precision ? `bytes (${precision})` : 'numbers'} a text: pooling ${pooling}${length}`
}

function shortNumber(value: number, precision: Precision | undefined): string {
  return (precision ? String(value) : value.toFixed(3)).padStart(6)
}
