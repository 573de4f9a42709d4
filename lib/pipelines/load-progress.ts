// Tells a caller what is being loaded, in the events of transformers.js: initiate, progress and done for each file,
// progress_total over all, ready at the end. Files are local, so nothing is downloaded.
import type { LoadEvent } from '../load-model.js'

export interface LoadedBytes {
  loaded: number
  total: number
}

export type ProgressEvent =
  | LoadEvent
  | ({ status: 'progress_total'; name: string; progress: number; files: Record<string, LoadedBytes> } & LoadedBytes)
  | { status: 'ready'; task: string; model: string }

export type ProgressCallback = (event: ProgressEvent) => void

export class LoadProgress {
  readonly #task: string
  readonly #model: string
  readonly #callback: ProgressCallback
  readonly #files: Record<string, LoadedBytes> = {}

  constructor(task: string, model: string, callback: ProgressCallback) {
    this.#task = task
    this.#model = model
    this.#callback = callback
  }

  /** Passes an event on; after progress in a file follows the progress of the whole. */
  tell(event: LoadEvent): void {
    this.#callback(event)
    if (event.status !== 'progress') return
    this.#files[event.file] = { loaded: event.loaded, total: event.total }
    const all = Object.values(this.#files)
    const loaded = all.reduce((sum, each) => sum + each.loaded, 0)
    const total = all.reduce((sum, each) => sum + each.total, 0)
    const files = structuredClone(this.#files)
    this.#callback({
      status: 'progress_total',
      name: event.name,
      progress: (100 * loaded) / total,
      loaded,
      total,
      files,
    })
  }

  async tokenizer<Result>(load: () => Promise<Result>): Promise<Result> {
    const file = { name: this.#model, file: 'tokenizer.json' }
    this.#callback({ status: 'initiate', ...file })
    const result = await load()
    this.#callback({ status: 'done', ...file })
    return result
  }

  ready(): void {
    this.#callback({ status: 'ready', task: this.#task, model: this.#model })
  }
}
