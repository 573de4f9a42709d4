// The tensors of the opened files under the names of the package, and what is not a weight of its own among them:
// buffers of older files, and the decoder that is the word table once more.
import type { AlbertConfig } from '../config.js'
import { describe } from '../config-fields.js'
import { AlbertError } from '../errors.js'
import { canonicalName, WORD_TABLE } from './names.js'
import { attachCompanions, isSame } from './quantized.js'
import { type SafetensorsFile, sameTensor } from './safetensors-file.js'
import type { TensorEntry } from './safetensors-header.js'

export interface FoundTensor {
  file: SafetensorsFile
  entry: TensorEntry
  /** Of a matrix in I8: one a row. */
  scale?: FoundTensor
  /** Of a matrix in I8, if it has them: one a column. */
  divisor?: FoundTensor
}

const BUFFERS = ['embeddings.position_ids', 'embeddings.token_type_ids']
/** The decoder of masked words, and what it is tied to. */
const TIED = [
  ['predictions.decoder.weight', WORD_TABLE],
  ['predictions.decoder.bias', 'predictions.bias'],
] as const

/** Tensors by our names. Two tensors of one name (with and without prefix, say) are refused. */
export function collect(files: SafetensorsFile[], config: AlbertConfig): Map<string, FoundTensor> {
  const found = new Map<string, FoundTensor>()
  for (const file of files) {
    for (const entry of file.tensors.values()) {
      const name = canonicalName(entry.name, config)
      const other = found.get(name)
      if (other) {
        const message = `${file.path} holds ${describe(entry.name)}, which is the same tensor of the model as ${describe(other.entry.name)}.`
        throw new AlbertError('INVALID_CHECKPOINT', message)
      }
      found.set(name, { file, entry })
    }
  }
  attachCompanions(found)
  return found
}

/** Removes buffers from `found`; their names in the file. */
export function dropBuffers(found: Map<string, FoundTensor>): string[] {
  return BUFFERS.flatMap(name => {
    const buffer = found.get(name)
    found.delete(name)
    return buffer ? [buffer.entry.name] : []
  })
}

/** Removes the duplicates of a tied decoder; their names in the file. A duplicate alone is what it duplicates. */
export async function dropTiedDecoder(found: Map<string, FoundTensor>): Promise<string[]> {
  const dropped: string[] = []
  for (const [duplicate, name] of TIED) {
    const decoder = found.get(duplicate)
    if (!decoder) continue
    const original = found.get(name)
    found.delete(duplicate)
    if (!original) found.set(name, decoder)
    else if (await areEqual(decoder, original)) dropped.push(decoder.entry.name)
    else throw untied(decoder, original)
  }
  return dropped
}

async function areEqual(one: FoundTensor, other: FoundTensor): Promise<boolean> {
  return (
    (await sameTensor(one, other)) &&
    (await isSame(one.scale, other.scale)) &&
    (await isSame(one.divisor, other.divisor))
  )
}

function untied(decoder: FoundTensor, original: FoundTensor): AlbertError {
  return new AlbertError(
    'UNSUPPORTED_CHECKPOINT',
    `${describe(decoder.entry.name)} in ${decoder.file.path} differs from ${describe(original.entry.name)}; in this package they are one.`,
    { hint: 'If they should be, as in ALBERT as published, save the file again without the decoder.' },
  )
}
