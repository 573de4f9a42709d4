// Tells a caller what is being loaded, in the events of transformers.js: initiate, progress and done for each file,
// progress_total over all, ready at the end. Files are local, so nothing is downloaded.
import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface LoadedBytes {
  loaded: number
  total: number
}

export type ProgressEvent =
  | { status: 'initiate' | 'done'; name: string; file: string }
  | ({ status: 'progress'; name: string; file: string; progress: number } & LoadedBytes)
  | ({ status: 'progress_total'; name: string; progress: number; files: Record<string, LoadedBytes> } & LoadedBytes)
  | { status: 'ready'; task: string; model: string }

export type ProgressCallback = (event: ProgressEvent) => void

const WEIGHTS = 'model.safetensors'

export class LoadProgress {
  readonly #task: string
  readonly #name: string
  readonly #folder: string
  readonly #tell: ProgressCallback | undefined
  readonly #files: Record<string, LoadedBytes> = {}

  constructor(task: string, name: string, folder: string, tell: ProgressCallback | undefined) {
    this.#task = task
    this.#name = name
    this.#folder = folder
    this.#tell = tell
  }

  /** Runs `load`, which reads the files of this name that exist. */
  async around<Result>(candidates: string[], load: () => Promise<Result>): Promise<Result> {
    const files = candidates.filter(file => existsSync(join(this.#folder, file)))
    for (const file of files) this.#begin(file)
    const result = await load()
    for (const file of files) this.#end(file)
    return result
  }

  async weights<Result>(load: () => Promise<Result>): Promise<Result> {
    return this.around(['config.json', ...(await this.#weightFiles())], load)
  }

  ready(): void {
    this.#tell?.({ status: 'ready', task: this.#task, model: this.#name })
  }

  #begin(file: string): void {
    this.#files[file] = { loaded: 0, total: statSync(join(this.#folder, file)).size }
    this.#tell?.({ status: 'initiate', name: this.#name, file })
  }

  #end(file: string): void {
    const bytes = this.#files[file]!
    bytes.loaded = bytes.total
    const name = this.#name
    this.#tell?.({ status: 'progress', name, file, progress: 100, ...bytes })
    this.#tell?.({ status: 'done', name, file })
    const all = Object.values(this.#files)
    const loaded = all.reduce((sum, each) => sum + each.loaded, 0)
    const total = all.reduce((sum, each) => sum + each.total, 0)
    const progress = total > 0 ? (100 * loaded) / total : 100
    this.#tell?.({ status: 'progress_total', name, progress, loaded, total, files: structuredClone(this.#files) })
  }

  /** One file, or those that the index names. What is wrong with them is the loader's to say. */
  async #weightFiles(): Promise<string[]> {
    if (!this.#tell || existsSync(join(this.#folder, WEIGHTS))) return [WEIGHTS]
    try {
      const index = JSON.parse(await readFile(join(this.#folder, `${WEIGHTS}.index.json`), 'utf8')) as {
        weight_map: Record<string, string>
      }
      return [...new Set(Object.values(index.weight_map))]
    } catch {
      return []
    }
  }
}
