// Which files make a model: its configuration, its weights in one file or in shards, its tokenizer. Nothing else is fetched.
import { basename } from 'node:path'
import { findWeights } from '../checkpoint/folder.js'

export type ModelPart = 'config' | 'weights' | 'tokenizer'

/** A model whose files can be asked for. */
export interface FileSource {
  has(file: string): Promise<boolean>
  /** The path of a file that is there. */
  path(file: string): Promise<string>
}

/**
 * Asks for every file of the parts. Answers, for each part that is missing, the files of which one would have to be there,
 * or the first of its shards that is not.
 */
export async function missingFiles(
  source: FileSource,
  parts: readonly ModelPart[],
  folder: string,
  weights: string,
): Promise<string[]> {
  const missing: string[] = []
  if (parts.includes('config')) missing.push(...(await noneOf(source, [`${folder}config.json`])))
  if (parts.includes('tokenizer')) {
    await source.has(`${folder}tokenizer_config.json`)
    missing.push(...(await noneOf(source, [`${folder}tokenizer.json`, `${folder}spiece.model`])))
  }
  if (parts.includes('weights')) missing.push(...(await missingWeights(source, folder, weights)))
  return missing
}

/** The first that is there will do; all of them if none is. */
async function noneOf(source: FileSource, files: string[]): Promise<string[]> {
  for (const file of files) if (await source.has(file)) return []
  return files
}

async function missingWeights(source: FileSource, folder: string, weights: string): Promise<string[]> {
  const single = `${folder}${weights}.safetensors`
  const index = `${single}.index.json`
  if (await source.has(single)) return []
  if (!(await source.has(index))) return [single, index]
  // One shard that is missing is enough: the others need not be asked for.
  for (const shard of await shardsOf(await source.path(index)))
    if (!(await source.has(folder + shard))) return [folder + shard]
  return []
}

/** Names beside the index. Throws INVALID_CHECKPOINT for an index whose names lead elsewhere. */
async function shardsOf(index: string): Promise<string[]> {
  return (await findWeights(index)).paths.map(path => basename(path)).sort()
}
