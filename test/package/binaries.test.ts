// The judge of release binaries must refuse what would fail on other machines, and must find the binaries in prebuilds/
// right. Builds nothing: a file that is wrong on purpose is the local build of this machine, or is made from bytes here.
// What reads files needs the parser that `node native/release/check.mjs` installs, and is skipped without it; the rules do not.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { faults, faultsOf, prebuilt } from '../../native/release/check.mjs'
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

function faultsIn(target: string, path: string): string[] {
  return faultsOf([{ path, target: targetsNamed([target])[0]! }])[0]!
}

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const common = {
  ...{ exports: ['napi_register_module_v1', 'node_api_module_get_api_version_v1'], imports: ['napi_create_object'] },
  ...{ executable_stack: false, search_path: false, cut_short: false },
}
/** What the parser says of files that are right. */
const right: Record<string, Record<string, unknown>> = {
  'linux-x64-glibc': {
    ...{ format: 'ELF', arch: 'x64', ...common, libraries: ['libc.so.6', 'ld-linux-x86-64.so.2'] },
    ...{ versions: ['GLIBC_2.9', 'GLIBC_2.28'], relro: true, bind_now: true, text_relocations: false, stripped: true },
  },
  'darwin-arm64': {
    ...{ format: 'Mach-O', arch: 'arm64', ...common, libraries: ['/usr/lib/libSystem.B.dylib'] },
    ...{ exports: [...common.exports, '_ZdlPv'], minimum_system: '11.0', signed: true },
  },
  'win32-x64': {
    ...{ format: 'PE', arch: 'x64', ...common, libraries: ['KERNEL32.dll', 'api-ms-win-crt-heap-l1-1-0.dll'] },
    ...{ no_execute: true, moves: true, debug: false },
  },
}
const wrong: [target: string, changes: object, fault: RegExp][] = [
  ['linux-x64-glibc', { error: 'is neither ELF nor Mach-O nor PE' }, /^it is neither .* linux-x64-glibc is ELF$/],
  ['linux-x64-glibc', { arch: 'arm64' }, /^it is ELF for arm64; .* ELF for x64$/],
  ['win32-x64', { cut_short: true }, /cut short/],
  ['linux-x64-glibc', { libraries: ['libc.so.6', 'libstdc++.so.6'] }, /^it needs libstdc\+\+\.so\.6, which/],
  ['darwin-arm64', { libraries: ['/usr/lib/libc++.1.dylib'] }, /^it needs .*libc\+\+/],
  ['win32-x64', { libraries: ['node.exe'] }, /^it needs node\.exe, which/],
  ['win32-x64', { exports: ['napi_register_module_v1'] }, /does not show node_api_module_get_api_version_v1/],
  ['linux-x64-glibc', { exports: [...common.exports, '_ZdlPv'] }, /shows 1 symbols .* _ZdlPv$/],
  ['darwin-arm64', { imports: ['__ZNSt3fooEv'] }, /asks the process for 1 C\+\+ symbols/],
  ['win32-x64', { imports: ['node_api_symbol_for'] }, /calls node_api_symbol_for, which Node-API 8 lacks/],
  ['linux-x64-glibc', { executable_stack: true }, /stack is executable/],
  ['darwin-arm64', { search_path: true }, /search path/],
  ['linux-x64-glibc', { versions: ['GLIBCXX_3.4'] }, /C\+\+ runtime of the system \(GLIBCXX_3\.4\)/],
  ['linux-x64-glibc', { versions: ['GLIBC_2.29', 'GLIBC_2.9'] }, /asks for GLIBC_2\.29, .* glibc 2\.28$/],
  ['linux-x64-glibc', { imports: ['dlvsym_of_another_system'] }, /neither of glibc nor of Node/],
  ['linux-x64-glibc', { bind_now: false }, /stay writable/],
  ['linux-x64-glibc', { relro: false }, /stay writable/],
  ['linux-x64-glibc', { text_relocations: true }, /TEXTREL/],
  ['linux-x64-glibc', { stripped: false }, /symbol table/],
  ['darwin-arm64', { minimum_system: '12.0' }, /asks for macOS 12\.0; darwin-arm64 promises 11\.0$/],
  ['darwin-arm64', { signed: false }, /no signature/],
  ['win32-x64', { moves: false }, /NX, ASLR/],
  ['win32-x64', { no_execute: false }, /NX, ASLR/],
  ['win32-x64', { debug: true }, /debug information/],
]

describe('the rules', () => {
  const judged = (target: string, changes: object, text = 'albert') => [
    ...faults(targetsNamed([target])[0]!, { ...right[target], ...changes }, Buffer.from(text)),
  ]

  it.each(Object.keys(right))('let a binary for %s pass that is right', target => {
    expect(judged(target, {})).toEqual([])
  })

  it.each(wrong)('refuse for %s: %j', (target, changes, fault) => {
    expect(judged(target, changes)).toEqual([expect.stringMatching(fault)])
  })

  it('refuse a binary that is too large, or names folders of the machine that built it', () => {
    expect(judged('win32-x64', {}, 'x'.repeat(3e6 + 1))).toEqual([expect.stringMatching(/the budget is 3000000$/)])
    for (const path of [`${root}/native/model.cc`, '/Users/someone/a.cc', 'C:\\Users\\someone\\a.cc'])
      expect(judged('win32-x64', {}, path)).toEqual([expect.stringMatching(/paths of the machine/)])
  })
})

if (parser) {
  describe('what the check of release binaries refuses', () => {
    it('a text as the binary of any target', () => {
      const path = file('text.node', 'albert\n'.repeat(100))
      expect(faultsOf(TARGETS.map(target => ({ path, target })))).toEqual(
        TARGETS.map(({ name, format }) => [`it is neither ELF nor Mach-O nor PE; a binary for ${name} is ${format}`]),
      )
    })

    it.runIf(isLinux && existsSync(local))('the local build, which is bound to the system that built it', () => {
      const found = faultsIn('linux-x64-glibc', local).join('\n')
      expect(found).toMatch(/needs .*libstdc\+\+\.so\.6.*, which not every system has/)
      expect(found).toMatch(/needs the C\+\+ runtime of the system/)
      expect(found).toMatch(/asks for GLIBC_2\.\d+, and the oldest system that we promise has glibc 2\.28/)
      expect(found).toMatch(/shows \d+ symbols that may meet others/)
      expect(found).toMatch(/tables of addresses stay writable/)
    })

    it.runIf(isLinux && existsSync(local))('a binary for another processor or system', () => {
      expect(faultsIn('linux-arm64-glibc', local)).toEqual([
        'it is ELF for x64; a binary for linux-arm64-glibc is ELF for arm64',
      ])
      expect(faultsIn('win32-x64', local)).toEqual(['it is ELF for x64; a binary for win32-x64 is PE for x64'])
    })

    it.runIf(isLinux && existsSync(local))(
      'a binary that was cut short while it was copied, wherever it was cut',
      () => {
        const bytes = readFileSync(local)
        for (const length of [300, 5000, bytes.length >> 1, Math.floor(bytes.length * 0.8)]) {
          const found = faultsIn('linux-x64-glibc', file(`cut-${length}.node`, bytes.subarray(0, length)))
          expect(found, `${length} bytes`).toEqual(['it is cut short: its headers promise more bytes than it has'])
        }
      },
    )

    it.runIf(isLinux && existsSync(local))(
      'a path of the machine that built it, and more bytes than the budget',
      () => {
        const bytes = Buffer.concat([readFileSync(local), Buffer.from('/home/someone/albert/native/model.cc\0')])
        const found = faultsIn('linux-x64-glibc', file('path.node', Buffer.concat([bytes, Buffer.alloc(3e6)]))).join(
          '\n',
        )
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
