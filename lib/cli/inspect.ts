// `albert inspect`: what is in a weight file. Reads headers only, never a weight.
import { basename } from 'node:path'
import { findWeights } from '../checkpoint/folder.js'
import { SafetensorsFile } from '../checkpoint/safetensors-file.js'
import type { TensorEntry } from '../checkpoint/safetensors-header.js'
import { presentModel } from '../model-folder.js'
import { command, jsonOption, type SourceOptions, sourceSettings } from './command.js'
import { visible } from './display-width.js'
import { exitCodes } from './exit-codes.js'
import { bytes, thousands } from './numbers.js'
import type { Output } from './output.js'
import { type Column, tableLines } from './table.js'

interface Options extends SourceOptions {
  json?: boolean
}

interface Inspected {
  file: string
  path: string
  metadata: Record<string, string>
  tensors: { name: string; dtype: string; shape: number[]; bytes: number }[]
}

export const inspectCommand = command<Options>({
  name: 'inspect',
  group: 'Models',
  summary: 'list the tensors of a safetensors file or model folder',
  arguments: '[path]',
  examples: [
    { run: 'inspect', does: 'the model in the package' },
    { run: 'inspect ./my-model', does: 'a folder, sharded or not' },
    { run: 'inspect model.safetensors --json', does: 'names, dtypes, shapes and bytes as JSON' },
  ],
  settings: sourceSettings,
  options: [jsonOption],
  run: async ({ args, options, out }) => {
    const { paths } = await findWeights(await placeOf(args[0] ?? options.model, options))
    const files: Inspected[] = []
    for (const path of paths) files.push(await inspected(path))
    if (out.format === 'json') await out.json(files, true)
    else for (const file of files) await show(file, out)
    return exitCodes.ok
  },
})

/** A file as it is named; else a model, by the rules for models. */
async function placeOf(path: string | undefined, { revision, cacheDir }: SourceOptions): Promise<string> {
  return path?.endsWith('.safetensors') ? path : presentModel(path, revision, cacheDir)
}

async function inspected(path: string): Promise<Inspected> {
  const file = await SafetensorsFile.open(path)
  await file.close()
  const tensors = [...file.tensors.values()].map(({ name, dtype, shape, begin, end }: TensorEntry) => ({
    name,
    dtype,
    shape,
    bytes: end - begin,
  }))
  return { file: basename(path), path, metadata: file.header.metadata, tensors }
}

async function show({ file, metadata, tensors }: Inspected, out: Output): Promise<void> {
  const { bold, dim, cyan } = out.terminal.colors
  if (out.format === 'tabs') {
    for (const { name, dtype, shape, bytes } of tensors) await out.tabs([name, dtype, shape.join('x'), bytes])
    return
  }
  const values = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  const size = tensors.reduce((sum, each) => sum + each.bytes, 0)
  await out.line(`${bold(visible(file))}  ${tensors.length} tensors, ${thousands(values)} numbers, ${bytes(size)}`)
  for (const [key, value] of Object.entries(metadata)) await out.line(dim(`  ${visible(key)}: ${visible(value)}`))
  await out.line()
  const rows = tensors.map(({ name, dtype, shape, bytes: size }) => [
    visible(dtype),
    shape.join(' × ') || 'scalar',
    bytes(size),
    visible(name),
  ])
  const columns: Column[] = [
    { title: 'dtype', paint: cyan },
    { title: 'shape' },
    { title: 'size', align: 'right' },
    { title: 'name', gives: 'start' },
  ]
  await out.lines(tableLines(columns, rows, out.terminal.columns, out.terminal.colors))
}
