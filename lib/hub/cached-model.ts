// A model at one commit as far as the cache has it. Opens no connection.
import type { ModelCache } from './cache.js'
import type { FileSource } from './model-parts.js'

export class CachedModel implements FileSource {
  /** Files that are not in the cache and of which it is not known that the hub has none. */
  readonly unknown: string[] = []

  constructor(
    private readonly cache: ModelCache,
    private readonly commit: string,
  ) {}

  async has(file: string): Promise<boolean> {
    if (await this.cache.has(this.commit, file)) return true
    if (!(await this.cache.lacks(this.commit, file))) this.unknown.push(file)
    return false
  }

  async path(file: string): Promise<string> {
    return this.cache.path(this.commit, file)
  }
}
