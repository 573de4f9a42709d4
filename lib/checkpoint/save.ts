// Saves a model as a directory that transformers loads back bit for bit: config.json and model.safetensors. A model that is
// kept as int8 is saved as it is kept, in the form of quantized.ts, which transformers refuses.
// One file whatever the size: the largest ALBERT has 0.9 GB, transformers cuts from 5 GB on.
import { basename, join } from 'node:path'
import { type AlbertConfig, configText, type HeadName } from '../config.js'
import type { Quality } from '../dtype.js'
import { AlbertError } from '../errors.js'
import type { NativeQuantized } from '../native.js'
import { shown } from '../options.js'
import { areBfloat16, toBytes } from './half.js'
import { type ExpectedParameter, expectedParameters, savedName } from './names.js'
import { checkFolder, copyFile, makeFolders, orCannotWrite, replaceFile } from './new-file.js'
import { companions, quantizationMetadata } from './quantized.js'
import { type TensorToWrite, writeSafetensors } from './safetensors-writer.js'

/** Form of numbers on disk; `int8` for models that run as it. */
export type SavedDtype = 'float32' | 'bfloat16' | 'float16' | 'int8'

/** Options of `save_pretrained`. */
export interface SaveOptions {
  /** dtype on disk; by default that of an int8 or bf16 model, else that of the checkpoint it came from, else float32. */
  dtype?: SavedDtype | undefined
  /** Tokenizer files to copy beside the weights. */
  tokenizerFiles?: readonly string[] | undefined
  /** Goes into the header of the weight file. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/** Where weights come from. */
export interface WeightSource {
  /** Fills `target` with elements from `offset` on. */
  read(name: string, offset: number, target: Float32Array): void
  /** The form that the weights are kept in, where it is not float32. */
  readonly dtype?: 'bfloat16' | 'int8'
  /** Of int8 weights: what they run as, and the matrices that are kept so. */
  readonly quantized?: {
    readonly quality: Quality
    matrix(name: string): NativeQuantized | null
  }
}

const CHUNK = 1 << 20
const ON_DISK = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' } as const
type FloatDtype = keyof typeof ON_DISK
type DiskDtype = (typeof ON_DISK)[FloatDtype]

// Classes of transformers; SQuAD 2's head has none.
const ARCHITECTURES: Record<HeadName, string> = {
  none: 'Model',
  masked_lm: 'ForMaskedLM',
  pretraining: 'ForPreTraining',
  sequence_classification: 'ForSequenceClassification',
  token_classification: 'ForTokenClassification',
  question_answering: 'ForQuestionAnswering',
  multiple_choice: 'ForMultipleChoice',
  squad2: 'ForSquad2',
}

/** Throws INVALID_INPUT, CANNOT_WRITE, or UNSUPPORTED_DTYPE where the dtype cannot hold a weight. */
export async function saveCheckpoint(
  folder: string,
  config: AlbertConfig,
  head: HeadName,
  source: WeightSource,
  options: SaveOptions = {},
): Promise<void> {
  checkFolder('A model', folder)
  const dtype = savedDtype(options.dtype, source, config.dtype)
  const architecture = `${config.model_type === 'bert' ? 'Bert' : 'Albert'}${ARCHITECTURES[head]}`
  const text = configText({ ...config, dtype, architectures: [architecture] })
  const asKept = options.dtype === undefined && source.dtype === 'bfloat16'
  const tensors = expectedParameters(config, head).flatMap(parameter => {
    const name = savedName(parameter.name, config, head)
    if (dtype === 'int8') return quantizedTensors(name, parameter, source)
    return [tensorOf(name, parameter, source, asKept ? smallestFor(parameter, source) : dtype)]
  })
  const own = dtype === 'int8' ? quantizationMetadata(source.quantized!.quality) : { format: 'pt' }
  await orCannotWrite(folder, makeFolders(folder))
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { ...options.metadata, ...own })
  await replaceFile(join(folder, 'config.json'), file => file.write(Buffer.from(text)))
  for (const path of options.tokenizerFiles ?? []) await copyFile(path, join(folder, basename(path)))
}

/** A dtype that a checkpoint had and that is not written here (float64, or none said) becomes float32; asked for, an error. */
function savedDtype(asked: string | undefined, source: WeightSource, had: string | null): SavedDtype {
  const names: readonly string[] = [...Object.keys(ON_DISK), ...(source.quantized ? ['int8'] : [])]
  const known = (name: unknown): name is SavedDtype => names.includes(name as string)
  if (asked === undefined) return source.dtype ?? (known(had) ? had : 'float32')
  if (known(asked)) return asked
  const message = `dtype is ${shown(asked)}; a model is saved as one of ${names.join(', ')}.`
  const hint = "A model is saved as int8 if it was loaded with dtype 'int8'."
  throw new AlbertError('UNSUPPORTED_DTYPE', message, asked === 'int8' ? { hint } : {})
}

/**
 * As the model keeps it, so that it comes back to the bit: a matrix as int8 with its scales, else in bfloat16 if that holds
 * all of its numbers; vectors in float32.
 */
function quantizedTensors(name: string, parameter: ExpectedParameter, source: WeightSource): TensorToWrite[] {
  const { shape } = parameter
  const kept = source.quantized!.matrix(parameter.name)
  if (!kept) return [tensorOf(name, parameter, source, shape.length === 2 ? smallestFor(parameter, source) : 'float32')]
  const bytesOf = (array: Int8Array | Float32Array) => [
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  ]
  const parts = companions.flatMap(({ ending, plural }): TensorToWrite[] => {
    const numbers = kept[plural]
    if (!numbers) return []
    return [{ name: name + ending, dtype: 'F32', shape: [numbers.length], chunks: () => bytesOf(numbers) }]
  })
  return [{ name, dtype: 'I8', shape, chunks: () => bytesOf(kept.values) }, ...parts]
}

function tensorOf(name: string, parameter: ExpectedParameter, source: WeightSource, dtype: FloatDtype): TensorToWrite {
  const disk = ON_DISK[dtype]
  return { name, dtype: disk, shape: parameter.shape, chunks: () => chunksOf(parameter, source, disk) }
}

/** bfloat16 if that loses nothing: a bf16 model rounds its matrices, not its biases. */
function smallestFor(parameter: ExpectedParameter, source: WeightSource): FloatDtype {
  for (const values of numbersOf(parameter, source)) if (!areBfloat16(values)) return 'float32'
  return 'bfloat16'
}

function* chunksOf(parameter: ExpectedParameter, source: WeightSource, dtype: DiskDtype): Generator<Uint8Array> {
  for (const values of numbersOf(parameter, source)) {
    if (dtype === 'F16') checkFloat16(parameter.name, values)
    yield toBytes(values, dtype)
  }
}

function* numbersOf({ name, shape }: ExpectedParameter, source: WeightSource): Generator<Float32Array> {
  const size = shape.reduce((product, extent) => product * extent, 1)
  for (let offset = 0; offset < size; offset += CHUNK) {
    const values = new Float32Array(Math.min(CHUNK, size - offset))
    source.read(name, offset, values)
    yield values
  }
}

/** float16 ends at 65504; a weight beyond would come back as infinity. */
function checkFloat16(name: string, values: Float32Array): void {
  const wrong = values.find(value => Math.abs(value) >= 65520 && Number.isFinite(value))
  if (wrong === undefined) return
  throw new AlbertError(
    'UNSUPPORTED_DTYPE',
    `${name} holds ${wrong}, too large for float16; save as bfloat16 or float32.`,
  )
}
