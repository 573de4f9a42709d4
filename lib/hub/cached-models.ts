// What lies in a cache, and how it is taken away. Everything of a model is in its folder: other folders are not touched.
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { orCannotWrite } from '../checkpoint/new-file.js'
import { folderName, ModelCache } from './cache.js'
import { isRepositoryId } from './repository.js'

export interface CachedEntry {
  model: string
  folder: string
  /** On disk. */
  bytes: number
  snapshots: { commit: string; refs: string[]; files: string[] }[]
}

/** By name; a cache that is not there is empty. */
export async function cachedModels(root: string): Promise<CachedEntry[]> {
  const folders = (await readdir(root).catch(() => [])).sort()
  const models = folders.map(folder => folder.replace(/^models--/, '').replace('--', '/'))
  const present = models.filter((model, at) => isRepositoryId(model) && folders[at] === folderName(model))
  return Promise.all(present.map(model => cachedEntry(root, model)))
}

async function cachedEntry(root: string, model: string): Promise<CachedEntry> {
  const { folder } = new ModelCache(root, model)
  const refs = await refsIn(join(folder, 'refs'))
  const snapshots = []
  for (const commit of (await readdir(join(folder, 'snapshots')).catch(() => [])).sort()) {
    const files = await filesBelow(join(folder, 'snapshots', commit))
    const named = refs.filter(each => each.commit === commit).map(each => each.ref)
    snapshots.push({ commit, refs: named, files: files.map(each => each.file) })
  }
  const bytes = (await filesBelow(folder)).reduce((sum, each) => sum + each.bytes, 0)
  return { model, folder, bytes, snapshots }
}

async function refsIn(folder: string): Promise<{ ref: string; commit: string }[]> {
  const refs = await filesBelow(folder)
  return Promise.all(
    refs.map(async ({ file }) => ({
      ref: file,
      commit: (await readFile(join(folder, file), 'utf8').catch(() => '')).trim(),
    })),
  )
}

/** Links are files of no size here: what they lead to is counted where it lies. */
async function filesBelow(folder: string): Promise<{ file: string; bytes: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter(entry => !entry.isDirectory())
  const sized = await Promise.all(
    files.map(async entry => {
      const path = join(entry.parentPath, entry.name)
      const info = await lstat(path).catch(() => undefined)
      const file = path.slice(folder.length + 1).replaceAll('\\', '/')
      return { file, bytes: info?.isFile() ? info.size : 0 }
    }),
  )
  return sized.sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** Everything of the model. Throws CANNOT_WRITE. */
export async function removeCached(root: string, { model, folder }: CachedEntry): Promise<void> {
  for (const each of [folder, join(root, '.locks', folderName(model))])
    await orCannotWrite(each, rm(each, { recursive: true, force: true }))
}
