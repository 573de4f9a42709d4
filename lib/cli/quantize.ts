// `albert quantize`: a model with its weights in int8, as a folder of its own, and how near its vectors stay to float32.
import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Option } from 'commander'
import { findWeights } from '../checkpoint/folder.js'
import { copyFile } from '../checkpoint/new-file.js'
import { readConfig } from '../config.js'
import type { Quality } from '../dtype.js'
import { hubSettings } from '../hub/options.js'
import { type PretrainedOptions, pretrainedModel } from '../load-model.js'
import { LoadProgress } from '../load-progress.js'
import { EMBEDDED_MODEL, findModel } from '../model-folder.js'
import { classOfArchitecture } from '../pipelines/model-choice.js'
import type { AnyModel } from '../pipelines/text-model.js'
import { AutoTokenizer } from '../tokenizer/index.js'
import { type Context, command, jsonOption, type SourceOptions, sourceSettings } from './command.js'
import { CommandError, exitCodes } from './exit-codes.js'
import { sourceOptions } from './load.js'
import { bytes } from './numbers.js'
import type { Output } from './output.js'
import { type Agreement, agreementOf, sentences, vectorsOf } from './quantize-quality.js'
import { factLines } from './table.js'

interface Options extends SourceOptions {
  out?: string
  force?: boolean
  quality?: Quality
  threads?: number
  json?: boolean
}

interface Report {
  model: string
  folder: string
  quality: Quality
  /** Of the weights. */
  bytes: { before: number; after: number }
  /** Cosines with the vectors of float32; null where the head reads no pooled vector. */
  agreement: { texts: number; mean: Agreement; pooled: Agreement | null }
  ms: number
}

export const quantizeCommand = command<Options>({
  name: 'quantize',
  group: 'Models',
  summary: 'write a model with its weights in int8',
  arguments: '[model]',
  examples: [
    { run: 'quantize ./my-model', does: 'writes ./my-model-int8 and tells how near it stays to float32' },
    { run: 'quantize ./my-model --out ./small --quality high', does: 'keeps the most delicate matrices in bf16' },
    { run: 'quantize my-team/albert-legal --json', does: 'a model on the hub; the report as JSON' },
  ],
  settings: [...sourceSettings, 'quality', 'threads'],
  options: [
    new Option('--out <folder>', 'where to write; default: the name of the model with -int8, here'),
    new Option('--force', 'write over a model that is there'),
    jsonOption,
  ],
  run: async context => {
    const report = await quantized(context)
    if (context.out.format === 'json') await context.out.json(report, true)
    else if (context.out.format === 'table') await show(report, context.out)
    else await context.out.line(report.folder)
    return exitCodes.ok
  },
})

async function quantized(context: Context<Options>): Promise<Report> {
  const { args, options, messages } = context
  const name = args[0] ?? options.model ?? EMBEDDED_MODEL
  const target = resolve(options.out ?? `${basename(resolve(name))}-int8`)
  const source = sourceOptions(context)
  const progress = new LoadProgress(name, source.progress_callback)
  const folder = await findModel(name, ['config', 'tokenizer', 'weights'], hubSettings(source), progress)
  checkTarget(target, folder, options.force ?? false)

  const started = performance.now()
  const { architectures } = await readConfig(join(folder, 'config.json'))
  const modelClass = classOfArchitecture(architectures[0] ?? null)
  const tokenizer = await AutoTokenizer.from_pretrained(folder)
  const encodings = sentences.map(text => tokenizer.encodeIds(text, null, { truncation: true }))
  const quality = options.quality ?? 'fast'
  const load = async (own: PretrainedOptions): Promise<AnyModel> => {
    const common = { signal: context.signal, ...(options.threads !== undefined && { threads: options.threads }) }
    return new modelClass(await pretrainedModel(modelClass.head, folder, { ...common, ...own }))
  }
  // What the file lacks is said once, though it is loaded twice.
  const first: PretrainedOptions = { dtype: 'fp32', warning_callback: message => messages.note(message) }
  const wanted = await using(await load(first), model => vectorsOf(model, encodings))
  const second: PretrainedOptions = { dtype: 'int8', quality, warning_callback: () => {} }
  const found = await using(await load(second), async model => {
    const vectors = await vectorsOf(model, encodings)
    await model.save_pretrained(target)
    return vectors
  })
  await tokenizer.save_pretrained(target)
  // The card names the licence, which holds for these weights too.
  if (existsSync(join(folder, 'README.md'))) await copyFile(join(folder, 'README.md'), join(target, 'README.md'))
  messages.clear()
  return {
    model: name,
    folder: target,
    quality,
    bytes: { before: await weightBytes(folder), after: await weightBytes(target) },
    agreement: {
      texts: sentences.length,
      mean: agreementOf(found.mean, wanted.mean),
      pooled: found.pooled && wanted.pooled ? agreementOf(found.pooled, wanted.pooled) : null,
    },
    ms: performance.now() - started,
  }
}

/** The weights that are there may be the only ones; those of the model itself are never written over. */
function checkTarget(target: string, source: string, force: boolean): void {
  const entry = statSync(target, { throwIfNoEntry: false })
  if (!entry) return
  if (!entry.isDirectory()) throw new CommandError(exitCodes.usage, `${target} is not a folder; --out wants one.`)
  if (realpathSync(target) === realpathSync(source))
    throw new CommandError(exitCodes.usage, `${target} is the model itself; give another place: --out FOLDER.`)
  if (force) return
  const taken = ['config.json', 'model.safetensors'].find(file => existsSync(join(target, file)))
  if (taken === undefined) return
  const message = `${join(target, taken)} is there already.`
  throw new CommandError(exitCodes.usage, message, '--force writes over it; --out FOLDER writes elsewhere.')
}

async function using<Answer>(model: AnyModel, use: (model: AnyModel) => Promise<Answer>): Promise<Answer> {
  try {
    return await use(model)
  } finally {
    await model.dispose()
  }
}

async function weightBytes(folder: string): Promise<number> {
  return (await findWeights(folder)).paths.reduce((sum, path) => sum + statSync(path).size, 0)
}

async function show(report: Report, out: Output): Promise<void> {
  const { colors, columns } = out.terminal
  const { before, after } = report.bytes
  const { texts, mean, pooled } = report.agreement
  const facts: [string, string][] = [
    ['folder', report.folder],
    ['quality', report.quality],
    ['weights', `${bytes(before)} before, ${bytes(after)} now`],
    ['mean vectors', cosineWords(mean)],
    ...(pooled ? [['pooled vectors', cosineWords(pooled)] as [string, string]] : []),
    ['measured on', `${texts} sentences, beside float32`],
    ['time', `${(report.ms / 1000).toFixed(1)} s`],
  ]
  await out.lines([colors.bold(`${report.model} in int8`), ...factLines(facts, columns, colors)])
}

function cosineWords({ average, least }: Agreement): string {
  return `cosine ${average.toFixed(5)} on average, ${least.toFixed(5)} at least`
}
