// Tells a caller what is being fetched and loaded, in the events of transformers.js: for each file initiate, download if it
// comes from the hub, progress and done; progress_total over all files after each progress; for a pipeline ready at the end.

/** Bytes that are there, and all. */
export interface LoadedBytes {
  loaded: number
  total: number
}

/** What is heard of one file. */
export type FileEvent =
  | { status: 'initiate' | 'download' | 'done'; name: string; file: string }
  | ({ status: 'progress'; name: string; file: string; progress: number } & LoadedBytes)

/** What is heard while a model or a tokenizer loads. */
export type LoadEvent =
  | FileEvent
  | ({ status: 'progress_total'; name: string; progress: number; files: Record<string, LoadedBytes> } & LoadedBytes)

/** What is heard while a pipeline loads. */
export type ProgressEvent = LoadEvent | { status: 'ready'; task: string; model: string }

/** Hears about each file while a pipeline loads. */
export type ProgressCallback = (event: ProgressEvent) => void

type OnBytes = (loaded: number, total: number) => void

export class LoadProgress {
  /** Of the model, as the caller named it. */
  readonly name: string
  readonly #callback: ProgressCallback | undefined
  readonly #files: Record<string, LoadedBytes> = {}
  readonly #done = new Set<string>()

  constructor(name: string, callback: ProgressCallback | null | undefined) {
    this.name = name
    this.#callback = callback ?? undefined
  }

  /** Makes the bytes of a file part of the whole before it begins, so that the whole never goes back. */
  expect(file: string, total: number): void {
    this.#files[file] = { loaded: 0, total }
  }

  /** Tells of a file while `load` runs. A file is told once: what was fetched is not told again when it is read. */
  async around<T>(file: string, load: (onBytes: OnBytes) => Promise<T>, fetched = false): Promise<T> {
    if (!this.#callback || this.#done.has(file)) return load(() => {})
    const { name } = this
    this.#callback({ status: 'initiate', name, file })
    if (fetched) this.#callback({ status: 'download', name, file })
    const result = await load((loaded, total) => this.#bytes(file, loaded, total))
    this.settle(file)
    this.#callback({ status: 'done', name, file })
    return result
  }

  /** Nothing more is told of a file. */
  settle(file: string): void {
    this.#done.add(file)
  }

  ready(task: string): void {
    this.#callback?.({ status: 'ready', task, model: this.name })
  }

  #bytes(file: string, loaded: number, total: number): void {
    const { name } = this
    this.#callback?.({ status: 'progress', name, file, progress: percent(loaded, total), loaded, total })
    this.#files[file] = { loaded, total }
    const files = structuredClone(this.#files)
    const all = Object.values(files)
    const whole = {
      loaded: all.reduce((sum, each) => sum + each.loaded, 0),
      total: all.reduce((sum, each) => sum + each.total, 0),
    }
    this.#callback?.({ status: 'progress_total', name, progress: percent(whole.loaded, whole.total), ...whole, files })
  }
}

function percent(loaded: number, total: number): number {
  return total === 0 ? 100 : (100 * loaded) / total
}
