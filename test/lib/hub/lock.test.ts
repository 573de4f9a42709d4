// Locks of others: waited for while they live, taken away when their owner is gone.
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { lockTimes, withLock } from '../../../lib/hub/lock.js'
import { AutoTokenizer } from '../../../lib/tokenizer/index.js'
import { etagOf } from './server.js'
import { filesBelow, useHub } from './surroundings.js'

const around = useHub()
const times = { ...lockTimes }
afterEach(() => void Object.assign(lockTimes, times))
const path = (): string => join(around.folder, 'locks/x.lock')

test('one after another, and nothing is left', async () => {
  let inside = 0
  const works = Array.from({ length: 8 }, () =>
    withLock(path(), undefined, async () => {
      expect(++inside).toBe(1)
      await new Promise(resolve => setTimeout(resolve, 5))
      inside--
    }),
  )
  lockTimes.pollMs = 2
  await Promise.all(works)
  expect(filesBelow(around.folder)).toEqual([])
})

test('is given back when the work fails', async () => {
  await expect(withLock(path(), undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await withLock(path(), undefined, async () => readFileSync(path(), 'utf8'))).toContain(String(process.pid))
})

test('of another machine: waited for while it is touched, taken away when it is not', async () => {
  Object.assign(lockTimes, { pollMs: 10, abandonedMs: 200 })
  await withLock(path(), undefined, async () => {})
  writeFileSync(path(), `${process.pid} elsewhere-${hostname()} name`)
  let second = 0
  const touching = setInterval(() => utimesSync(path(), ++second, second), 50)
  const waiting = withLock(path(), AbortSignal.timeout(600), async () => 'had it')
  await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' })
  clearInterval(touching)
  expect(await withLock(path(), undefined, async () => 'had it')).toBe('had it')
  expect(filesBelow(around.folder)).toEqual([])
})

test('a lock that was lost is not taken from its new owner', async () => {
  await withLock(path(), undefined, async () => writeFileSync(path(), 'another'))
  expect(readFileSync(path(), 'utf8')).toBe('another')
})

test('who was stopped for so long that another took the lock does not touch the file of the other', async () => {
  const { hub, folder } = around
  // Nobody touches: as in a process that was stopped and goes on later.
  Object.assign(lockTimes, { pollMs: 10, touchMs: 1e9, abandonedMs: 300 })
  const file = 'tokenizer.json'
  const content = hub.repositories.get('org/tiny')!.files.get(file)!
  let goOn: () => void = () => {}
  hub.misbehave = ({ method, response, nth, file: asked }) => {
    if (method !== 'GET' || asked !== file || nth > 1) return
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1000))
    goOn = () => response.end(Buffer.alloc(content.length - 1000, 120))
    return true
  }
  const first = AutoTokenizer.from_pretrained('org/tiny')
  await expect.poll(() => hub.count(`GET ${file}`)).toBe(1)
  await AutoTokenizer.from_pretrained('org/tiny')
  const blob = join(folder, 'models--org--tiny/blobs', etagOf(file, content))
  expect(readFileSync(blob)).toEqual(content)
  goOn()
  await first
  expect(readFileSync(blob)).toEqual(content)
  expect(hub.asked.filter(each => each.startsWith(`GET ${file}`))).toEqual([`GET ${file}`, `GET ${file} bytes=1000-`])
  expect(filesBelow(folder).filter(name => /incomplete|lock$|broom$/.test(name))).toEqual([])
})

describe('a lock that cannot be read', () => {
  test('is taken away when nobody touches it', async () => {
    Object.assign(lockTimes, { pollMs: 10, abandonedMs: 100 })
    await withLock(path(), undefined, async () => {})
    symlinkSync('/nowhere', path())
    expect(await withLock(path(), AbortSignal.timeout(3000), async () => 'had it')).toBe('had it')
  })

  test('and cannot be taken away: CANNOT_WRITE', async () => {
    Object.assign(lockTimes, { pollMs: 10, abandonedMs: 100 })
    mkdirSync(path(), { recursive: true })
    const waiting = withLock(path(), AbortSignal.timeout(3000), async () => 'had it')
    await expect(waiting).rejects.toMatchObject({ code: 'CANNOT_WRITE', message: expect.stringContaining('x.lock') })
    expect(filesBelow(around.folder)).toEqual([])
  })
})
