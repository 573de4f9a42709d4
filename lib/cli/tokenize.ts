// `albert tokenize`: the pieces of a text, with ids and offsets.
import { Option } from 'commander'
import { type AlbertTokenizer, AutoTokenizer, type Encoding } from '../tokenizer/index.js'
import { command, fileOption, jsonOption, ndjsonOption, type SourceOptions, sourceSettings } from './command.js'
import { visible } from './display-width.js'
import { exitCodes } from './exit-codes.js'
import { allLines, inputOf, type Line } from './input.js'
import { sourceOptions } from './load.js'
import { type Column, tableLines } from './table.js'
import type { Terminal } from './terminal.js'

interface Options extends SourceOptions {
  file?: string
  specialTokens: boolean
}

interface Token {
  id: number
  token: string
  /** UTF-16 units of the text, end exclusive; null for tokens that are not in it. */
  start: number | null
  end: number | null
  special: boolean
}

export const tokenizeCommand = command<Options>({
  name: 'tokenize',
  group: 'Tokens',
  summary: 'show the pieces of a text, with ids and offsets',
  arguments: '[text...]',
  examples: [
    { run: 'tokenize "Unbelievable weather"', does: 'a table of pieces' },
    { run: 'tokenize --file sentences.txt --ndjson', does: 'a list of { id, token, start, end, special } a line' },
    { run: 'tokenize "A cat." --no-special-tokens --json', does: 'without [CLS] and [SEP]' },
  ],
  settings: sourceSettings,
  options: [new Option('--no-special-tokens', 'leave [CLS] and [SEP] out'), fileOption, jsonOption, ndjsonOption],
  run: async context => {
    const { args, options, out, stdin } = context
    const input = inputOf(args, options, stdin)
    const tokenizer = await AutoTokenizer.from_pretrained(options.model, sourceOptions(context))
    const tokens = (line: Line): Token[] => tokensOf(tokenizer, line.text, options.specialTokens)
    if (out.format === 'json') {
      const lists = (await allLines(input)).map(tokens)
      await out.json(input.single ? lists[0] : lists)
      return exitCodes.ok
    }
    let first = true
    for await (const lines of input.groups)
      for (const line of lines) {
        const list = tokens(line)
        if (out.format === 'ndjson') await out.json(list)
        else if (out.format === 'tabs')
          for (const { id, token, start, end } of list) await out.tabs([id, token, start ?? '', end ?? ''])
        else {
          const { bold, dim } = out.terminal.colors
          await out.lines([...(first ? [] : ['']), bold(visible(line.text)), ''])
          await out.lines(tokenLines(list, line.text, out.terminal))
          await out.line(dim(`\n  ${list.length} tokens`))
        }
        first = false
      }
    return exitCodes.ok
  },
})

function tokensOf(tokenizer: AlbertTokenizer, text: string, specialTokens: boolean): Token[] {
  const encoding: Encoding = tokenizer.encodeIds(text, null, { add_special_tokens: specialTokens })
  return Array.from(encoding.ids, (id, i) => {
    const special = encoding.special[i] === 1
    return {
      id,
      token: tokenizer.convert_ids_to_tokens(id),
      start: special ? null : encoding.offsets[2 * i]!,
      end: special ? null : encoding.offsets[2 * i + 1]!,
      special,
    }
  })
}

function tokenLines(tokens: Token[], text: string, { colors, columns }: Terminal): string[] {
  const titles: Column[] = [
    { title: 'id', align: 'right' },
    { title: 'token', paint: colors.cyan },
    { title: 'from-to' },
    { title: 'text', gives: 'end' },
  ]
  const rows = tokens.map(({ id, token, start, end }) => {
    const inText = start !== null && end !== null
    return [String(id), visible(token), inText ? `${start}-${end}` : '', inText ? visible(text.slice(start, end)) : '']
  })
  return tableLines(titles, rows, columns, colors)
}
