// The judge of release binaries must refuse what would fail on other machines, and must find the binaries in prebuilds/
// right. Builds nothing: a file that is wrong on purpose is the local build of this machine, or is made from bytes here.
// Needs the parser that `node native/release/check.mjs` installs; without it the cases are skipped and say so.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { faultsOf, prebuilt } from '../../native/release/check.mjs'
import { TARGETS, targetsNamed } from '../../native/release/targets.mjs'
import { isInstalled } from '../../native/release/tools.mjs'

const root = join(import.meta.dirname, '../..')
const local = join(root, 'build/Release/albert.node')
const folder = mkdtempSync(join(tmpdir(), 'albert-binaries-'))
afterAll(() => rmSync(folder, { recursive: true }))

const parser = isInstalled('parser')
const binaries = prebuilt()
/** The format of the local build is known, and it is never fit for others: compilers of systems bind to their system. */
const isLinux = process.platform === 'linux' && process.arch === 'x64'

function faults(target: string, path: string): string[] {
  return faultsOf([{ path, target: targetsNamed([target])[0]! }])[0]!
}

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

if (parser) {
  describe('what the check of release binaries refuses', () => {
    it('a text as the binary of any target', () => {
      const path = file('text.node', 'albert\n'.repeat(100))
      expect(faultsOf(TARGETS.map(target => ({ path, target })))).toEqual(
        TARGETS.map(({ name, format }) => [`it is neither ELF nor Mach-O nor PE; a binary for ${name} is ${format}`]),
      )
    })

    it.runIf(isLinux && existsSync(local))('the local build, which is bound to the system that built it', () => {
      const found = faults('linux-x64-glibc', local).join('\n')
      expect(found).toMatch(/needs .*libstdc\+\+\.so\.6.*, which not every system has/)
      expect(found).toMatch(/needs the C\+\+ runtime of the system/)
      expect(found).toMatch(/asks for GLIBC_2\.\d+, and the oldest system that we promise has glibc 2\.28/)
      expect(found).toMatch(/shows \d+ symbols that may meet others/)
      expect(found).toMatch(/tables of addresses stay writable/)
    })

    it.runIf(isLinux && existsSync(local))('a binary for another processor or system', () => {
      expect(faults('linux-arm64-glibc', local)).toEqual([
        'it is ELF for x64; a binary for linux-arm64-glibc is ELF for arm64',
      ])
      expect(faults('win32-x64', local)).toEqual(['it is ELF for x64; a binary for win32-x64 is PE for x64'])
    })

    it.runIf(isLinux && existsSync(local))(
      'a binary that was cut short while it was copied, wherever it was cut',
      () => {
        const bytes = readFileSync(local)
        for (const length of [300, 5000, bytes.length >> 1, Math.floor(bytes.length * 0.8)]) {
          const found = faults('linux-x64-glibc', file(`cut-${length}.node`, bytes.subarray(0, length)))
          expect(found, `${length} bytes`).toEqual(['it is cut short: its headers promise more bytes than it has'])
        }
      },
    )

    it.runIf(isLinux && existsSync(local))(
      'a path of the machine that built it, and more bytes than the budget',
      () => {
        const bytes = Buffer.concat([readFileSync(local), Buffer.from('/home/someone/albert/native/model.cc\0')])
        const found = faults('linux-x64-glibc', file('path.node', Buffer.concat([bytes, Buffer.alloc(3e6)]))).join('\n')
        expect(found).toMatch(/it holds paths of the machine that built it: .*\/home\/someone\//)
        expect(found).toMatch(/it has \d+ bytes; the budget is 3000000/)
      },
    )
  })

  describe('the binaries in prebuilds/', () => {
    it('are right', context => {
      if (binaries.length === 0) context.skip('there are none; `npm run release:dry` builds them')
      const found = faultsOf(binaries)
      expect(Object.fromEntries(binaries.map(({ target }, index) => [target.name, found[index]]))).toEqual(
        Object.fromEntries(binaries.map(({ target }) => [target.name, []])),
      )
    })
  })
} else {
  it('the check of release binaries', context => {
    context.skip('its parser is missing; `node native/release/check.mjs` installs it')
  })
}
