// The API reference (`npm run docs`): every public class, function and type has a sentence, and none names a type that is not
// there. Warnings of typedoc are errors; its options stand in package.json.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')

/** Runs typedoc without writing anything; answers what it complained about, or nothing. */
function complaints(folder: string, ...args: string[]): string {
  const program = join(root, 'node_modules/typedoc/bin/typedoc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--emit', 'none', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return status === 0 ? '' : stdout + stderr
}

it('is whole', () => {
  expect(complaints(root)).toBe('')
})

it('would not be whole with a type that has no sentence, or one that is missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'albert-reference-'))
  try {
    const { typedocOptions } = manifest
    writeFileSync(
      join(folder, 'index.ts'),
      'interface Hidden { a: number }\nexport interface Bare { b: Hidden }\n/** Told. */\nexport interface Told { c: number }\n',
    )
    writeFileSync(join(folder, 'package.json'), '{ "name": "two-types", "version": "1.0.0" }')
    writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "types": [] }, "files": ["index.ts"] }')
    writeFileSync(
      join(folder, 'typedoc.json'),
      JSON.stringify({ ...typedocOptions, entryPoints: ['index.ts'], readme: 'none' }),
    )
    const found = complaints(folder)
    expect(found).toMatch(/Bare.*does not have any documentation/)
    expect(found).toMatch(/Hidden.*not included in the documentation/)
    expect(found).not.toMatch(/Told.*does not have/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
