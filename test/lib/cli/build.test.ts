// `albert build` where it does not come to its end: nothing is left behind, neither files nor compilers at work.
// CMake is a script here, so that nothing is compiled; test/package builds for real.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { albert, start } from './albert.js'

let folder: string
let env: Record<string, string>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'albert build é '))
  for (const name of ['bin', 'tmp', 'out']) mkdirSync(join(folder, name))
  env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, TMPDIR: join(folder, 'tmp') }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A `cmake` that answers --version, and else does what `body` says. */
function cmake(body: string): void {
  const file = join(folder, 'bin/cmake')
  writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && exit 0\n${body}\n`)
  chmodSync(file, 0o755)
}

const left = () => [...readdirSync(join(folder, 'tmp')), ...readdirSync(join(folder, 'out'))]
const build = (out: string) => albert(['build', '--out', join(folder, out)], { env })

describe.skipIf(process.platform === 'win32')('albert build', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the compilers and leaves no file', async (signal, expected) => {
    const compiler = join(folder, 'compiler')
    cmake(
      `sh -c 'echo $$ > "$1"; i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); : > "$TMPDIR/$i"; done' sh '${compiler}' & wait`,
    )
    const child = start(['build', '--out', join(folder, 'out/albert.node')], { env })
    const ended = new Promise(resolve => child.on('close', resolve))
    while (!existsSync(compiler) || readFileSync(compiler, 'utf8') === '') await new Promise(r => setTimeout(r, 20))
    child.kill(signal)
    expect(await ended).toBe(expected)
    expect(left()).toEqual([])
    // A zombie that nobody has fetched yet works no more.
    const pid = readFileSync(compiler, 'utf8').trim()
    expect(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout).toMatch(/^Z|^$/)
  })

  test('a compiler that fails: its message and ours, nothing else', async () => {
    cmake('echo "no such compiler" >&2; exit 3')
    const { code, stdout, stderr } = await build('out/albert.node')
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' })
    expect(stderr).toContain('no such compiler')
    expect(stderr).toContain('The addon was not built: cmake ended with code 3.')
    expect(left()).toEqual([])
  })

  test('an addon that does not load is not put into its place', async () => {
    cmake('[ "$1" = --build ] && echo text > "$2/albert.node"; mkdir -p cmake')
    const { code, stderr } = await build('out/albert.node')
    expect(stderr).toContain('The addon was not built: the addon that was built does not load')
    expect(code).toBe(69)
    expect(left()).toEqual([])
  })

  test('--out that is a folder is refused before anything is built', async () => {
    cmake('echo built >&2; exit 3')
    const { code, stderr } = await build('out')
    expect(stderr).toContain(`${join(folder, 'out')} is a folder; --out wants the name of the file in it.`)
    expect(stderr).not.toContain('built')
    expect(code).toBe(2)
    expect(left()).toEqual([])
  })
})
