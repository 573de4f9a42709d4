// What a shell is offered at the tab key, and the scripts in the real shells.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { candidateLines } from '../../../lib/cli/candidates.js'
import { commands } from '../../../lib/cli/commands.js'
import { albert, program } from './albert.js'

const values = (...words: string[]) => candidateLines(words).map(line => line.split('\t')[0])

test('the first word: every command', () => {
  expect(values('')).toEqual([...commands.map(({ name }) => name), 'help', ':4'])
  expect(values('fi')).toEqual(['fill-mask', ':4'])
  expect(values('help', 'doc')).toEqual(['doctor', ':4'])
  expect(values('--v')).toEqual(['--version', ':4'])
})

test('options of the command that was typed', () => {
  expect(values('fill-mask', 'A [MASK].', '--to')).toEqual(['--top-k', ':4'])
  expect(values('embed', '--')).toEqual(expect.arrayContaining(['--pooling', '--json', '--no-normalize']))
  expect(values('embed', '--')).not.toContain('--targets')
})

test('values: choices, file names, nothing for a number or a text', () => {
  expect(values('embed', '--pooling', 'm')).toEqual(['mean', 'max', ':4'])
  // The scripts put back what stands before the value.
  expect(values('embed', '--pooling=m')).toEqual(['mean', 'max', ':4'])
  expect(values('embed', '--dtype', '')).toEqual(['auto', 'fp32', 'fp64', 'fp16', 'bf16', 'int8', 'q8', ':4'])
  expect(values('quantize', '--quality', '')).toEqual(['fast', 'high', ':4'])
  expect(values('quantize', '--out', '')).toEqual([':0'])
  expect(values('quantize', './mo')).toEqual([':0'])
  expect(values('embed', '--file=./a')).toEqual([':0'])
  expect(values('embed', '--file', '')).toEqual([':0'])
  expect(values('embed', '--model', './mo')).toEqual([':0'])
  expect(values('inspect', '')).toEqual([':0'])
  expect(values('embed', '--dimensions', '')).toEqual([':4'])
  expect(values('embed', 'some te')).toEqual([':4'])
  expect(values('completion', '')).toEqual(['bash', 'zsh', 'fish', ':4'])
  expect(values('cache', '')).toEqual(['ls', 'rm', 'path', ':4'])
  expect(values('cache', 'rm', '')).toEqual([':4'])
})

test('every candidate says what it is', () => {
  for (const line of candidateLines(['']).slice(0, -1)) expect(line).toMatch(/^[a-z-]+\t\S/)
  for (const line of candidateLines(['embed', '--']).slice(0, -1)) expect(line).toMatch(/^--[a-z-]+\t\S/)
})

test.each(['bash', 'zsh', 'fish'])('albert completion %s', async shell => {
  const { stdout, stderr, code } = await albert(['completion', shell])
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  expect(stdout).toContain('albert complete --')
})

test('a shell that is not known', async () => {
  const { code, stderr } = await albert(['completion', 'tcsh'])
  expect(stderr).toContain("There is no script for 'tcsh'; there are bash, zsh, fish.")
  expect(code).toBe(2)
})

describe('in the real shell', () => {
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'albert-completion-'))
    writeFileSync(join(folder, 'albert'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
    chmodSync(join(folder, 'albert'), 0o755)
    for (const [shell, file] of [
      ['bash', 'albert.bash'],
      ['zsh', '_albert'],
      ['fish', 'albert.fish'],
    ] as const)
      writeFileSync(join(folder, file), (await albert(['completion', shell])).stdout)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** What a shell that runs `text` prints; undefined where the shell is not installed. */
  function shell(name: string, text: string): string | undefined {
    const { stdout, stderr, error } = spawnSync(name, [...(name === 'zsh' ? ['-f'] : []), '-c', text], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, HOME: folder, TERM: 'dumb', PATH: `${folder}:${process.env['PATH']}` },
    })
    if (error) return undefined
    expect(stderr).toBe('')
    return stdout
  }

  /** Words as bash splits them; the last one is at the cursor. */
  const inBash = (...words: string[]) =>
    shell(
      'bash',
      `. ./albert.bash; COMP_WORDS=(albert ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
       _albert; printf '%s\\n' "\${COMPREPLY[@]}"`,
    )?.trim()

  test('bash', ({ skip }) => {
    if (inBash('') === undefined) skip('bash is not there')
    expect(inBash('doc')).toBe('doctor')
    expect(inBash('fill-mask', '"a [MASK]"', '--to')).toBe('--top-k')
    expect(inBash('embed', '--pooling', 'm')).toBe('mean\nmax')
    expect(inBash('embed', '--pooling', '=', 'm')).toBe('mean\nmax')
    expect(inBash('embed', '--pooling', '=')).toBe('mean\ncls\nfirst_token\nlast_token\neos\nmax\nnone')
    expect(inBash('embed', '"$(touch made)"', '--js')).toBe('--json')
    expect(existsSync(join(folder, 'made'))).toBe(false)
  })

  test('fish', ({ skip }) => {
    const inFish = (line: string) => shell('fish', `source albert.fish; complete -C '${line}'`)?.trim()
    if (inFish('albert ') === undefined) skip('fish is not there')
    expect(inFish('albert doc')).toMatch(/^doctor\t\S/)
    expect(inFish('albert fill-mask "a [MASK]" --to')).toMatch(/^--top-k\t\S/)
    expect(inFish('albert embed --pooling m')).toBe('max\nmean')
    expect(inFish('albert embed --pooling=m')).toBe('--pooling=max\n--pooling=mean')
    expect(inFish('albert embed --file=./alb')).toContain('--file=./albert.fish')
  })
})
