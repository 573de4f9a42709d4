// The addon whose allocations are counted and can be made to fail (faults.cc), built when a test first needs it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { root } from './child.js'

export const faultsAddon = join(root, 'build/Faults/albert.node')

/** Why it cannot be built here, if it cannot. */
export function reasonToSkip(): string | undefined {
  if (process.platform !== 'linux') return 'the linker of Linux puts the failures in'
  if (spawnSync('cmake', ['--version']).status !== 0) return 'CMake is missing'
  return undefined
}

export function buildFaults(): void {
  if (reasonToSkip() !== undefined) return
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'native/build.mjs'), '--faults'], {
    encoding: 'utf8',
  })
  expect(status, stdout + stderr).toBe(0)
}
