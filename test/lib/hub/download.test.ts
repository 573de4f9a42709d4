// Bytes that come over a bad network: cut, resumed, wrong, lied about, redirected, refused, too late.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { env } from '../../../lib/env.js'
import { AlbertForSequenceClassification } from '../../../lib/heads.js'
import { patience } from '../../../lib/hub/patience.js'
import { type Ask, send, sendFile, sendSome } from './server.js'
import { filesBelow, useHub } from './surroundings.js'

const around = useHub()
const WEIGHTS = 'model.safetensors'

async function load(signal?: AbortSignal): Promise<void> {
  const options = { threads: 1, ...(signal && { signal }) }
  const model = await AlbertForSequenceClassification.from_pretrained('org/tiny', options)
  await model.dispose()
}

const blobs = (): string => join(around.folder, 'models--org--tiny/blobs')
const weights = (): Buffer => around.hub.repositories.get('org/tiny')!.files.get(WEIGHTS)!
/** Bytes of weights, from the storage. */
const isBytes = (ask: Ask): boolean => ask.storage && ask.method === 'GET'
const finished = (): string[] => filesBelow(around.folder).filter(file => file.includes(WEIGHTS))
const partial = (): string => filesBelow(blobs()).find(file => file.endsWith('.incomplete'))!

async function failure(promise: Promise<unknown>): Promise<{ code: string; message: string; hint?: string }> {
  return promise.then(
    () => expect.unreachable('it did not fail'),
    error => error,
  )
}

describe('a cut connection', () => {
  test('goes on where it was cut, as often as something came', async () => {
    const { hub } = around
    const size = weights().length
    hub.misbehave = ask => {
      if (!isBytes(ask) || ask.nth > 7) return
      const begin = Number(/\d+/.exec(ask.headers.range ?? '0')![0])
      ask.response.writeHead(begin > 0 ? 206 : 200, {
        'content-length': size - begin,
        ...(begin > 0 && { 'content-range': `bytes ${begin}-${size - 1}/${size}` }),
      })
      ask.response.write(ask.content.subarray(begin, begin + 5000), () => setTimeout(() => ask.response.destroy(), 5))
      return true
    }
    await load()
    expect(hub.asked.filter(each => each.startsWith('GET storage'))).toEqual([
      `GET storage ${WEIGHTS}`,
      ...[1, 2, 3, 4, 5, 6, 7].map(n => `GET storage ${WEIGHTS} bytes=${5000 * n}-`),
    ])
  })

  test('is given up when nothing more comes, and what came is kept for the next time', async () => {
    const { hub } = around
    hub.misbehave = ask => {
      if (!isBytes(ask)) return
      if (ask.nth === 1) return sendSome(ask, 30_000, true)
      ask.response.destroy()
      return true
    }
    expect(await failure(load())).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(/model\.safetensors cannot be fetched after 5 attempts: the connection failed/),
    })
    expect(finished()).toEqual([])
    expect(readFileSync(join(blobs(), partial()))).toEqual(weights().subarray(0, 30_000))
    hub.misbehave = () => undefined
    await load()
    expect(hub.asked.at(-1)).toBe(`GET storage ${WEIGHTS} bytes=30000-`)
  })

  test('is cut by us when it has been silent for too long', async () => {
    patience.silenceMs = 150
    const { hub } = around
    hub.misbehave = ask => isBytes(ask) && ask.nth === 1 && sendSome(ask, 1000, false)
    await load()
    expect(hub.asked.at(-1)).toBe(`GET storage ${WEIGHTS} bytes=1000-`)
  })

  test('a server that does not know ranges sends all of it again', async () => {
    const { hub } = around
    hub.misbehave = ask => {
      if (!isBytes(ask)) return
      if (ask.nth === 1) return sendSome(ask, 1000, true)
      ask.response.writeHead(200, { 'content-length': ask.content.length }).end(ask.content)
      return true
    }
    await load()
    expect(hub.count(/^GET storage/)).toBe(2)
  })

  test.each([
    ['longer than the whole', () => weights().length + 1, [WEIGHTS]],
    ['damaged', () => 100, [`${WEIGHTS} bytes=100-`, WEIGHTS]],
  ])('a part that is %s is thrown away', async (_, length, asked) => {
    const { hub } = around
    hub.misbehave = ask => isBytes(ask) && ask.nth === 1 && sendSome(ask, 1000, false)
    await failure(load(AbortSignal.timeout(200)))
    writeFileSync(join(blobs(), partial()), Buffer.alloc(length()))
    hub.misbehave = () => undefined
    hub.asked.length = 0
    await load()
    expect(hub.asked.filter(each => each.startsWith('GET storage'))).toEqual(asked.map(each => `GET storage ${each}`))
  })

  test('a server that does not go on there (416) is asked for all', async () => {
    const { hub } = around
    hub.misbehave = ask => {
      if (!isBytes(ask)) return
      return ask.nth === 1 ? sendSome(ask, 1000, true) : ask.headers.range ? send(ask.response, 416, {}) : undefined
    }
    await load()
    expect(hub.asked.at(-1)).toBe(`GET storage ${WEIGHTS}`)
  })
})

describe('bytes that were not promised', () => {
  const wrong = (ask: Ask, content: Buffer): true => {
    ask.response.writeHead(200, { 'content-length': content.length }).end(content)
    return true
  }

  test('once: fetched again from the beginning', async () => {
    const { hub } = around
    hub.misbehave = ask => isBytes(ask) && ask.nth === 1 && wrong(ask, Buffer.alloc(ask.content.length))
    await load()
    expect(hub.asked.filter(each => each.startsWith('GET storage'))).toEqual(Array(2).fill(`GET storage ${WEIGHTS}`))
  })

  test.each([
    ['other bytes', (content: Buffer) => Buffer.alloc(content.length), /checksum is [0-9a-f]{64} instead of/],
    ['more bytes', (content: Buffer) => Buffer.concat([content, Buffer.alloc(1)]), /more than the \d+ bytes/],
  ])('twice, %s: refused, and nothing is left', async (_, change, message) => {
    const { hub } = around
    hub.misbehave = ask => isBytes(ask) && wrong(ask, change(ask.content))
    expect(await failure(load())).toMatchObject({ code: 'DOWNLOAD_FAILED', message: expect.stringMatching(message) })
    expect(hub.count(/^GET storage/)).toBe(2)
    expect(finished()).toEqual([])
    expect(filesBelow(blobs()).filter(file => file.length === 64 || file.includes('incomplete'))).toEqual([])
  })

  test('fewer than promised: asked for the rest, then refused', async () => {
    around.hub.misbehave = ask => isBytes(ask) && !ask.headers.range && wrong(ask, ask.content.subarray(0, 5000))
    await load()
    around.hub.reset()
    around.hub.repositories.get('org/tiny')!.commit = 'c'.repeat(40)
    around.hub.repositories.get('org/tiny')!.files.set(WEIGHTS, Buffer.concat([weights(), Buffer.alloc(8)]))
    around.hub.misbehave = ask => isBytes(ask) && wrong(ask, ask.content.subarray(0, 5000))
    expect(await failure(load())).toMatchObject({ code: 'DOWNLOAD_FAILED' })
  })

  test('a promise that is too large: given up, although every attempt from the beginning brings bytes', async () => {
    const { hub } = around
    hub.misbehave = ask => {
      if (ask.storage || ask.file !== WEIGHTS) return
      const headers = { 'x-linked-etag': `"${ask.etag}"`, 'x-linked-size': String(ask.content.length + 8) }
      return send(ask.response, 302, { ...headers, location: `${hub.storageUrl}/org/tiny/${WEIGHTS}` })
    }
    expect(await failure(load(AbortSignal.timeout(5000)))).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(/after 5 attempts: the connection ended after \d+ of \d+ bytes/),
    })
  })

  test('a size that counts coded bytes is not believed', async () => {
    around.hub.misbehave = ask => {
      if (ask.file !== 'config.json') return
      const coded = gzipSync(ask.content)
      const headers = { 'x-repo-commit': 'a'.repeat(40), etag: `W/"${ask.etag}"`, 'content-encoding': 'gzip' }
      ask.response.writeHead(200, { ...headers, 'content-length': coded.length })
      ask.response.end(ask.method === 'HEAD' ? undefined : coded)
      return true
    }
    await load()
  })

  test('a part that is coded is thrown away', async () => {
    const { hub } = around
    hub.misbehave = ask => {
      if (!isBytes(ask) || ask.nth > 2) return
      if (ask.nth === 1) return sendSome(ask, 1000, true)
      ask.response.setHeader('content-encoding', 'gzip')
      return sendFile(ask.response.req, ask.response, ask.content, ask.etag)
    }
    await load()
    expect(hub.asked.at(-1)).toBe(`GET storage ${WEIGHTS}`)
  })

  describe('a file that is not weights has an end', () => {
    const index = 'model.safetensors.index.json'
    const endless = (headers: Record<string, string>, most: number): { sent: number } => {
      const { files } = around.hub.repositories.get('org/tiny')!
      files.delete(WEIGHTS)
      files.set(index, Buffer.from('{}'))
      const count = { sent: 0 }
      const part = Buffer.alloc(1 << 20, 32)
      around.hub.misbehave = ({ file, method, response }) => {
        if (file !== index) return
        response.writeHead(200, { 'x-repo-commit': 'a'.repeat(40), etag: '"x"', ...headers })
        const more = (): void => {
          while (count.sent < most && !response.destroyed) {
            count.sent += part.length
            if (!response.write(part)) return void response.once('drain', more)
          }
          response.end()
        }
        if (method === 'HEAD') response.end()
        else more()
        return true
      }
      return count
    }

    test('that is promised: it is not fetched', async () => {
      const count = endless({ 'content-length': '1000000000' }, 0)
      expect(await failure(load())).toMatchObject({
        code: 'DOWNLOAD_FAILED',
        message: expect.stringMatching(/index\.json has 1000000000 bytes; such a file may have at most 33554432/),
      })
      expect(count.sent).toBe(0)
      expect(around.hub.count(`GET ${index}`)).toBe(0)
    })

    test('and one that is not promised: it is left there', async () => {
      const count = endless({}, 300 << 20)
      expect(await failure(load())).toMatchObject({
        code: 'DOWNLOAD_FAILED',
        message: expect.stringContaining('more than the 33554432 bytes that such a file may have'),
      })
      expect(count.sent).toBeLessThan(150 << 20)
      expect(filesBelow(blobs()).filter(file => file.includes('incomplete'))).toEqual([])
    })
  })

  test('small files are checked too, by the hash of git', async () => {
    around.hub.misbehave = ask =>
      ask.file === 'config.json' && ask.method === 'GET' && wrong(ask, Buffer.alloc(ask.content.length, 32))
    expect(await failure(load())).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(/config\.json gave wrong bytes twice: the checksum is [0-9a-f]{40} instead of/),
    })
  })

  test('another part than the one that was asked for', async () => {
    around.hub.misbehave = ask => {
      if (!isBytes(ask)) return
      if (ask.nth === 1) return sendSome(ask, 1000, true)
      if (ask.nth > 2) return
      const range = `bytes 0-${ask.content.length - 1}/${ask.content.length}`
      ask.response.writeHead(206, { 'content-range': range }).end(ask.content)
      return true
    }
    await load()
    expect(around.hub.asked.at(-1)).toBe(`GET storage ${WEIGHTS}`)
  })

  test('always another part', async () => {
    around.hub.misbehave = ask => {
      if (!isBytes(ask)) return
      const size = ask.content.length
      ask.response.writeHead(206, { 'content-range': `bytes 5-${size - 1}/${size}` }).end(ask.content.subarray(5))
      return true
    }
    expect(await failure(load())).toMatchObject({ message: expect.stringContaining('another part') })
  })

  test('a file that changes between two parts is asked for anew', async () => {
    const { hub } = around
    const { files } = hub.repositories.get('org/tiny')!
    const before = files.get('config.json')!
    hub.misbehave = ask => {
      if (ask.file !== 'config.json' || ask.method !== 'GET' || ask.nth !== 1) return
      files.set('config.json', Buffer.concat([before, Buffer.from('\n')]))
      return sendSome(ask, 100, true, { etag: `"${ask.etag}"` })
    }
    await load()
    const path = join(around.folder, 'models--org--tiny/snapshots', 'a'.repeat(40), 'config.json')
    expect(readFileSync(path)).toEqual(files.get('config.json'))
    expect(filesBelow(blobs()).filter(file => file.includes('incomplete'))).toEqual([])
  })

  test('a file that is another one each time is refused', async () => {
    const { files } = around.hub.repositories.get('org/tiny')!
    let n = 0
    around.hub.misbehave = ask => {
      if (ask.file === 'config.json') files.set('config.json', Buffer.from(`{"n":${n++}}`))
      return undefined
    }
    expect(await failure(load())).toMatchObject({ code: 'DOWNLOAD_FAILED' })
  })

  test.each(['../../../evil', 'a/b', '..', '', 'x'.repeat(200)])('the etag %j, which is no file name', async etag => {
    around.hub.misbehave = ask => {
      if (ask.file !== 'config.json' || ask.nth === 1) return
      return send(ask.response, 200, { 'x-repo-commit': 'a'.repeat(40), ...(etag && { etag: `"${etag}"` }) })
    }
    expect(await failure(load())).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('usable ETag'),
    })
    expect(existsSync(join(around.folder, 'evil'))).toBe(false)
  })

  test.each(['../../../evil', 'main', 'A'.repeat(40)])('the commit %j, which is none', async commit => {
    around.hub.misbehave = ask => send(ask.response, 200, { 'x-repo-commit': commit, etag: '"x"' })
    expect(await failure(load())).toMatchObject({ code: 'DOWNLOAD_FAILED', message: expect.stringContaining('commit') })
    expect(filesBelow(around.folder)).toEqual([])
  })
})

describe('redirects', () => {
  test.each([
    ['a file', 'file:///etc/passwd', 'only https and http'],
    ['data', 'data:text/plain,hello', 'only https and http'],
    ['nowhere', 'http://[', 'there is nothing to ask'],
    ['an address with a password', 'http://user:secret@127.0.0.1/', 'a password is not passed on'],
  ])('to %s: not followed', async (_, location, message) => {
    around.hub.misbehave = ask => ask.file === 'config.json' && send(ask.response, 302, { location })
    expect(await failure(load())).toMatchObject({ code: 'DOWNLOAD_FAILED', message: expect.stringContaining(message) })
    expect(around.hub.count(/config/)).toBe(1)
  })

  test.each(['ftp://user:secret@x.example/y?signature=secret', 'http://user:secret@[::1/y?signature=secret'])(
    'to %s: what is secret in it is not said',
    async location => {
      around.hub.misbehave = ask => ask.file === 'config.json' && send(ask.response, 302, { location })
      const error = await failure(load())
      expect(error.message).toContain('redirects to')
      expect(error.message).not.toContain('secret')
    },
  )

  /** Requests to these hosts arrive at the server of the test. */
  function pretend(): void {
    env.fetch = (input, init) => {
      const url = new URL(String(input))
      return globalThis.fetch(url.host.endsWith('.example') ? `${around.hub.url}${url.pathname}` : url, init)
    }
  }

  test.each([
    'localhost',
    '127.0.0.1',
    '127.9.9.9',
    '2130706433',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    '[::ffff:169.254.169.254]',
    '[::127.0.0.1]',
    '[fe80::1]',
    'x.localhost',
    'localhost.',
  ])('from outside to this machine as %s: not followed', async host => {
    pretend()
    process.env['HF_ENDPOINT'] = 'http://hub.example'
    around.hub.misbehave = ask => send(ask.response, 307, { location: `http://${host}:1/config.json` })
    expect(await failure(load())).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('must not send us to this machine'),
    })
  })

  test.each(['feature.example', 'fe80.example', '127.example', '[::ffff:8.8.8.8]', '[2001:db8::1]'])(
    'from outside to %s, which is no address of this machine: followed',
    async host => {
      process.env['HF_ENDPOINT'] = 'http://hub.example'
      const asked: string[] = []
      env.fetch = async (input, init) => {
        const url = new URL(String(input))
        asked.push(url.hostname)
        return url.hostname === 'hub.example'
          ? new Response(null, { status: 307, headers: { location: `http://${host}${url.pathname}` } })
          : globalThis.fetch(`${around.hub.url}/org/none/resolve/main/x`, init)
      }
      expect(await failure(load())).toMatchObject({ code: 'UNAUTHORIZED' })
      expect(asked).toEqual(['hub.example', new URL(`http://${host}`).hostname])
    },
  )

  test('from https to http: not followed', async () => {
    pretend()
    process.env['HF_ENDPOINT'] = 'https://hub.example'
    around.hub.misbehave = ask => send(ask.response, 307, { location: 'http://hub.example/config.json' })
    expect(await failure(load())).toMatchObject({ message: expect.stringContaining('give up encryption') })
  })

  test('a chain is followed', async () => {
    around.hub.misbehave = ask =>
      ask.file === 'config.json' && ask.nth < 4 && send(ask.response, 307, { location: ask.response.req.url! })
    await load()
    expect(around.hub.count('HEAD config.json')).toBeGreaterThan(3)
  })

  test('a loop is not', async () => {
    around.hub.misbehave = ask => send(ask.response, 302, { location: ask.response.req.url! })
    expect(await failure(load())).toMatchObject({ code: 'DOWNLOAD_FAILED' })
    expect(around.hub.asked).toHaveLength(11)
  })

  test('the token is sent to the hub and to nobody else, also not on the way back', async () => {
    const { hub } = around
    process.env['HF_TOKEN'] = 'hf_secret'
    const seen = new Map<string, string | undefined>()
    hub.misbehave = ask => {
      seen.set(`${ask.storage ? 'storage' : 'hub'} ${ask.nth}`, ask.headers.authorization)
      if (!isBytes(ask) || ask.nth > 1) return
      return send(ask.response, 302, { location: `${hub.url}/org/tiny/resolve/main/back.json` })
    }
    await failure(load())
    expect(new Set([...seen].filter(([place]) => place.startsWith('storage')).map(([, token]) => token))).toEqual(
      new Set([undefined]),
    )
    expect(hub.headers[0]!.authorization).toBe('Bearer hf_secret')
    const back = hub.asked.indexOf('GET back.json')
    expect(back).toBeGreaterThan(0)
    expect(hub.headers[back]!.authorization).toBeUndefined()
  })
})

describe('a hub that says no', () => {
  test.each([
    [401, 'No token was sent'],
    [403, 'No token was sent'],
  ])('%d: UNAUTHORIZED at once, with the folders that were tried', async (status, message) => {
    around.hub.misbehave = ask => send(ask.response, status, { 'x-error-message': 'Access is restricted' })
    const error = await failure(load())
    expect(error.code).toBe('UNAUTHORIZED')
    expect(error.hint).toContain('HF_TOKEN')
    for (const part of ['Access is restricted', message, join(process.cwd(), 'org/tiny')])
      expect(error.message).toContain(part)
    expect(around.hub.asked).toHaveLength(1)
  })

  test('what it says is cut, and cannot steer a terminal', async () => {
    around.hub.misbehave = ask => send(ask.response, 403, { 'x-error-message': `no\u009b31m${'x'.repeat(300)}` })
    const { message } = await failure(load())
    expect(message).toContain(`(no 31m${'x'.repeat(194)})`)
  })

  test('a token never stands in an error', async () => {
    process.env['HF_TOKEN'] = 'hf_secret'
    around.hub.misbehave = ask => send(ask.response, 403, {})
    expect(JSON.stringify(await failure(load()), Object.getOwnPropertyNames(Error.prototype))).not.toContain('secret')
    process.env['HF_TOKEN'] = 'hf_sec\u2026ret'
    const error = await failure(load())
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.not.stringContaining('sec') })
  })

  test('404: MODEL_NOT_FOUND with every place that was tried', async () => {
    const loading = AlbertForSequenceClassification.from_pretrained('org/tiny', { revision: 'v9' })
    const error = await failure(loading)
    expect(error.code).toBe('MODEL_NOT_FOUND')
    const url = `${around.hub.url}/org/tiny/resolve/v9/config.json (RevisionNotFound)`
    for (const place of [join(process.cwd(), 'org/tiny'), join(process.cwd(), 'models/org/tiny'), url])
      expect(error.message).toContain(place)
  })

  test.each([429, 500, 502, 503, 504])('%d: asked again after a while', async status => {
    around.hub.misbehave = ask =>
      ask.nth < 3 && send(ask.response, status, status === 429 ? { 'retry-after': '0' } : {})
    await load()
    expect(around.hub.count('HEAD config.json')).toBeGreaterThanOrEqual(3)
  })

  test('waits as long as it is told, in seconds or until a date', async () => {
    const times: number[] = []
    around.hub.misbehave = ask => {
      if (ask.file !== 'config.json' || ask.method !== 'HEAD') return
      times.push(performance.now())
      const until = ask.nth === 1 ? '1' : new Date(Date.now() + 1900).toUTCString()
      return ask.nth < 3 && send(ask.response, 429, { 'retry-after': until })
    }
    await load()
    expect(times[1]! - times[0]!).toBeGreaterThan(950)
    expect(times[2]! - times[1]!).toBeGreaterThan(850)
  })

  test('does not wait for an hour, and ends after five attempts', async () => {
    around.hub.misbehave = ask => send(ask.response, 429, { 'retry-after': '3600' })
    expect(await failure(load())).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(/429.*asks to wait 3600 s/),
    })
    expect(around.hub.asked).toHaveLength(1)
    around.hub.reset()
    around.hub.misbehave = ask => send(ask.response, 503, {})
    expect(await failure(load())).toMatchObject({
      message: expect.stringContaining('after 5 attempts: it answers 503'),
    })
    expect(around.hub.asked).toHaveLength(5)
  })

  test('no hub at all', async () => {
    process.env['HF_ENDPOINT'] = 'http://127.0.0.1:1'
    expect(await failure(load())).toMatchObject({ code: 'DOWNLOAD_FAILED', message: expect.stringContaining('failed') })
  })

  test.each(['ftp://127.0.0.1', 'hub.example', 'https://user:secret@hub.example/', 'https://hub.example/?key=secret'])(
    'HF_ENDPOINT=%s is refused, and no secret said',
    async endpoint => {
      process.env['HF_ENDPOINT'] = endpoint
      const error = await failure(load())
      expect(error).toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringMatching(/The host of the hub is .+; it/),
      })
      expect(error.message).not.toContain('secret')
    },
  )
})

describe('a signal', () => {
  test('stops a slow download with its reason; what came is kept', async () => {
    around.hub.misbehave = ask => isBytes(ask) && ask.nth === 1 && sendSome(ask, 2000, false)
    const controller = new AbortController()
    const loading = failure(load(controller.signal))
    await expect.poll(() => around.hub.count(/^GET storage/)).toBe(1)
    await new Promise(resolve => setTimeout(resolve, 50))
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await loading).toBe(reason)
    expect(readFileSync(join(blobs(), partial()))).toHaveLength(2000)
    expect(filesBelow(around.folder).filter(file => file.endsWith('.lock'))).toEqual([])
  })

  test.each([null, undefined, 'enough'])('whatever its reason is: %s', async reason => {
    const stop = async (misbehave: (ask: Ask) => boolean | undefined, question: RegExp): Promise<unknown> => {
      around.hub.reset()
      around.hub.misbehave = misbehave
      const controller = new AbortController()
      const loading = failure(load(controller.signal))
      await expect.poll(() => around.hub.count(question)).toBe(1)
      await new Promise(resolve => setTimeout(resolve, 20))
      controller.abort(reason)
      return loading
    }
    const busy = await stop(ask => send(ask.response, 503, { 'retry-after': '30' }), /HEAD/)
    const silent = await stop(ask => isBytes(ask) && sendSome(ask, 2000, false), /^GET storage/)
    if (reason !== undefined) expect([busy, silent]).toEqual([reason, reason])
    else for (const error of [busy, silent]) expect(error).toMatchObject({ name: 'AbortError' })
  })

  test('that is given at any event ends the load, and leaves no lock', async () => {
    const enough = new Error('enough')
    for (let last = 1, events = last; events >= last; last++) {
      events = 0
      const controller = new AbortController()
      const progress_callback = (): void => {
        if (++events === last) controller.abort(enough)
      }
      const options = { threads: 1, signal: controller.signal, progress_callback }
      const loading = AlbertForSequenceClassification.from_pretrained('org/tiny', options)
      const ended = await loading.then(
        model => model.dispose(),
        error => error,
      )
      // In the last round there is no such event.
      expect(ended).toBe(events < last ? undefined : enough)
      expect(filesBelow(around.folder).filter(file => file.endsWith('.lock'))).toEqual([])
      rmSync(join(around.folder, 'models--org--tiny'), { recursive: true })
    }
  })

  describe('and a fetch that does not notice it', () => {
    const never = new Promise<never>(() => {})

    test('while it asks: it ends all the same, and so does silence', async () => {
      env.fetch = () => never
      expect(await failure(load(AbortSignal.timeout(50)))).toMatchObject({ name: 'TimeoutError' })
      patience.silenceMs = 20
      expect(await failure(load())).toMatchObject({ message: expect.stringContaining('nothing was heard') })
    })

    // As that of Node 20 where all bytes have come and some are not read.
    test('while it reads: it ends all the same', async () => {
      env.fetch = async (input, init) => {
        if (!String(input).startsWith(around.hub.storageUrl)) return globalThis.fetch(input, init)
        const body = new ReadableStream({
          pull: controller => {
            if (controller.desiredSize === 1) controller.enqueue(weights().subarray(0, 1000))
            return never
          },
          cancel: () => never,
        })
        return new Response(body)
      }
      expect(await failure(load(AbortSignal.timeout(200)))).toMatchObject({ name: 'TimeoutError' })
      expect(readFileSync(join(blobs(), partial()))).toHaveLength(1000)
      expect(filesBelow(around.folder).filter(file => file.endsWith('.lock'))).toEqual([])
    })
  })

  test('stops waiting for a hub that is busy', async () => {
    around.hub.misbehave = ask => send(ask.response, 503, { 'retry-after': '30' })
    const begin = performance.now()
    expect(await failure(load(AbortSignal.timeout(100)))).toMatchObject({ name: 'TimeoutError' })
    expect(performance.now() - begin).toBeLessThan(5000)
  })
})
