// `albert decode`: ids back to text.
import { Option } from 'commander'
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'
import { AutoTokenizer } from '../tokenizer/index.js'
import { command, fileOption, jsonOption, ndjsonOption, type SourceOptions, sourceSettings } from './command.js'
import { visible } from './display-width.js'
import { exitCodes } from './exit-codes.js'
import { allLines, inputOf, type Line } from './input.js'
import { sourceOptions } from './load.js'

interface Options extends SourceOptions {
  file?: string
  skipSpecialTokens: boolean
}

export const decodeCommand = command<Options>({
  name: 'decode',
  group: 'Tokens',
  summary: 'turn ids back into text',
  arguments: '[id...]',
  examples: [
    { run: 'decode 2 13 177 3', does: 'one sequence' },
    { run: 'decode --file ids.txt', does: 'a sequence a line, with spaces or commas between the ids' },
    { run: 'decode "[2, 177, 3]" --skip-special-tokens', does: 'as JSON prints them, without [CLS] and [SEP]' },
  ],
  settings: sourceSettings,
  options: [
    new Option('--skip-special-tokens', 'leave [CLS], [SEP], [MASK] and <pad> out').default(false),
    fileOption,
    jsonOption,
    ndjsonOption,
  ],
  run: async context => {
    const { args, options, out, stdin } = context
    const input = inputOf(args.length > 1 ? [args.join(' ')] : args, options, stdin, 'sequence of ids')
    const tokenizer = await AutoTokenizer.from_pretrained(options.model, sourceOptions(context))
    const vocabulary = tokenizer.get_vocab().size
    const text = (line: Line): string =>
      tokenizer.decode(idsOf(line, vocabulary), { skip_special_tokens: options.skipSpecialTokens })
    if (out.format === 'json') {
      const texts = (await allLines(input)).map(text)
      await out.json(input.single ? texts[0] : texts)
      return exitCodes.ok
    }
    for await (const lines of input.groups)
      for (const line of lines) {
        if (out.format === 'ndjson') await out.json(text(line))
        else await out.line(visible(text(line)))
      }
    return exitCodes.ok
  },
})

function idsOf({ text, where }: Line, vocabulary: number): number[] {
  const words = text.split(/[\s,[\]]+/).filter(word => word !== '')
  return words.map(word => {
    const id = /^\d+$/.test(word) ? Number(word) : Number.NaN
    if (id < vocabulary) return id
    throw new AlbertError(
      'INVALID_INPUT',
      `${where}: ${shown(word)} is not an id; ids run from 0 to ${vocabulary - 1}.`,
    )
  })
}
