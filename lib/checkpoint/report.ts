// What users should hear about a load.
import { describe } from '../config-fields.js'
import type { LoadReport } from './load.js'
import { belongsToSomeHead } from './names.js'

const SHOWN = 8

/** One sentence each; none when everything fitted. Heads of other tasks are no surprise and are left out. */
export function reportSentences(report: LoadReport, modelName: string): string[] {
  const { missing, identity } = report
  const unknown = report.unexpected.filter(name => !belongsToSomeHead(name.replace(/^(albert|bert|cls)\./, '')))
  const sentences: string[] = []
  if (missing.length > 0) {
    const what = `not in the checkpoint and newly initialised (train before you rely on them): ${list(missing)}`
    sentences.push(`${modelName}: ${what}.`)
  }
  if (missing.some(name => name.startsWith('pooler.'))) {
    sentences.push(`${modelName}: the pooler is newly initialised, so pooled vectors are random.`)
  }
  if (identity.length > 0)
    sentences.push(`${modelName}: no mapping in the checkpoint, so embeddings go on as they are.`)
  if (unknown.length > 0)
    sentences.push(`${modelName}: in the checkpoint but not used by this model: ${list(unknown.map(describe))}.`)
  return sentences
}

function list(names: string[]): string {
  const shown = names.slice(0, SHOWN).join(', ')
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown
}
