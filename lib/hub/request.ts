// One question to the hub: redirects by our own rules, the token only for the hub itself, and patience with limits.
// What the bytes are for, and what a missing file means, the callers know.
import { env, LogLevel } from '../env.js'
import { AlbertError } from '../errors.js'
import { patience, pause, retryAfterMs, Transient } from './patience.js'
import { redirectTarget } from './redirect.js'
import { address } from './repository.js'
import { accessToken } from './token.js'
import { connectionFailure, Watch } from './watch.js'

const MAX_REDIRECTS = 10

export interface RequestOptions {
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
  /** How often to ask. */
  attempts?: number
}

/** What the hub itself said of a file, before it sent us elsewhere for the bytes. */
export interface FileFacts {
  commit: string | undefined
  etag: string | undefined
  size: number | undefined
}

export interface Answer {
  response: Response
  facts: FileFacts
  /** Of the connection: whoever reads the body gives it signs of life, and ends it. */
  watch: Watch
}

/**
 * Answers with what is there (2xx), is not there (404) or cannot be continued (416). Throws UNAUTHORIZED,
 * DOWNLOAD_FAILED once patience has ended, or the signal's reason.
 */
export async function request(method: 'HEAD' | 'GET', url: URL, options: RequestOptions = {}): Promise<Answer> {
  const { attempts = patience.attempts } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(method, url, options)
    } catch (error) {
      if (!(error instanceof Transient)) throw error
      await pause(error, attempt, attempts, url, options.signal)
    }
  }
}

async function ask(method: 'HEAD' | 'GET', start: URL, options: RequestOptions): Promise<Answer> {
  const watch = new Watch(options.signal)
  try {
    const { response, facts } = await follow(method, start, options.headers ?? {}, watch)
    if (response.ok || response.status === 404 || response.status === 416) {
      if (method === 'HEAD') watch.end()
      return { response, facts, watch }
    }
    await response.body?.cancel()
    throw refusal(response, start)
  } catch (error) {
    watch.end()
    options.signal?.throwIfAborted()
    throw error
  }
}

async function follow(
  method: 'HEAD' | 'GET',
  start: URL,
  headers: Record<string, string>,
  watch: Watch,
): Promise<Omit<Answer, 'watch'>> {
  const token = accessToken()
  const facts: FileFacts = { commit: undefined, etag: undefined, size: undefined }
  let url = start
  let home = true
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await send(
      method,
      url,
      { ...headers, ...(home && token && { authorization: `Bearer ${token}` }) },
      watch,
    )
    const { headers: said } = response
    facts.commit ??= said.get('x-repo-commit') ?? undefined
    facts.etag ??= said.get('x-linked-etag') ?? undefined
    facts.size ??= count(said.get('x-linked-size'))
    const to = redirectTarget(response, url)
    if (to === undefined || (method === 'HEAD' && facts.etag !== undefined)) {
      if (home) facts.etag ??= said.get('etag') ?? undefined
      // A coding changes the number of bytes.
      if (to === undefined && method === 'HEAD' && !said.has('content-encoding'))
        facts.size ??= count(said.get('content-length'))
      // A redirect that told all is an answer to HEAD: the rest would only be said again elsewhere.
      return { response: to === undefined ? response : new Response(null, { status: 200 }), facts }
    }
    await response.body?.cancel()
    // Who has left the hub once stays a stranger, wherever the next redirect leads.
    home &&= to.origin === start.origin
    url = to
  }
  throw new AlbertError('DOWNLOAD_FAILED', `${address(start)} is redirected more than ${MAX_REDIRECTS} times.`)
}

async function send(method: string, url: URL, headers: Record<string, string>, watch: Watch): Promise<Response> {
  if (env.logLevel <= LogLevel.DEBUG) console.debug(`albert: ${method} ${address(url)} ${headers['range'] ?? ''}`)
  watch.alive()
  try {
    const asking = env.fetch(url, {
      method,
      redirect: 'manual',
      // Other encodings would change the number of bytes.
      headers: { 'accept-encoding': 'identity', 'user-agent': `albert-native/${env.version}`, ...headers },
      signal: watch.signal,
    })
    return await watch.until(asking)
  } catch (cause) {
    throw new Transient(connectionFailure(cause, watch), undefined, cause)
  }
}

function refusal(response: Response, url: URL): Error {
  const { status, headers } = response
  const reason = reasonIn(response)
  const said = `it answers ${status}${reason === undefined ? '' : ` (${reason})`}`
  if (status === 401 || status === 403) {
    const token = accessToken() === undefined ? 'No token was sent' : 'The token was sent'
    return new AlbertError(
      'UNAUTHORIZED',
      `${address(url)} is not for us: ${said}. ${token}; the model does not exist there, or is private, or its terms have not been accepted.`,
      { hint: 'Check the name; for a private or gated model set HF_TOKEN and accept its terms on its page.' },
    )
  }
  if ([408, 425, 429, 500, 502, 503, 504].includes(status)) return new Transient(said, retryAfterMs(headers))
  return new AlbertError('DOWNLOAD_FAILED', `${address(url)} cannot be fetched: ${said}.`)
}

/** What the hub says of a refusal; without characters that would steer a terminal. */
export function reasonIn({ headers }: Response): string | undefined {
  const reason = headers.get('x-error-message') || headers.get('x-error-code')
  return reason?.replace(/\p{Cc}/gu, ' ').slice(0, 200) || undefined
}

function count(value: string | null): number | undefined {
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}
