// What a shell is offered at the tab key, and the script for bash in a real bash.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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
  expect(values('embed', '--pooling=m')).toEqual(['--pooling=mean', '--pooling=max', ':4'])
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

test('in bash', async ({ skip }) => {
  if (spawnSync('bash', ['--version']).status !== 0) skip('bash is not there')
  const folder = mkdtempSync(join(tmpdir(), 'albert-completion-'))
  writeFileSync(join(folder, 'albert'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  chmodSync(join(folder, 'albert'), 0o755)
  writeFileSync(join(folder, 'script'), (await albert(['completion', 'bash'])).stdout)
  // The function of the package bash-completion, for words without = and :.
  const words = '_get_comp_words_by_ref() { cur="$typed"; words=(albert fill-mask "$typed"); cword=2; prev=fill-mask; }'
  const run = `${words}; compopt() { :; }; . '${folder}/script'; typed=--to; __albert_complete; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', run], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
  })
  rmSync(folder, { recursive: true, force: true })
  expect(stderr).toBe('')
  expect(stdout.trim()).toBe('--top-k')
})
