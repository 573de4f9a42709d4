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
  if (parts.includes('config') && !(await source.has(`${folder}config.json`))) missing.push(`${folder}config.json`)
  if (parts.includes('tokenizer')) {
    await source.has(`${folder}tokenizer_config.json`)
    missing.push(...(await noneOf(source, [`${folder}tokenizer.json`, `${folder}spiece.model`])))
  }
  if (parts.includes('weights')) {
    const index = `${folder}${weights}.safetensors.index.json`
    const none = await noneOf(source, [`${folder}${weights}.safetensors`, index])
    missing.push(...none)
    if (none.length === 0 && !(await source.has(`${folder}${weights}.safetensors`)))
      // One that is missing is enough: the others need not be asked for.
      missing.push(
        ...(await firstMissing(
          source,
          (await shardsOf(await source.path(index))).map(shard => folder + shard),
        )),
      )
  }
  return missing
}

/** The first that is there will do; all of them if none is. */
async function noneOf(source: FileSource, files: string[]): Promise<string[]> {
  for (const file of files) if (await source.has(file)) return []
  return files
}

async function firstMissing(source: FileSource, files: string[]): Promise<string[]> {
  for (const file of files) if (!(await source.has(file))) return [file]
  return []
}

/** Names beside the index. Throws INVALID_CHECKPOINT for an index whose names lead elsewhere. */
async function shardsOf(index: string): Promise<string[]> {
  return (await findWeights(index)).paths.map(path => basename(path)).sort()
}
