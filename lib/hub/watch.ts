// Watches one connection: it ends with the caller's signal, or when nothing has been heard for too long.
import { patience } from './patience.js'

/** Ends a connection that has gone silent, or that the caller's signal ends. */
export class Watch {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #onAbort = (): void => this.#controller.abort(this.#outer?.reason)
  #timer: NodeJS.Timeout | undefined
  /** Did silence end it? */
  silent = false

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer
    if (outer?.aborted) this.#onAbort()
    else outer?.addEventListener('abort', this.#onAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Answers what `work` does, or rejects at the end of the connection: not every fetch notices it in every state. */
  async until<T>(work: Promise<T>): Promise<T> {
    const { signal } = this
    let onEnd = (): void => {}
    const ended = new Promise<never>((_, reject) => {
      onEnd = () => reject(signal.reason)
      if (signal.aborted) onEnd()
      else signal.addEventListener('abort', onEnd, { once: true })
    })
    try {
      return await Promise.race([work, ended])
    } finally {
      signal.removeEventListener('abort', onEnd)
    }
  }

  alive(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.silent = true
      this.#controller.abort()
    }, patience.silenceMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onAbort)
  }
}

/** fetch hides the reason in the cause of its error. */
export function connectionFailure(error: unknown, watch: Watch): string {
  if (watch.silent) return `nothing was heard for ${patience.silenceMs / 1000} s`
  const { message, cause } = error as Error
  const deeper = cause as NodeJS.ErrnoException | undefined
  return `the connection failed (${deeper?.code ?? deeper?.message ?? message})`
}
