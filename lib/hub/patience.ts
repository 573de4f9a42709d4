// How long the hub is waited for, how often it is asked again, and which failures are worth it.
import { setTimeout as delay } from 'node:timers/promises'
import { AlbertError } from '../errors.js'
import { address } from './repository.js'

/** How long to be patient. Five questions, with about 0.5, 1, 2 and 4 seconds between, as Python's library does. */
export const patience = {
  attempts: 5,
  firstDelayMs: 500,
  longestDelayMs: 8_000,
  /** A server that asks to wait longer is not waited for. */
  longestRetryAfterMs: 60_000,
  /** Without an answer, or without a byte more of it, for so long the connection is given up. */
  silenceMs: 30_000,
}

/** The connection failed, or the hub asks to come back later: the same question may succeed. */
export class Transient extends Error {
  constructor(
    message: string,
    readonly retryAfterMs?: number,
    cause?: unknown,
  ) {
    super(message, { cause })
  }
}

/** Waits before the next attempt; throws DOWNLOAD_FAILED where there is none. */
export async function pause(
  failure: Transient,
  attempt: number,
  attempts: number,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { firstDelayMs, longestDelayMs, longestRetryAfterMs } = patience
  const asked = failure.retryAfterMs
  if (attempt >= attempts || (asked ?? 0) > longestRetryAfterMs) {
    const wait = asked !== undefined && asked > longestRetryAfterMs ? `; it asks to wait ${asked / 1000} s` : ''
    const times = attempt > 1 ? ` after ${attempt} attempts` : ''
    throw new AlbertError('DOWNLOAD_FAILED', `${address(url)} cannot be fetched${times}: ${failure.message}${wait}.`, {
      cause: failure.cause ?? failure,
      hint: 'Try again later, or behind a proxy set env.fetch; what has been fetched so far is kept.',
    })
  }
  // Spread over half of it: many processes that were refused together should not come back together.
  const own = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2)
  await delay(asked ?? own, undefined, signal && { signal }).catch(error => {
    throw signal?.aborted ? signal.reason : error
  })
}

/** Seconds or a date. */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}
