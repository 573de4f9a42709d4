// Finds the weight files of a transformers directory: one safetensors file, or an index and its shards.
// Other formats are named with the way out and never parsed: reading some of them runs code.
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { describe, isObject } from '../config-fields.js'
import { AlbertError } from '../errors.js'
import { readJsonFile } from '../regular-file.js'

const SINGLE = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'
const MAX_INDEX_BYTES = 16 << 20
const MAX_SHARDS = 1000

const FOREIGN = /\.(bin|pt|pth|ckpt|pkl|onnx|h5|msgpack|gguf|npz)$|\.(ckpt|best)[\w.-]*\.(index|meta|data-\d+-of-\d+)$/
/** What a training leaves beside its weights. */
const NO_WEIGHTS = /^(training_args|optimizer|scheduler|scaler|rng_state\w*|tokenizer)\.\w+$/

/** Files to open, and for a sharded checkpoint which file must hold each tensor. */
export interface WeightFiles {
  paths: string[]
  listed: Map<string, string> | undefined
}

/**
 * `path` is a directory, or a file in it. `architecture` is the class of transformers that the way out names.
 * Throws MODEL_NOT_FOUND, UNSUPPORTED_CHECKPOINT or INVALID_CHECKPOINT.
 */
export async function findWeights(path: string, architecture = 'AutoModel'): Promise<WeightFiles> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw new AlbertError('MODEL_NOT_FOUND', `There is nothing at ${path}.`)
  if (!info.isDirectory()) {
    if (FOREIGN.test(basename(path))) throw foreignWeights(path, architecture)
    return path.endsWith('.index.json') ? readIndex(path, architecture) : { paths: [path], listed: undefined }
  }
  if (await exists(join(path, SINGLE))) return { paths: [join(path, SINGLE)], listed: undefined }
  if (await exists(join(path, INDEX))) return readIndex(join(path, INDEX), architecture)
  const foreign = (await namesIn(path)).find(name => FOREIGN.test(name) && !NO_WEIGHTS.test(name))
  if (foreign !== undefined) throw foreignWeights(join(path, foreign), architecture)
  throw new AlbertError('MODEL_NOT_FOUND', `There are no weights in ${path}; tried ${SINGLE} and ${INDEX}.`)
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (cause) {
    throw new AlbertError('MODEL_NOT_FOUND', `${folder} cannot be listed: ${(cause as Error).message}.`, { cause })
  }
}

/** `model` is what transformers would load to convert it: a folder, or an id on the hub. */
export function foreignWeights(path: string, architecture = 'AutoModel', model = dirname(path)): AlbertError {
  return new AlbertError(
    'UNSUPPORTED_CHECKPOINT',
    `${path} is not a safetensors file, the one format that is read here; others are never parsed.`,
    { hint: wayOut(path, architecture, model) },
  )
}

/** One command that makes safetensors of what is there. */
function wayOut(path: string, architecture: string, model: string): string {
  const python = (options: string) => {
    // The name comes from a file and goes into a command that somebody will paste.
    const name = /^\w{1,80}$/.test(architecture) ? architecture : 'AutoModel'
    const program = `import sys, transformers as t; d = sys.argv[1]; t.${name}.from_pretrained(d${options}).save_pretrained(d)`
    return `python3 -c "${program}" '${model.replaceAll("'", "'\\''")}'`
  }
  switch (extname(path)) {
    case '.onnx':
      return 'An ONNX file is a graph, not a checkpoint: take the model that it was exported from.'
    case '.gguf':
    case '.npz':
      return 'Take the model that it was converted from.'
    case '.h5':
      return `Convert it once with transformers 4 and TensorFlow: ${python(', from_tf=True')}`
    case '.msgpack':
      return `Convert it once with transformers 4 and Flax: ${python(', from_flax=True')}`
    case '.bin':
    case '.pt':
    case '.pth':
    case '.pkl':
      return `Convert it once with transformers and PyTorch: ${python('')}`
    default:
      return 'A TensorFlow checkpoint becomes a PyTorch one by convert_albert_original_tf_checkpoint_to_pytorch of transformers 4.'
  }
}

async function readIndex(path: string, architecture: string): Promise<WeightFiles> {
  const index = await readJsonFile(path, MAX_INDEX_BYTES, 'INVALID_CHECKPOINT')
  const map = isObject(index) ? index['weight_map'] : undefined
  if (!isObject(map)) throw invalidIndex(path, 'it has no weight_map')
  const listed = new Map<string, string>()
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file === 'string' && FOREIGN.test(file)) throw foreignWeights(join(dirname(path), file), architecture)
    if (!isPlainName(file)) {
      throw invalidIndex(path, `tensor ${describe(tensor)} lies in ${describe(file)}, which is no plain file name`)
    }
    listed.set(tensor, join(dirname(path), file))
  }
  const paths = [...new Set(listed.values())]
  if (paths.length === 0) throw invalidIndex(path, 'its weight_map is empty')
  if (paths.length > MAX_SHARDS)
    throw invalidIndex(path, `it names ${paths.length} files; at most ${MAX_SHARDS} are read`)
  return { paths, listed }
}

/** A shard lies beside its index: a name with a path in it could lead anywhere. */
function isPlainName(file: unknown): file is string {
  return typeof file === 'string' && file.endsWith('.safetensors') && !/[/\\\0]/.test(file)
}

function invalidIndex(path: string, reason: string): AlbertError {
  return new AlbertError('INVALID_CHECKPOINT', `${path} is not a valid index: ${reason}.`)
}
