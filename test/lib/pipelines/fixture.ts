// Tiny models with the answers of transformers' own pipelines, made by test/fixtures/make.py.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of a model, and what stands in its expected.json. */
export function fixture<Expected>(name: string): { folder: string; expected: Expected } {
  const folder = join(import.meta.dirname, '../../fixtures', name)
  return { folder, expected: JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected }
}
