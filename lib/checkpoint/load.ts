// Loads a checkpoint into a sink by names, as transformers does: prefixes are stripped, tied duplicates dropped, missing
// tensors freshly initialised, unexpected ones ignored, and all of that reported. A wrong shape is an error.
import type { AlbertConfig, HeadName } from '../config.js'
import { AlbertError } from '../errors.js'
import { findWeights } from './folder.js'
import { initialise, type WeightSink } from './initialise.js'
import { canonicalName, type ExpectedParameter, expectedParameters, isHeadParameter } from './names.js'
import { SafetensorsFile } from './safetensors-file.js'
import type { TensorEntry } from './safetensors-header.js'

export interface LoadOptions {
  signal?: AbortSignal | undefined
  /** Called after each chunk with bytes done and in all. */
  onProgress?: ((loaded: number, total: number) => void) | undefined
  /** Seed of what the checkpoint lacks. */
  seed?: number | undefined
}

/** What was done with each tensor; names as inside the package. */
export interface LoadReport {
  loaded: string[]
  /** Not in the checkpoint: freshly initialised. */
  missing: string[]
  /** Missing tensors of the head: a task that needs it answers at random. */
  missingHead: string[]
  /** In the checkpoint, but not in the model; names as in the file. */
  unexpected: string[]
  /** Duplicates of tied weights and buffers that need no place. */
  ignored: string[]
  /** dtype of the weights on disk. */
  dtype: string | null
}

interface Found {
  file: SafetensorsFile
  entry: TensorEntry
}

const READABLE = ['F64', 'F32', 'F16', 'BF16'] as const
type Readable = (typeof READABLE)[number]

// Buffers of older files that transformers computes anew.
const BUFFERS = ['embeddings.position_ids', 'embeddings.token_type_ids']
const DECODER_WEIGHT = 'predictions.decoder.weight'
const DECODER_BIAS = 'predictions.decoder.bias'

/** Throws MODEL_NOT_FOUND, UNSUPPORTED_CHECKPOINT, INVALID_CHECKPOINT, or the signal's reason. */
export async function loadCheckpoint(
  path: string,
  config: AlbertConfig,
  head: HeadName,
  sink: WeightSink,
  options: LoadOptions = {},
): Promise<LoadReport> {
  const files = await openFiles(path)
  try {
    const found = collect(files, config)
    const ignored = await dropTied(found)
    const expected = expectedParameters(config, head)
    const present = expected.filter(({ name }) => found.has(name))
    for (const parameter of present) checkEntry(parameter, found.get(parameter.name)!)
    await copy(present, found, sink, options)
    const missing = expected.filter(({ name }) => !found.has(name))
    initialise(missing, config, options.seed ?? 0, sink)
    const names = new Set(expected.map(({ name }) => name))
    const missingNames = missing.map(({ name }) => name)
    return {
      loaded: present.map(({ name }) => name),
      missing: missingNames,
      missingHead: missingNames.filter(isHeadParameter),
      unexpected: [...found].filter(([name]) => !names.has(name)).map(([, { entry }]) => entry.name),
      ignored,
      dtype: present.length > 0 ? found.get(present[0]!.name)!.entry.dtype : null,
    }
  } finally {
    await Promise.all(files.map(file => file.close()))
  }
}

async function openFiles(path: string): Promise<SafetensorsFile[]> {
  const { paths, listed } = await findWeights(path)
  const files: SafetensorsFile[] = []
  try {
    for (const file of paths) files.push(await SafetensorsFile.open(file))
    for (const [tensor, file] of listed ?? []) {
      if (files.find(opened => opened.path === file)?.tensors.has(tensor)) continue
      throw new AlbertError(
        'INVALID_CHECKPOINT',
        `The index names ${JSON.stringify(tensor)} in ${file}, but it is not there.`,
      )
    }
    return files
  } catch (error) {
    await Promise.all(files.map(file => file.close()))
    throw error
  }
}

/** Tensors by our names. Two tensors of one name (with and without prefix, say) are refused. */
function collect(files: SafetensorsFile[], config: AlbertConfig): Map<string, Found> {
  const found = new Map<string, Found>()
  for (const file of files) {
    for (const entry of file.tensors.values()) {
      const name = canonicalName(entry.name, config)
      const other = found.get(name)
      if (other) {
        throw new AlbertError(
          'INVALID_CHECKPOINT',
          `${file.path} holds both ${other.entry.name} and ${entry.name}, which are one tensor of the model.`,
        )
      }
      found.set(name, { file, entry })
    }
  }
  return found
}

/** Removes buffers and the duplicates of the tied decoder from `found`; names of what was dropped. */
async function dropTied(found: Map<string, Found>): Promise<string[]> {
  const ignored = BUFFERS.filter(name => found.delete(name))
  const weight = found.get(DECODER_WEIGHT)
  const word = found.get('embeddings.word_embeddings.weight')
  if (weight && word) {
    if (!(await weight.file.sameBytes(weight.entry, word.file, word.entry))) {
      throw new AlbertError(
        'UNSUPPORTED_CHECKPOINT',
        `${weight.entry.name} differs from ${word.entry.name}; a decoder with a table of its own is not supported.`,
        {
          hint: 'Remove the decoder weight from the file to use the word table, as ALBERT was published.',
        },
      )
    }
    found.delete(DECODER_WEIGHT)
    ignored.push(DECODER_WEIGHT)
  }
  const bias = found.get(DECODER_BIAS)
  if (bias) {
    const published = found.get('predictions.bias')
    found.delete(DECODER_BIAS)
    if (!published) {
      found.set('predictions.bias', bias)
    } else if (await bias.file.sameBytes(bias.entry, published.file, published.entry)) {
      ignored.push(DECODER_BIAS)
    } else {
      throw new AlbertError(
        'INVALID_CHECKPOINT',
        `${bias.entry.name} differs from ${published.entry.name}, but they are one vector of the model.`,
      )
    }
  }
  return ignored
}

function checkEntry({ name, shape }: ExpectedParameter, { file, entry }: Found): void {
  if (entry.shape.length !== shape.length || entry.shape.some((extent, axis) => extent !== shape[axis])) {
    throw new AlbertError(
      'INVALID_CHECKPOINT',
      `${entry.name} in ${file.path} has shape [${entry.shape}]; the configuration needs [${shape}] for ${name}.`,
    )
  }
  if (!READABLE.includes(entry.dtype as Readable)) {
    throw new AlbertError(
      'UNSUPPORTED_CHECKPOINT',
      `${entry.name} in ${file.path} has dtype ${entry.dtype}; weights can be ${READABLE.join(', ')}.`,
    )
  }
}

async function copy(
  present: ExpectedParameter[],
  found: Map<string, Found>,
  sink: WeightSink,
  options: LoadOptions,
): Promise<void> {
  const sizeOf = ({ name }: ExpectedParameter) => {
    const { begin, end } = found.get(name)!.entry
    return end - begin
  }
  const total = present.reduce((sum, parameter) => sum + sizeOf(parameter), 0)
  let loaded = 0
  for (const { name } of present) {
    const { file, entry } = found.get(name)!
    for await (const { offset, bytes } of file.chunks(entry)) {
      options.signal?.throwIfAborted()
      sink.write(name, offset, bytes, entry.dtype as Readable)
      loaded += bytes.byteLength
      options.onProgress?.(loaded, total)
    }
  }
}

/** What users should hear about a load, one sentence each; empty when everything fitted. */
export function reportSentences(report: LoadReport, modelName: string): string[] {
  const list = (names: string[]) =>
    names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ')
  const sentences: string[] = []
  if (report.missing.length > 0) {
    sentences.push(
      `${modelName}: not in the checkpoint and newly initialised (train before you rely on them): ${list(report.missing)}.`,
    )
  }
  if (report.missing.some(name => name.startsWith('pooler.'))) {
    sentences.push(`${modelName}: the pooler is newly initialised, so pooled vectors are random.`)
  }
  if (report.unexpected.length > 0) {
    sentences.push(`${modelName}: in the checkpoint but not used by this model: ${list(report.unexpected)}.`)
  }
  return sentences
}
