// `albert info`: the card of a model in numbers, from its configuration and the headers of its files. Loads no weights.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findWeights } from '../checkpoint/folder.js'
import { collect } from '../checkpoint/found-tensors.js'
import { expectedParameters } from '../checkpoint/names.js'
import { type Quantization, readQuantization, storedArithmetic } from '../checkpoint/quantized.js'
import { SafetensorsFile } from '../checkpoint/safetensors-file.js'
import { type AlbertConfig, type HeadName, readConfig } from '../config.js'
import {
  flopPerSequence,
  layerBytes,
  type ParameterParts,
  parameterCount,
  parameterParts,
  parameterSets,
} from '../counts.js'
import type { Arithmetic } from '../dtype.js'
import { checkEngine, engineFor } from '../engine.js'
import { isAlbertError } from '../errors.js'
import { EMBEDDED_MODEL, presentModel } from '../model-folder.js'
import { headOfArchitecture, tasksOf } from '../pipelines/model-choice.js'
import { command, jsonOption, type SourceOptions, sourceSettings } from './command.js'
import { visible } from './display-width.js'
import { exitCodes } from './exit-codes.js'
import { bytes, short, thousands, threeDigits } from './numbers.js'
import type { Output } from './output.js'
import { factLines, tableLines } from './table.js'

interface Options extends SourceOptions {
  json?: boolean
}

interface Card {
  name: string
  folder: string
  architecture: string | null
  head: HeadName
  tasks: string[]
  licence: string | null
  sizes: Pick<
    AlbertConfig,
    | 'vocab_size'
    | 'embedding_size'
    | 'hidden_size'
    | 'intermediate_size'
    | 'num_attention_heads'
    | 'num_hidden_layers'
    | 'max_position_embeddings'
    | 'hidden_act'
  > & { attention_sets: number; ffn_sets: number }
  labels: string[] | null
  parameters: number
  parts: ParameterParts
  files: { bytes: number; dtypes: string[]; quantization: Quantization | null }
  /** What the dtype `auto` runs as on this machine; null where there is no addon to ask. */
  auto: Arithmetic | null
  layerBytes: number
  gflop: { 128: number; 512: number }
}

export const infoCommand = command<Options>({
  name: 'info',
  group: 'Models',
  summary: 'the card of a model in numbers',
  arguments: '[model]',
  examples: [
    { run: 'info', does: 'the model in the package' },
    { run: 'info ./my-model', does: 'parameters by part, bytes, heads, licence' },
    { run: 'info ./my-model --json', does: 'the same as JSON' },
  ],
  settings: sourceSettings,
  options: [jsonOption],
  run: async ({ args, options, out }) => {
    const card = await cardOf(args[0] ?? options.model, options)
    if (out.format === 'json') await out.json(card, true)
    else await show(card, out)
    return exitCodes.ok
  },
})

async function cardOf(model: string | undefined, source: SourceOptions): Promise<Card> {
  const folder = await presentModel(model, source.revision, source.cacheDir)
  const config = await readConfig(join(folder, 'config.json'))
  const architecture = config.architectures[0] ?? null
  const head = headOfArchitecture(architecture)
  const { attention, ffn } = parameterSets(config)
  const {
    vocab_size,
    embedding_size,
    hidden_size,
    intermediate_size,
    num_attention_heads,
    num_hidden_layers,
    max_position_embeddings,
    hidden_act,
  } = config
  const { stored, ...files } = await filesIn(folder, config, head)
  const classifies = head === 'sequence_classification' || head === 'token_classification'
  return {
    name: model ?? EMBEDDED_MODEL,
    folder,
    architecture,
    head,
    tasks: tasksOf(head, config),
    licence: await licenceIn(folder),
    sizes: {
      vocab_size,
      embedding_size,
      hidden_size,
      intermediate_size,
      num_attention_heads,
      num_hidden_layers,
      attention_sets: attention,
      ffn_sets: ffn,
      max_position_embeddings,
      hidden_act,
    },
    labels: classifies ? Object.values(config.id2label) : null,
    parameters: parameterCount(config, head),
    parts: parameterParts(config, head),
    files,
    auto: autoFor(stored),
    layerBytes: layerBytes(config),
    gflop: { 128: flopPerSequence(config, 128) / 1e9, 512: flopPerSequence(config, 512) / 1e9 },
  }
}

/** From the headers alone. */
async function filesIn(
  folder: string,
  config: AlbertConfig,
  head: HeadName,
): Promise<Card['files'] & { stored: Arithmetic }> {
  const files: SafetensorsFile[] = []
  for (const path of (await findWeights(folder)).paths) {
    const file = await SafetensorsFile.open(path)
    await file.close()
    files.push(file)
  }
  const entries = files.flatMap(file => [...file.tensors.values()])
  const quantizations = files.map(file => readQuantization(file.header.metadata, file.path))
  return {
    bytes: entries.reduce((sum, { begin, end }) => sum + end - begin, 0),
    dtypes: [...new Set(entries.map(entry => entry.dtype))],
    quantization: quantizations.find(each => each !== null) ?? null,
    stored: storedArithmetic(expectedParameters(config, head), collect(files, config)),
  }
}

function autoFor(stored: Arithmetic): Arithmetic | null {
  try {
    const { dtype, quality } = engineFor(checkEngine({}), stored)
    return { dtype, quality }
  } catch (error) {
    // The card of a model can be read on a machine that cannot run it.
    if (isAlbertError(error) && error.code === 'ERR_ALBERT_NATIVE') return null
    throw error
  }
}

/** As the card's front matter names it. */
async function licenceIn(folder: string): Promise<string | null> {
  const card = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '')
  const [, front = ''] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card) ?? []
  return /^license:\s*(\S+)/m.exec(front)?.[1] ?? null
}

async function show(card: Card, out: Output): Promise<void> {
  const { colors, columns } = out.terminal
  const { bold } = colors
  await out.lines([bold(visible(card.name)), ...factLines(cardFacts(card), columns, colors), ''])
  const names: Record<keyof ParameterParts, string> = {
    word: 'word table',
    position: 'positions',
    type: 'token types',
    embeddingNorm: 'embedding norm',
    mapping: 'mapping E to H',
    attention: 'attention',
    ffn: 'FFN',
    layerNorms: 'layer norms',
    pooler: 'pooler',
    predictions: 'masked-word head',
    sentenceOrder: 'sentence-order head',
    classifier: 'classifier',
  }
  const rows = (Object.keys(names) as (keyof ParameterParts)[])
    .filter(part => card.parts[part] > 0)
    .map(part => [
      names[part],
      thousands(card.parts[part]),
      `${((100 * card.parts[part]) / card.parameters).toFixed(1)} %`,
    ])
  rows.push(['sum', thousands(card.parameters), ''])
  await out.lines([
    bold('Parameters'),
    ...tableLines([{}, { align: 'right' }, { align: 'right' }], rows, columns, colors),
  ])
}

function cardFacts({
  folder,
  architecture,
  tasks,
  licence,
  sizes,
  labels,
  files,
  auto,
  ...card
}: Card): [string, string][] {
  const { num_hidden_layers: layers, attention_sets, ffn_sets } = sizes
  const sets =
    attention_sets === ffn_sets ? setWords(attention_sets) : `${attention_sets} attention and ${ffn_sets} FFN sets`
  return [
    ['folder', folder],
    ['class', architecture ?? 'not named in config.json'],
    ['tasks', tasks.join(', ')],
    ...(labels ? [['labels', visible(labels.join(', '))] as [string, string]] : []),
    ['layers', `${layers} with ${sets} of weights, ${sizes.num_attention_heads} heads, ${sizes.hidden_act}`],
    [
      'sizes',
      `E ${sizes.embedding_size}, H ${sizes.hidden_size}, I ${sizes.intermediate_size}, vocabulary ${thousands(sizes.vocab_size)}, ${sizes.max_position_embeddings} positions`,
    ],
    ['parameters', short(card.parameters)],
    [
      'files',
      `${bytes(files.bytes)}, ${files.dtypes.join(', ')}${files.quantization ? quantizationWords(files.quantization) : ''}`,
    ],
    ...(auto ? [['runs as', `${arithmeticWords(auto)}, unless --dtype says otherwise`] as [string, string]] : []),
    ['layer bytes', `${bytes(card.layerBytes)} in float32`],
    ['operations', `${threeDigits(card.gflop[128])} GFLOP for 128 tokens, ${threeDigits(card.gflop[512])} for 512`],
    ['licence', licence ?? 'not named in its README.md'],
  ]
}

function quantizationWords({ level, quality }: Quantization): string {
  return `; quantised: ${level}, ${quality}`
}

function arithmeticWords({ dtype, quality }: Arithmetic): string {
  return dtype === 'int8' ? `int8 (${quality})` : dtype
}

function setWords(sets: number): string {
  return sets === 1 ? 'one shared set' : `${sets} sets`
}
