// `albert compare`: ALBERT beside BERT, computed from their configurations, with what the paper printed next to it.
import { type ComparedModel, type ComparedSharing, comparison } from '../comparison.js'
import { command, jsonOption } from './command.js'
import { wrap } from './display-width.js'
import { exitCodes } from './exit-codes.js'
import { bytes, short, threeDigits } from './numbers.js'
import type { Output } from './output.js'
import { type Column, tableLines } from './table.js'

interface Options {
  json?: boolean
}

export const compareCommand = command<Options>({
  name: 'compare',
  group: 'Models',
  summary: "the paper's comparison of ALBERT and BERT, computed",
  arguments: '',
  examples: [
    { run: 'compare', does: 'parameters by part, bytes of the layers, operations, what sharing saves' },
    { run: 'compare --json', does: 'every number' },
  ],
  settings: [],
  options: [jsonOption],
  run: async ({ out }) => {
    const { models, sharing } = comparison()
    if (out.format === 'json') await out.json({ models, sharing }, true)
    else {
      await showSizes(models, out)
      await showParts(models, out)
      await showSharing(sharing, out)
    }
    return exitCodes.ok
  },
})

const right = (title: string): Column => ({ title, align: 'right' })

async function showSizes(models: ComparedModel[], out: Output): Promise<void> {
  const columns = [
    { title: 'model' },
    ...['computed', 'printed', 'layers', 'GFLOP 128', 'GFLOP 512', 'avg', 'speed'].map(right),
  ]
  const rows = models.map(({ name, parameters, layer_bytes, gflop, published }) => [
    name,
    short(parameters),
    `${published.parameters} M`,
    bytes(layer_bytes),
    threeDigits(gflop[128]),
    threeDigits(gflop[512]),
    published.average.toFixed(1),
    `${published.speed.toFixed(1)} ×`,
  ])
  await table(
    out,
    'ALBERT beside BERT',
    columns,
    rows,
    'Parameters of the encoder with pooler, computed and as the paper printed them; bytes of all layers in float32, shared ones once; billions of operations for a text of 128 and of 512 tokens. From the paper: average over SQuAD 1.1 and 2.0, MNLI, SST-2 and RACE after 125,000 steps, and training speed (BERT large = 1).',
  )
}

async function showParts(models: ComparedModel[], out: Output): Promise<void> {
  const columns = [
    { title: 'model' },
    ...['embeddings', 'mapping', 'attention', 'FFN', 'norms', 'pooler', 'sum'].map(right),
  ]
  const rows = models.map(({ name, parts, parameters }) => [
    name,
    short(parts.word + parts.position + parts.type + parts.embeddingNorm),
    parts.mapping === 0 ? '–' : short(parts.mapping),
    short(parts.attention),
    short(parts.ffn),
    short(parts.layerNorms),
    short(parts.pooler),
    short(parameters),
  ])
  await table(
    out,
    'Where the parameters are',
    columns,
    rows,
    'ALBERT keeps one layer for all, and a narrow table of words with a mapping behind it.',
  )
}

async function showSharing(sharing: ComparedSharing[], out: Output): Promise<void> {
  const names = { all: 'everything', attention: 'attention', ffn: 'FFN', none: 'nothing' }
  const columns = [{ title: 'layers share' }, ...['E', 'computed', 'printed', 'layers', 'avg'].map(right)]
  const rows = sharing.map(({ sharing: strategy, embedding_size, parameters, layer_bytes, published }) => [
    names[strategy],
    String(embedding_size),
    short(parameters),
    published ? `${published.parameters} M` : '',
    bytes(layer_bytes),
    published ? published.average.toFixed(1) : '',
  ])
  await table(
    out,
    'ALBERT base by what its layers share and by embedding size E',
    columns,
    rows,
    'Sharing saves bytes, not operations: every layer still runs. At E = 768 the paper has no mapping, the computed models have one.',
  )
}

async function table(out: Output, title: string, columns: Column[], rows: string[][], note: string): Promise<void> {
  const { colors, columns: width } = out.terminal
  await out.lines(['', colors.bold(title), '', ...tableLines(columns, rows, width, colors), ''])
  await out.lines(wrap(note, Math.min(width, 92) - 2).map(line => colors.dim(`  ${line}`)))
}
