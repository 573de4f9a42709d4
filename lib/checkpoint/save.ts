// Saves a model as a directory that transformers loads back bit for bit: config.json and model.safetensors.
// One file whatever the size: the largest ALBERT has 0.9 GB, transformers cuts from 5 GB on.
import { basename, join } from 'node:path'
import { type AlbertConfig, configText, type HeadName } from '../config.js'
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'
import { toBytes } from './half.js'
import { type ExpectedParameter, expectedParameters, savedName } from './names.js'
import { checkFolder, copyFile, makeFolders, orCannotWrite, replaceFile } from './new-file.js'
import { writeSafetensors } from './safetensors-writer.js'

/** Form of numbers on disk. */
export type SavedDtype = 'float32' | 'bfloat16' | 'float16'

/** Options of `save_pretrained`. */
export interface SaveOptions {
  /** dtype on disk; by default that of the checkpoint the model came from, else float32. */
  dtype?: SavedDtype | undefined
  /** Tokenizer files to copy beside the weights. */
  tokenizerFiles?: readonly string[] | undefined
  /** Goes into the header of the weight file. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/** Where weights come from: fills `target` with elements from `offset` on. */
export interface WeightSource {
  read(name: string, offset: number, target: Float32Array): void
}

const CHUNK = 1 << 20
const ON_DISK = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' } as const
type DiskDtype = (typeof ON_DISK)[SavedDtype]

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
  const dtype = savedDtype(options.dtype, config.dtype)
  const architecture = `${config.model_type === 'bert' ? 'Bert' : 'Albert'}${ARCHITECTURES[head]}`
  const text = configText({ ...config, dtype, architectures: [architecture] })
  const tensors = expectedParameters(config, head).map(parameter => ({
    name: savedName(parameter.name, config, head),
    dtype: ON_DISK[dtype],
    shape: parameter.shape,
    chunks: () => chunksOf(parameter, source, ON_DISK[dtype]),
  }))
  await orCannotWrite(folder, makeFolders(folder))
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { ...options.metadata, format: 'pt' })
  await replaceFile(join(folder, 'config.json'), file => file.write(Buffer.from(text)))
  for (const path of options.tokenizerFiles ?? []) await copyFile(path, join(folder, basename(path)))
}

/** A dtype that a checkpoint had and that is not written here (float64, or none said) becomes float32; asked for, an error. */
function savedDtype(asked: string | undefined, had: string | null): SavedDtype {
  const known = (name: string): name is SavedDtype => typeof name === 'string' && Object.hasOwn(ON_DISK, name)
  if (asked === undefined) return had !== null && known(had) ? had : 'float32'
  if (known(asked)) return asked
  const names = Object.keys(ON_DISK).join(', ')
  throw new AlbertError('UNSUPPORTED_DTYPE', `dtype is ${shown(asked)}; a model is saved as one of ${names}.`)
}

function* chunksOf({ name, shape }: ExpectedParameter, source: WeightSource, dtype: DiskDtype): Generator<Uint8Array> {
  const size = shape.reduce((product, extent) => product * extent, 1)
  for (let offset = 0; offset < size; offset += CHUNK) {
    const values = new Float32Array(Math.min(CHUNK, size - offset))
    source.read(name, offset, values)
    if (dtype === 'F16') checkFloat16(name, values)
    yield toBytes(values, dtype)
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
