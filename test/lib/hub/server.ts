// A hub on this machine: answers as the real one does, from files in memory, and misbehaves where a test wants it to.
// Large files lie on a second server of another origin, to which the first redirects, as on the real one.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface Ask {
  method: string
  /** Name in the model. */
  file: string
  /** Asked of the second server, which has the bytes of large files. */
  storage: boolean
  /** Which question of this kind about this file it is, from 1 on. */
  nth: number
  headers: IncomingMessage['headers']
  content: Buffer
  etag: string
  response: ServerResponse
}

export interface Repository {
  commit: string
  files: Map<string, Buffer>
}

/** Branches and tags of all models. */
const BRANCHES = ['main', 'v1', 'feature', 'feature/x', 'feature/x.y', 'refs/pr/1']

const fixture = join(import.meta.dirname, '../../fixtures/text-ranking')
export const TINY_FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']

export class TestHub {
  readonly repositories = new Map<string, Repository>()
  /** Everything that was asked, in order: `GET storage model.safetensors bytes=5-`. */
  readonly asked: string[] = []
  /** Headers of the questions. */
  readonly headers: IncomingMessage['headers'][] = []
  /** Answers in place of the server if it answers true. */
  misbehave: (ask: Ask) => boolean | undefined = () => undefined
  readonly #hub: Server
  readonly #storage: Server
  readonly #counts = new Map<string, number>()

  private constructor() {
    this.#hub = createServer((request, response) => this.#answer(request, response))
    this.#storage = createServer((request, response) => this.#answerStorage(request, response))
  }

  static async open(): Promise<TestHub> {
    const hub = new TestHub()
    for (const server of [hub.#hub, hub.#storage])
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    hub.reset()
    return hub
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`
  }

  get storageUrl(): string {
    return `http://127.0.0.1:${(this.#storage.address() as AddressInfo).port}`
  }

  /** Back to one good model, `org/tiny`. */
  reset(): void {
    this.asked.length = 0
    this.headers.length = 0
    this.#counts.clear()
    this.misbehave = () => undefined
    this.repositories.clear()
    const present = readdirSync(fixture).filter(file => TINY_FILES.includes(file))
    const files = new Map(present.map(file => [file, readFileSync(join(fixture, file))]))
    this.repositories.set('org/tiny', { commit: 'a'.repeat(40), files })
  }

  add(model: string, files: Record<string, string | Buffer>, commit = 'b'.repeat(40)): void {
    const entries = Object.entries(files).map(([file, content]) => [file, Buffer.from(content)] as const)
    this.repositories.set(model, { commit, files: new Map(entries) })
  }

  /** How often something was asked. */
  count(question: string | RegExp): number {
    return this.asked.filter(each => (typeof question === 'string' ? each === question : question.test(each))).length
  }

  async close(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): true {
    const path = new URL(request.url!, this.url).pathname
    const [, model = '', revision = '', name = ''] = /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? []
    const file = decodeURIComponent(name)
    const repository = this.repositories.get(model)
    const content = repository?.files.get(file)
    const etag = content ? etagOf(file, content) : ''
    if (this.#isHandled(request, response, file, false, content, etag)) return true
    if (!repository) return send(response, 401, { 'x-error-code': 'RepoNotFound' })
    const known = BRANCHES.includes(decodeURIComponent(revision)) || decodeURIComponent(revision) === repository.commit
    if (!known) return send(response, 404, { 'x-error-code': 'RevisionNotFound' })
    response.setHeader('x-repo-commit', repository.commit)
    if (!content) return send(response, 404, { 'x-error-code': 'EntryNotFound' })
    if (!isLarge(file)) return sendFile(request, response, content, etag)
    return send(response, 302, {
      'x-linked-etag': `"${etag}"`,
      'x-linked-size': String(content.length),
      location: `${this.storageUrl}/${model}/${name}?signature=secret`,
    })
  }

  #answerStorage(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url!, this.storageUrl).pathname
    const [model, repository] = [...this.repositories].find(([name]) => path.startsWith(`/${name}/`)) ?? []
    const file = decodeURIComponent(path.slice((model?.length ?? 0) + 2))
    const content = repository?.files.get(file)
    // The storage has etags of its own.
    if (this.#isHandled(request, response, file, true, content, content ? etagOf(file, content) : '')) return
    if (content) sendFile(request, response, content, 'of-the-storage')
    else send(response, 404, {})
  }

  #isHandled(
    request: IncomingMessage,
    response: ServerResponse,
    file: string,
    storage: boolean,
    content: Buffer | undefined,
    etag: string,
  ): boolean {
    const method = request.method!
    const kind = `${method} ${storage ? 'storage ' : ''}${file}`
    const nth = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, nth)
    this.asked.push(kind + (request.headers.range ? ` ${request.headers.range}` : ''))
    this.headers.push(request.headers)
    const ask = {
      method,
      file,
      storage,
      nth,
      headers: request.headers,
      content: content ?? Buffer.of(),
      etag,
      response,
    }
    return this.misbehave(ask) === true
  }
}

export function isLarge(file: string): boolean {
  return /\.(safetensors|bin|onnx)$/.test(file)
}

/** SHA-256 in large file storage, git's hash elsewhere. */
export function etagOf(file: string, content: Buffer): string {
  if (isLarge(file)) return createHash('sha256').update(content).digest('hex')
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}

export function send(response: ServerResponse, status: number, headers: Record<string, string>): true {
  response.writeHead(status, headers).end()
  return true
}

export function sendFile(request: IncomingMessage, response: ServerResponse, content: Buffer, etag: string): true {
  const begin = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (begin > 0 && begin >= content.length) {
    return send(response, 416, { 'content-range': `bytes */${content.length}` })
  }
  response.writeHead(begin > 0 ? 206 : 200, {
    etag: `"${etag}"`,
    'content-length': content.length - begin,
    ...(begin > 0 && { 'content-range': `bytes ${begin}-${content.length - 1}/${content.length}` }),
  })
  response.end(request.method === 'HEAD' ? undefined : content.subarray(begin))
  return true
}

/** Promises all of it, sends some bytes, then ends the connection (`cut`) or falls silent. */
export function sendSome(
  { response, content }: Ask,
  bytes: number,
  cut: boolean,
  headers: Record<string, string> = {},
): true {
  response.writeHead(200, { 'content-length': content.length, ...headers })
  response.write(content.subarray(0, bytes), () => {
    // Bytes that are still in the socket would be lost with it.
    if (cut) setTimeout(() => response.destroy(), 20)
  })
  return true
}
