// The folder of one model in the hub's cache, as Python's library lays it out: blobs by their hash, snapshots by commit whose
// files are links to blobs, refs from branches and tags to commits, .no_exist for what a commit does not have.
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { makeFolders, orCannotWrite } from '../checkpoint/new-file.js'
import { isCommit } from './repository.js'

export class ModelCache {
  /** `models--owner--name` in the cache. */
  readonly folder: string
  readonly #locks: string

  constructor(
    readonly root: string,
    model: string,
  ) {
    const name = folderName(model)
    this.folder = join(root, name)
    this.#locks = join(root, '.locks', name)
  }

  /** Of a branch or tag, as it was when it was last fetched. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision
    const commit = (await readFile(join(this.folder, 'refs', revision), 'utf8').catch(() => ''))?.trim()
    return isCommit(commit) ? commit : undefined
  }

  async setCommit(revision: string, commit: string): Promise<void> {
    if (revision === commit || (await this.commitOf(revision)) === commit) return
    await this.#place(join(this.folder, 'refs', revision), temporary => writeFile(temporary, commit)).catch(error => {
      // A branch `a` and a tag `a/b` may live together, a file and a folder may not. Whoever came second is asked for anew.
      if (!['EEXIST', 'EISDIR', 'ENOTDIR'].includes(error.cause?.code)) throw error
    })
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit)
  }

  /** Where the file of a commit is, or would be. */
  path(commit: string, file: string): string {
    return join(this.snapshot(commit), ...file.split('/'))
  }

  async has(commit: string, file: string): Promise<boolean> {
    return isFile(this.path(commit, file))
  }

  /** Is it known that the commit has no such file? */
  async lacks(commit: string, file: string): Promise<boolean> {
    return isFile(this.#absent(commit, file))
  }

  async setLack(commit: string, file: string): Promise<void> {
    await this.#place(this.#absent(commit, file), temporary => writeFile(temporary, ''))
  }

  blob(etag: string): string {
    return join(this.folder, 'blobs', etag)
  }

  lock(etag: string): string {
    return join(this.#locks, `${etag}.albert.lock`)
  }

  /** A relative link, so that the cache can be moved; a copy where the system or the disk has no links. */
  async link(etag: string, commit: string, file: string): Promise<void> {
    const blob = this.blob(etag)
    const path = this.path(commit, file)
    await this.#place(path, temporary =>
      symlink(relative(dirname(path), blob), temporary).catch(() =>
        copyFile(blob, temporary, constants.COPYFILE_FICLONE),
      ),
    )
  }

  #absent(commit: string, file: string): string {
    return join(this.folder, '.no_exist', commit, ...file.split('/'))
  }

  /** Under another name first, where Python looks for nothing: a reader sees all of it or nothing. */
  async #place(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = join(this.folder, `${randomBytes(6).toString('hex')}.incomplete`)
    await orCannotWrite(path, makeFolders(dirname(path)))
    try {
      await orCannotWrite(path, make(temporary))
      await orCannotWrite(path, rename(temporary, path))
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  }
}

export function folderName(model: string): string {
  return `models--${model.replaceAll('/', '--')}`
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}
