// What a user sees when no addon can be loaded. Each case is a process of its own: an addon, once loaded, stays.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nativeAddonPath, packageRoot } from '../../lib/native-loader.js'

const cli = join(packageRoot(), 'dist', 'cli.mjs')
const folder = mkdtempSync(join(tmpdir(), 'albert-loader-'))
afterAll(() => rmSync(folder, { recursive: true }))

function embed(env: Record<string, string>, ...flags: string[]) {
  return spawnSync(process.execPath, [...flags, cli, 'embed', 'Rain.'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
}

describe('the loader', () => {
  it('names the file that it loaded', () => {
    expect(nativeAddonPath()).toBe(
      process.env['ALBERT_NATIVE_PATH'] ?? join(packageRoot(), 'build/Release/albert.node'),
    )
  })

  it.each([
    ['does not exist', join(folder, 'absent.node'), 'no such file'],
    ['is no addon', writeFile('text.node', 'not a library'), 'too short|invalid ELF|not a mach-o|not a valid'],
    ['is another module', writeFile('other.cjs', 'module.exports = { machine: 1 }'), 'not the addon of albert-native'],
  ])('takes no other file when the one given %s', (_, path, reason) => {
    const { status, stdout, stderr } = embed({ ALBERT_NATIVE_PATH: path })
    expect(stdout).toBe('')
    expect(stderr).toContain(`tried ${path}`)
    expect(stderr).toMatch(new RegExp(reason, 'i'))
    expect(stderr).not.toContain('build/Release')
    expect(status).not.toBe(0)
  })

  it('explains --no-addons', () => {
    const { stderr, status } = embed({}, '--no-addons')
    expect(stderr).toContain('--no-addons; start it without')
    expect(status).not.toBe(0)
  })
})

function writeFile(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
