// Finds the weight files of a transformers directory: one safetensors file, or an index and its shards.
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AlbertError } from '../errors.js'

const MAX_INDEX_BYTES = 16 << 20
const FOREIGN = /\.(bin|pt|pth|ckpt|onnx|h5|msgpack|pkl)$|^tf_model|^flax_model|\.index$|\.data-\d+-of-\d+$/

/** Files to open, and for a sharded checkpoint which tensors each must hold. */
export interface WeightFiles {
  paths: string[]
  listed: Map<string, string> | undefined
}

/** `path` is a directory or a .safetensors file. Throws MODEL_NOT_FOUND, UNSUPPORTED_CHECKPOINT or INVALID_CHECKPOINT. */
export async function findWeights(path: string): Promise<WeightFiles> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw new AlbertError('MODEL_NOT_FOUND', `There is nothing at ${path}.`)
  if (!info.isDirectory()) {
    if (FOREIGN.test(basename(path))) throw foreignFile(path)
    return { paths: [path], listed: undefined }
  }
  const single = join(path, 'model.safetensors')
  const index = join(path, 'model.safetensors.index.json')
  if (await exists(single)) return { paths: [single], listed: undefined }
  if (await exists(index)) return readIndex(index)
  const foreign = (await readdir(path)).find(name => FOREIGN.test(name))
  if (foreign !== undefined) throw foreignFile(join(path, foreign))
  throw new AlbertError(
    'MODEL_NOT_FOUND',
    `There are no weights in ${path}; tried model.safetensors and model.safetensors.index.json.`,
  )
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

function foreignFile(path: string): AlbertError {
  const folder = dirname(path)
  return new AlbertError(
    'UNSUPPORTED_CHECKPOINT',
    `${path} is not a safetensors file; other formats can run code when they are read and are never parsed.`,
    {
      hint: `Convert it once in Python: from transformers import AutoModel; AutoModel.from_pretrained("${folder}").save_pretrained("${folder}", safe_serialization=True)`,
    },
  )
}

async function readIndex(path: string): Promise<WeightFiles> {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new AlbertError('INVALID_CHECKPOINT', `${path} is not a valid index: ${reason}.`, { cause })
  }
  const { size } = await stat(path)
  if (size > MAX_INDEX_BYTES) refuse(`it has ${size} bytes; at most ${MAX_INDEX_BYTES} are allowed`)
  let index: unknown
  try {
    index = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    refuse((cause as Error).message, cause)
  }
  const map = typeof index === 'object' && index !== null ? (index as Record<string, unknown>)['weight_map'] : undefined
  if (typeof map !== 'object' || map === null || Array.isArray(map)) refuse('it has no weight_map')
  const listed = new Map<string, string>()
  for (const [tensor, file] of Object.entries(map as Record<string, unknown>)) {
    // A shard lies beside its index: a name with a path in it could lead anywhere.
    if (typeof file !== 'string' || file !== basename(file) || file.includes('\\') || file === '..' || file === '.') {
      refuse(`${JSON.stringify(tensor)} lies in ${JSON.stringify(file)}, which is no plain file name`)
    }
    listed.set(tensor, join(dirname(path), file as string))
  }
  if (listed.size === 0) refuse('its weight_map is empty')
  return { paths: [...new Set(listed.values())], listed }
}
