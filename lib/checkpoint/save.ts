// Saves a model as a directory that transformers loads back bit for bit: config.json and model.safetensors.
// One file whatever the size: the largest ALBERT has 0.9 GB, transformers cuts from 5 GB on.
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type AlbertConfig, type HeadName, serializeConfig } from '../config.js'
import { AlbertError } from '../errors.js'
import { toBytes } from './half.js'
import { expectedParameters, savedName } from './names.js'
import { replaceFile, type TensorToWrite, writeSafetensors } from './safetensors-writer.js'

export interface SaveOptions {
  /** dtype on disk; by default that of the checkpoint the model came from, else float32. */
  dtype?: 'float32' | 'bfloat16' | 'float16' | undefined
  /** Tokenizer files to copy beside the weights. */
  tokenizerFiles?: string[] | undefined
}

/** Where weights come from: fills `target` with elements from `offset` on. */
export interface WeightSource {
  read(name: string, offset: number, target: Float32Array): void
}

const CHUNK = 1 << 20
const ON_DISK = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' } as const

// Classes of transformers; SQuAD 2's head and BERT-like models with ALBERT's name have none.
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

/** Throws CANNOT_WRITE. */
export async function saveCheckpoint(
  folder: string,
  config: AlbertConfig,
  head: HeadName,
  source: WeightSource,
  options: SaveOptions = {},
): Promise<void> {
  const dtype =
    options.dtype ?? (Object.hasOwn(ON_DISK, config.dtype ?? '') ? (config.dtype as keyof typeof ON_DISK) : 'float32')
  const saved = {
    ...config,
    dtype,
    architectures: [`${config.model_type === 'bert' ? 'Bert' : 'Albert'}${ARCHITECTURES[head]}`],
  }
  const tensors: TensorToWrite[] = expectedParameters(config, head).map(({ name, shape }) => ({
    name: savedName(name, config, head),
    dtype: ON_DISK[dtype],
    shape,
    chunks: () => chunksOf(name, shape, source, ON_DISK[dtype]),
  }))
  try {
    await mkdir(folder, { recursive: true })
    for (const file of options.tokenizerFiles ?? []) await copyFile(file, join(folder, basename(file)))
  } catch (cause) {
    throw new AlbertError('CANNOT_WRITE', `${folder} cannot be written: ${(cause as Error).message}.`, { cause })
  }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' })
  const text = `${JSON.stringify(serializeConfig(saved), null, 2)}\n`
  await replaceFile(join(folder, 'config.json'), async handle => {
    await handle.writeFile(text)
  })
}

function* chunksOf(
  name: string,
  shape: number[],
  source: WeightSource,
  dtype: 'F32' | 'BF16' | 'F16',
): Generator<Uint8Array> {
  const size = shape.reduce((product, extent) => product * extent, 1)
  for (let offset = 0; offset < size; offset += CHUNK) {
    const values = new Float32Array(Math.min(CHUNK, size - offset))
    source.read(name, offset, values)
    yield toBytes(values, dtype)
  }
}
