// A classification model for tests: random weights, the vocabulary and tokenizer of the model in the package.
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AlbertForSequenceClassification } from '../../../lib/heads.js'

const starter = join(import.meta.dirname, '../../../models/starter-en')

/** Writes the model into a folder of its own and answers the folder. */
export async function classifierFolder(changes: Record<string, unknown>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'albert-classifier-'))
  const sizes = JSON.parse(readFileSync(join(starter, 'config.json'), 'utf8')) as Record<string, unknown>
  const config = {
    ...sizes,
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    initializer_range: 0.4,
    dtype: 'float32',
  }
  const model = await AlbertForSequenceClassification.from_config({ ...config, ...changes }, { seed: 7 })
  await model.save_pretrained(folder)
  await model.dispose()
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) copyFileSync(join(starter, file), join(folder, file))
  return folder
}

export const reviews = ['A wonderful film.', 'The worst of all.', 'I left after ten minutes and do not regret it.']
