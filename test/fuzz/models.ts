// A tiny model as files, and what a loaded one is asked: the seeds of the fuzzers for weights and configurations.

import { type ExpectedParameter, expectedParameters, savedName } from '../../lib/checkpoint/names.js'
import { configText, type HeadName, parseConfig } from '../../lib/config.js'
import { isAlbertError } from '../../lib/errors.js'
import type { AlbertForMaskedLM, AlbertModel } from '../../lib/heads.js'
import { type RawTensor, safetensorsBytes } from '../lib/checkpoint/raw-file.js'
import { Random } from './random.js'
import { check } from './target.js'

export const tiny = parseConfig({
  vocab_size: 13,
  embedding_size: 4,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 16,
  architectures: ['AlbertForMaskedLM'],
})

export const tinyConfigFile = Buffer.from(configText(tiny))

type DtypeOnDisk = 'F32' | 'F16' | 'BF16' | 'F64'

/** All tensors of the tiny model, as transformers names them. */
export function tinyTensors(head: HeadName, dtype: DtypeOnDisk, config = tiny): RawTensor[] {
  const random = new Random(1)
  return expectedParameters(config, head).map((each: ExpectedParameter) => {
    const size = each.shape.reduce((a, b) => a * b, 1)
    const width = dtype === 'F64' ? 8 : dtype === 'F32' ? 4 : 2
    const bytes = Buffer.alloc(size * width)
    for (let i = 0; i < size; i++) {
      const value = (random.below(64) - 32) / 64
      if (dtype === 'F64') bytes.writeDoubleLE(value, 8 * i)
      else if (dtype === 'F32') bytes.writeFloatLE(value, 4 * i)
      // Any half but those that are not finite: the highest bit of the exponent is left out.
      else bytes.writeUInt16LE(random.below(0x10000) & 0xbfff, 2 * i)
    }
    return { name: savedName(each.name, config, head), dtype, shape: each.shape, bytes }
  })
}

export function safetensors(tensors: readonly RawTensor[]): Buffer {
  return safetensorsBytes(tensors, { format: 'pt' })
}

export const silent = { warning_callback: () => {}, threads: 1 }

/** Asks a model something, and checks the shape and that every number is one. NUMERIC is an answer, too. */
export async function ask(model: AlbertModel | AlbertForMaskedLM): Promise<string> {
  const { vocab_size, hidden_size, max_position_embeddings } = model.config
  const ids = [1, 2, 3, 4, 5].map(id => id % vocab_size).slice(0, max_position_embeddings)
  try {
    const answer = await model({ input_ids: [ids] })
    const tensor = 'logits' in answer ? answer.logits : answer.last_hidden_state
    const columns = 'logits' in answer ? vocab_size : hidden_size
    check(tensor.dims.join() === [1, ids.length, columns].join(), `an answer of [${tensor.dims}]`)
    check((tensor.data as Float32Array).every(Number.isFinite), 'an answer that is no number, and no error')
    return 'answers'
  } catch (error) {
    if (isAlbertError(error) && error.code === 'NUMERIC') return 'NUMERIC'
    throw error
  }
}
