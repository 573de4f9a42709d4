// Cases that once went wrong, kept as folders: test/fuzz/corpus/<target>/<name>/ with the files and case.json.
// Files that are as in the first folder of the target are left out.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Files, Target } from './target.js'

const FACTS = 'case.json'

export interface Facts {
  /** What went wrong when it was found. */
  found: string
  /** With them the same texts are drawn again. */
  seed: number
  case: number
  /** What is right: an error code, or `works`. `?`: nobody has said so yet, and the test fails. */
  expected: string
}

export function saveCase(folder: string, files: Files, target: Target, facts: Facts): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) {
    if (!target.seeds[0]![name]?.equals(bytes)) writeFileSync(join(folder, name), bytes)
  }
  writeFileSync(join(folder, FACTS), `${JSON.stringify(facts, null, 2)}\n`)
}

export function readCase(folder: string, target: Target): { files: Files; facts: Facts } {
  const own = readdirSync(folder).filter(name => name !== FACTS)
  const files = Object.fromEntries(own.map(name => [name, readFileSync(join(folder, name))]))
  // A case of another kind of folder (shards, say) brings all that it needs.
  const rest = Object.entries(target.seeds[0]!).filter(([name]) => !(name.startsWith('model.') && hasWeights(own)))
  const facts = JSON.parse(readFileSync(join(folder, FACTS), 'utf8')) as Facts
  return { files: { ...Object.fromEntries(rest), ...files }, facts }
}

function hasWeights(names: string[]): boolean {
  return names.some(name => name.startsWith('model.safetensors'))
}
