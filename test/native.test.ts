// Runs the native tests (test/native/*.cc): every line that the program prints is a test here.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { command, filter, program, timeoutMs } from './native/program.js'

describe('native', () => {
  if (!existsSync(program)) {
    it('is built', () => expect.fail(`${program} does not exist; run \`npm run build\``))
    return
  }
  const [first, ...args] = [...command, filter]
  const { stdout, status, signal } = spawnSync(first!, args, {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 1 << 26,
  })
  const lines = stdout
    .split('\n')
    .map(line => line.match(/^(ok|FAIL|skip) (.+)$/))
    .filter(match => match !== null)

  it('runs to its end', () => {
    expect(signal).toBeNull()
    expect(lines.length).toBeGreaterThan(0)
    expect(status).toBe(lines.some(([, verdict]) => verdict === 'FAIL') ? 1 : 0)
  })
  for (const [, verdict, text] of lines) {
    if (verdict === 'skip') it.skip(text!)
    else it(text!, () => expect(verdict, text).toBe('ok'))
  }
})
