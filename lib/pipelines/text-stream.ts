// A pipeline called with a stream: an iterable of inputs in, an iterable of answers out, in order.
import { checkOptions } from '../options.js'
import { partOf } from './list-part.js'
import { LookAhead } from './look-ahead.js'
import { type TextOptions, toldOnce } from './text-input.js'

/** Inputs that come one after another: whatever `for await` reads, but no string and no list. */
export type InputStream<Input> = AsyncIterable<Input> | (Iterable<Input> & { readonly length?: never })

/** Answers in the order of the inputs, each as for that input alone. Leaving the loop closes the source. */
export type AnswerStream<Answer> = AsyncGenerator<Answer, void, undefined>

/** Answers a list of inputs; the last argument is the options. */
type Each = (inputs: unknown[], ...rest: unknown[]) => Promise<unknown[]>

export function isStream(inputs: unknown): inputs is InputStream<unknown> {
  if (typeof inputs !== 'object' || inputs === null || typeof (inputs as { length?: unknown }).length === 'number')
    return false
  return Symbol.asyncIterator in inputs || Symbol.iterator in inputs
}

/** `rest`: what stands behind the stream in the call, options last if they are given. */
export async function* answersOf(source: InputStream<unknown>, each: Each, rest: unknown[]): AnswerStream<unknown> {
  const given = isOptions(rest.at(-1)) ? (rest.at(-1) as TextOptions) : {}
  const others = isOptions(rest.at(-1)) ? rest.slice(0, -1) : rest
  checkOptions(given)
  const { signal } = given
  // Parts that are still at work when the caller leaves are stopped, as when the caller says so.
  const stop = new AbortController()
  const askPart = () => {
    const options = toldOnce({ ...given, signal: stop.signal })
    return (list: unknown[]): Promise<unknown[]> => each(list, ...others, options)
  }
  await askPart()(partOf([], 0)) // Options are refused before the source is touched.
  signal?.throwIfAborted()
  const ahead = new LookAhead(iteratorOf(source), askPart)
  const abort = (): void => {
    stop.abort(signal?.reason)
    ahead.stop(signal?.reason)
  }
  signal?.addEventListener('abort', abort, { once: true })
  try {
    for (;;) {
      const part = await ahead.next()
      if (!part) return
      for (const { value, units } of part.answers) {
        ahead.release(units)
        yield value
        signal?.throwIfAborted()
      }
      if (part.failure) throw part.failure.error
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    stop.abort()
    await ahead.close()
  }
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function iteratorOf(source: InputStream<unknown>): AsyncIterator<unknown> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : entriesOf(source)
}

/** `yield*` waits for promises among the entries, and hands `return` on. */
async function* entriesOf(source: Iterable<unknown>): AsyncGenerator<unknown> {
  yield* source
}
