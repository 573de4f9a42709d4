// Locks of others: waited for while they live, taken away when their owner is gone.
import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { lockTimes, withLock } from '../../../lib/hub/lock.js'
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
