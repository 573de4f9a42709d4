// Work that pauses: run through at once, or in slices between which the event loop lives. The result is the same.

/** Yields often; each part between two pauses is short. */
export type Steps<Result> = Generator<void, Result, void>

/**
 * Longest time without a pause, but for the last step of a slice. Several such works may share a turn of the event loop: the
 * answers of one batch are read while texts become tokens. A pause costs some microseconds.
 */
const SLICE_MS = 2
/** Numbers that are written between two pauses: below a millisecond. */
const PART = 65_536

/** Runs `work` over [0, length) part by part, with a pause between two of them. */
export function* inParts(length: number, work: (from: number, to: number) => void, part = PART): Steps<void> {
  for (let from = 0; from < length; from += part) {
    if (from > 0) yield
    work(from, Math.min(from + part, length))
  }
}

export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

export async function inSlices<Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> {
  signal?.throwIfAborted()
  const pace = new Pace()
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (!pace.due) continue
    await pace.pause()
    signal?.throwIfAborted()
  }
}

/** Pauses of work that has a shape of its own. */
export class Pace {
  #started = performance.now()

  get due(): boolean {
    return performance.now() - this.#started >= SLICE_MS
  }

  async pause(): Promise<void> {
    await new Promise<void>(resolve => setImmediate(resolve))
    this.#started = performance.now()
  }
}
