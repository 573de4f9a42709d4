// Loads a checkpoint into a sink by names, as transformers does: prefixes are stripped, tied duplicates dropped, missing
// tensors freshly initialised, unexpected ones ignored, and all of that reported. A wrong shape is an error.
// Everything is checked when a checkpoint is opened; the sink is touched only after that.
import type { AlbertConfig, HeadName } from '../config.js'
import { describe } from '../config-fields.js'
import type { Arithmetic } from '../dtype.js'
import { AlbertError, isAlbertError } from '../errors.js'
import { findWeights } from './folder.js'
import { collect, dropBuffers, dropTiedDecoder, type FoundTensor } from './found-tensors.js'
import { initialise, type WeightSink } from './initialise.js'
import { type ExpectedParameter, expectedParameters, isHeadParameter, MAPPING } from './names.js'
import {
  checkCompanions,
  checkQuantized,
  checkSiblings,
  checkValues,
  companions,
  type Quantization,
  readQuantization,
  storedArithmetic,
} from './quantized.js'
import { CHUNK_BYTES, SafetensorsFile } from './safetensors-file.js'

export interface LoadOptions {
  signal?: AbortSignal | undefined
  /** Called after each chunk with bytes done and in all. */
  onProgress?: ((loaded: number, total: number) => void) | undefined
  /** Seed of what the checkpoint lacks. */
  seed?: number | undefined
}

/** What was done with each tensor; names as inside the package where the model has them, else as in the file. */
export interface LoadReport {
  loaded: string[]
  /** Not in the checkpoint: freshly initialised. */
  missing: string[]
  /** Missing tensors of the head: a task that needs it answers at random. */
  missingHead: string[]
  /** Not in the checkpoint, and rightly so: E = H without a mapping, as google-research/albert has it. */
  identity: string[]
  /** In the checkpoint, but not in the model. */
  unexpected: string[]
  /** In the checkpoint once more, with the same values: the decoder of masked words is the word table. */
  tied: string[]
  /** Buffers of older files, computed anew. */
  ignored: string[]
  /** dtype of the weights on disk. */
  dtype: string | null
  /** The arithmetic whose rounding the weights on disk have been through. */
  stored: Arithmetic
  /** How they were quantised, where the file says it. */
  quantization: Quantization | null
}

const READABLE = ['F64', 'F32', 'F16', 'BF16', 'I8'] as const
type Readable = (typeof READABLE)[number]

/** A checkpoint that fits a configuration, ready to be copied. */
export class Checkpoint {
  private constructor(
    readonly report: LoadReport,
    private readonly config: AlbertConfig,
    private readonly expected: ExpectedParameter[],
    private readonly found: Map<string, FoundTensor>,
    private readonly files: SafetensorsFile[],
  ) {}

  /** Throws MODEL_NOT_FOUND, UNSUPPORTED_CHECKPOINT or INVALID_CHECKPOINT. */
  static async open(path: string, config: AlbertConfig, head: HeadName): Promise<Checkpoint> {
    const files = await openFiles(path, config)
    try {
      const expected = expectedParameters(config, head)
      const wanted = new Set(expected.map(({ name }) => name))
      const found = collect(files, config)
      const ignored = dropBuffers(found)
      const tied = wanted.has('predictions.bias') ? await dropTiedDecoder(found) : []
      for (const parameter of expected) checkEntry(parameter, found.get(parameter.name))
      const quantization = await checkQuantization(expected, found)
      const absent = expected.map(({ name }) => name).filter(name => !found.has(name))
      const identity = isIdentity(config, absent) ? absent.filter(name => name.startsWith(MAPPING)) : []
      const missing = absent.filter(name => !identity.includes(name))
      const loaded = expected.map(({ name }) => name).filter(name => found.has(name))
      checkShare(path, expected, new Set(missing), found)
      const unexpected = [...found].filter(([name]) => !wanted.has(name)).map(([, { entry }]) => entry.name)
      const missingHead = missing.filter(isHeadParameter)
      const dtype = found.get(loaded[0]!)!.entry.dtype
      const stored = storedArithmetic(expected, found)
      const tensors = { loaded, missing, missingHead, identity, unexpected, tied, ignored }
      const report = { ...tensors, dtype, stored, quantization }
      return new Checkpoint(report, config, expected, found, files)
    } catch (error) {
      await closeAll(files)
      throw error
    }
  }

  /** Writes every tensor of the model into `sink`. Throws INVALID_CHECKPOINT, or the signal's reason. */
  async copyTo(sink: WeightSink, { signal, onProgress, seed = 0 }: LoadOptions = {}): Promise<void> {
    const present = this.report.loaded.flatMap(name => {
      const tensor = this.found.get(name)!
      // Scales first: the numbers are worth nothing without them.
      const parts = companions.flatMap(({ key, ending }) => {
        const companion = tensor[key]
        return companion ? [{ name: name + ending, ...companion }] : []
      })
      return [...parts, { name, ...tensor }]
    })
    const total = present.reduce((sum, { entry }) => sum + entry.end - entry.begin, 0)
    let done = 0
    // One for all: buffers of their own would lie about until the next garbage collection, as large as the model together.
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    for (const { name, ...tensor } of present) {
      const { file, entry } = tensor
      signal?.throwIfAborted()
      for await (const { offset, bytes } of file.chunks(entry, buffer)) {
        signal?.throwIfAborted()
        if (entry.dtype === 'I8') checkValues(tensor, offset, bytes)
        sink.write(name, offset, bytes, entry.dtype as Readable)
        done += bytes.byteLength
        onProgress?.(done, total)
      }
    }
    const missing = new Set(this.report.missing)
    const fresh = this.expected.filter(({ name }) => missing.has(name))
    await initialise(fresh, this.config, seed, sink, signal)
    if (this.report.identity.length > 0) writeIdentity(this.config.hidden_size, sink)
  }

  async close(): Promise<void> {
    await closeAll(this.files)
  }
}

/** Opens, copies and closes. `sink` may be a function that makes it: it is called once all has been checked. */
export async function loadCheckpoint(
  path: string,
  config: AlbertConfig,
  head: HeadName,
  sink: WeightSink | (() => WeightSink),
  options: LoadOptions = {},
): Promise<LoadReport> {
  const checkpoint = await Checkpoint.open(path, config, head)
  try {
    await checkpoint.copyTo(typeof sink === 'function' ? sink() : sink, options)
    return checkpoint.report
  } finally {
    await checkpoint.close()
  }
}

async function openFiles(path: string, { architectures }: AlbertConfig): Promise<SafetensorsFile[]> {
  const { paths, listed } = await findWeights(path, architectures[0])
  const files = new Map<string, SafetensorsFile>()
  try {
    for (const file of paths) files.set(file, await (listed ? openShard(file) : SafetensorsFile.open(file)))
    for (const [tensor, file] of listed ?? []) {
      if (files.get(file)!.tensors.has(tensor)) continue
      throw new AlbertError(
        'INVALID_CHECKPOINT',
        `The index names tensor ${describe(tensor)} in ${file}, but it is not there.`,
      )
    }
    return [...files.values()]
  } catch (error) {
    await closeAll([...files.values()])
    throw error
  }
}

async function openShard(path: string): Promise<SafetensorsFile> {
  try {
    return await SafetensorsFile.open(path)
  } catch (cause) {
    if (!isAlbertError(cause) || cause.code !== 'MODEL_NOT_FOUND') throw cause
    throw new AlbertError('INVALID_CHECKPOINT', `The index names a file that is not there: ${cause.message}`, { cause })
  }
}

async function closeAll(files: SafetensorsFile[]): Promise<void> {
  await Promise.all(files.map(file => file.close()))
}

/** Of the files that hold matrices of the model in I8. */
async function checkQuantization(
  expected: ExpectedParameter[],
  found: Map<string, FoundTensor>,
): Promise<Quantization | null> {
  const tensors = expected.flatMap(({ name }) => found.get(name) ?? [])
  let quantization: Quantization | null = null
  for (const file of new Set(tensors.filter(({ scale }) => scale).map(each => each.file)))
    quantization = readQuantization(file.header.metadata, file.path) ?? quantization
  for (const tensor of tensors) await checkCompanions(tensor)
  await checkSiblings(expected, found)
  return quantization
}

function checkEntry(parameter: ExpectedParameter, found: FoundTensor | undefined): void {
  if (!found) return
  const { shape } = parameter
  const { file, entry } = found
  if (entry.shape.join() !== shape.join()) {
    const given = `[${entry.shape.slice(0, 8)}${entry.shape.length > 8 ? ', ...' : ''}]`
    const message = `${describe(entry.name)} in ${file.path} has shape ${given}; the configuration needs [${shape}].`
    throw new AlbertError('INVALID_CHECKPOINT', message)
  }
  if (!READABLE.includes(entry.dtype as Readable)) {
    const message = `${describe(entry.name)} in ${file.path} has dtype ${entry.dtype}; weights can be ${READABLE.join(', ')}.`
    throw new AlbertError('UNSUPPORTED_CHECKPOINT', message)
  }
  if (entry.dtype === 'I8') checkQuantized(parameter, found)
}

function isIdentity({ embedding_size, hidden_size }: AlbertConfig, absent: string[]): boolean {
  return embedding_size === hidden_size && absent.filter(name => name.startsWith(MAPPING)).length === 2
}

/**
 * transformers initialises whatever is missing, were it everything. Here at least half of the weights must be there:
 * less is a wrong file or a wrong config.json, and would let a small file ask for any amount of memory.
 */
function checkShare(
  path: string,
  expected: ExpectedParameter[],
  missing: Set<string>,
  found: Map<string, FoundTensor>,
): void {
  const sizeOf = ({ shape }: ExpectedParameter) => shape.reduce((product, extent) => product * extent, 1)
  const total = expected.reduce((sum, each) => sum + sizeOf(each), 0)
  const lacking = expected.filter(({ name }) => missing.has(name)).reduce((sum, each) => sum + sizeOf(each), 0)
  if (2 * lacking < total) return
  const names = [...found.values()].slice(0, 3).map(({ entry }) => describe(entry.name))
  throw new AlbertError(
    'INVALID_CHECKPOINT',
    `${path} lacks ${lacking} of the ${total} weights that the configuration describes; it holds ${found.size} tensors${names.length > 0 ? `, the first ${names.join(', ')}` : ''}.`,
    { hint: `The first tensor looked for is ${expected[0]!.name}, with or without a prefix.` },
  )
}

function writeIdentity(size: number, sink: WeightSink): void {
  for (let row = 0; row < size; row++) {
    const values = new Float32Array(size)
    values[row] = 1
    sink.write(`${MAPPING}.weight`, row * size, new Uint8Array(values.buffer), 'F32')
  }
  sink.write(`${MAPPING}.bias`, 0, new Uint8Array(4 * size), 'F32')
}
