// Keeps two processes from fetching the same file twice. A lock is a file that only one can create; its owner touches it
// every second, so that a lock left by a process that was killed is seen and taken away. An owner that was only stopped
// notices before it touches a file of its successor. Python's locks are of another kind and are not seen here.
import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { open, readFile, rm, stat, unlink, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cannotWrite, makeFolders, orCannotWrite } from '../checkpoint/new-file.js'

export const lockTimes = {
  pollMs: 100,
  touchMs: 1_000,
  /** A lock that nobody has touched for so long, by our own clock, has no owner. */
  abandonedMs: 15_000,
}

/** Another may hold the lock by now: this process could not touch it for too long. */
class LockLost extends Error {}

/**
 * Runs `work` while this process holds the lock. Before it changes what the lock protects it calls `hold`, which throws if
 * the lock may be lost; then `work` begins again, once the lock is there again.
 */
export async function withLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: (hold: () => void) => Promise<T>,
): Promise<T> {
  await orCannotWrite(path, makeFolders(dirname(path)))
  for (;;) {
    const name = await acquire(path, signal)
    let touched = performance.now()
    const touch = async (): Promise<void> => {
      const now = performance.now()
      if ((await read(path)) !== name) return
      await utimes(path, new Date(), new Date())
      touched = now
    }
    const touching = setInterval(() => void touch().catch(() => {}), lockTimes.touchMs).unref()
    try {
      return await work(() => {
        if (performance.now() - touched > lockTimes.abandonedMs / 2) throw new LockLost()
      })
    } catch (error) {
      if (!(error instanceof LockLost)) throw error
    } finally {
      clearInterval(touching)
      if ((await read(path)) === name) await unlink(path).catch(() => {})
    }
  }
}

/** Answers the name that stands in the lock. */
async function acquire(path: string, signal: AbortSignal | undefined): Promise<string> {
  let seen: { owner: string | undefined; touched: number; since: number } | undefined
  for (;;) {
    signal?.throwIfAborted()
    const name = `${process.pid} ${machine()} ${randomUUID()}`
    if (await create(path, name)) return name
    const owner = await read(path)
    const touched = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
    const now = performance.now()
    if (seen?.owner !== owner || seen?.touched !== touched) seen = { owner, touched, since: now }
    if (hasDied(owner) || now - seen.since > lockTimes.abandonedMs) await takeAway(path, owner)
    else await delay(lockTimes.pollMs)
  }
}

async function create(path: string, name: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx')
    try {
      await handle.writeFile(name)
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cannotWrite(path, error)
  }
}

/** Only one may take a lock away, else the second would take the new lock of the first. */
async function takeAway(path: string, owner: string | undefined): Promise<void> {
  const broom = `${path}.broom`
  if (!(await create(broom, ''))) {
    const made = (await stat(broom).catch(() => undefined))?.mtimeMs
    if (made !== undefined && Math.abs(Date.now() - made) > lockTimes.abandonedMs) await unlink(broom).catch(() => {})
    return delay(lockTimes.pollMs)
  }
  try {
    if ((await read(path)) === owner) await orCannotWrite(path, rm(path, { force: true }))
  } finally {
    await unlink(broom).catch(() => {})
  }
}

/** Undefined: it is gone, or is not for us to read. */
async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

/** Certain only of a process on this machine, in the same space of process numbers. */
function hasDied(owner = ''): boolean {
  const [pid = '', place] = owner.split(' ')
  if (place !== machine() || !/^\d+$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function machine(): string {
  let space = ''
  try {
    space = readlinkSync('/proc/self/ns/pid')
  } catch {
    // Only Linux has it.
  }
  return `${hostname()}${space}`.replaceAll(' ', '_')
}
