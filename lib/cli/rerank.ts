// `albert rerank`: texts in the order of how well they answer a query. All are read before the first is answered, and one
// that cannot be read fails the command: without it the ranking would be another.
import { Option } from 'commander'
import type { TruncatedText } from '../pipelines/text-input.js'
import type { TextRankingOptions } from '../pipelines/text-ranking.js'
import { heading, textOptions } from './answer-texts.js'
import { exitCodes } from './exit-codes.js'
import { allLines, inputOf } from './input.js'
import { scoreLines } from './score-lines.js'
import { type TextCommandOptions, textCommand } from './text-command.js'

interface Options extends TextCommandOptions {
  topN?: number
  returnDocuments?: true
  rawScores?: true
}

export const rerankCommand = textCommand<'text-ranking', Options>({
  name: 'rerank',
  task: 'text-ranking',
  summary: 'put texts in the order of how well they answer a query',
  arguments: '<query> [text...]',
  examples: [
    {
      run: 'rerank "forgot password" --file help.txt --model ./my-ranker',
      does: 'each line of a file, best first',
    },
    { run: 'rerank "forgot password" --file help.txt --model ./my-ranker --top-n 3', does: 'the three best' },
  ],
  settings: ['top-n'],
  options: [
    new Option('--raw-scores', 'logits, instead of scores from 0 to 1'),
    new Option('--return-documents', 'put the texts into the JSON too'),
  ],
  input: ({ args, options, stdin }) => inputOf(args.slice(1), options, stdin),
  async run(rank, input, context) {
    const { args, options, out, messages } = context
    const query = args[0]!
    const texts = (await allLines(input)).map(line => line.text)
    const cuts: TruncatedText[] = []
    const own: TextRankingOptions = {
      ...(options.topN !== undefined && { top_n: options.topN }),
      ...(options.returnDocuments && { return_documents: true }),
      ...(options.rawScores && { raw_scores: true }),
    }
    const ranked = await rank(query, texts, { ...textOptions(context, cuts), ...own })
    messages.truncated(cuts)
    if (out.format === 'json') await out.json(ranked)
    else if (out.format === 'ndjson') for (const each of ranked) await out.json(each)
    else if (out.format === 'tabs') for (const { index, score } of ranked) await out.tabs([index, texts[index]!, score])
    else {
      const scores = ranked.map(({ index, score }) => ({ name: texts[index]!, score }))
      await out.lines([
        ...heading(out, true, query),
        '',
        ...scoreLines(scores, out.terminal, options.rawScores ? undefined : 1),
      ])
    }
    return exitCodes.ok
  },
})
