// Models that both packages load: folders with the files of transformers, and for transformers.js copies that hold an ONNX
// file of the same weights too.
// transformers.js has no ALBERT that classifies tokens. Its BERT, which runs the same ONNX file, is asked instead.
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HeadName } from '../../../bench/peers/heads.mjs'
import { tokenizerSettings } from '../../../bench/transformersjs/models.mjs'
import { AlbertForPreTraining } from '../../../lib/heads.js'

const root = join(import.meta.dirname, '../../..')

/** The folders by the names that the programs use, with the head in each and, unless it is the starter's, the fixture. */
const folders: readonly { name: string; head: HeadName; positions: number; fixture?: string }[] = [
  { name: 'words', head: 'none', positions: 512 },
  { name: 'masks', head: 'masked_lm', positions: 512 },
  { name: 'entailment', head: 'sequence_classification', positions: 64, fixture: 'zero-shot-classification' },
  { name: 'entities', head: 'token_classification', positions: 64, fixture: 'token-classification' },
  { name: 'questions', head: 'question_answering', positions: 64, fixture: 'question-answering' },
]

/** Writes the files of transformers. */
export async function writeModels(parent: string): Promise<void> {
  await using starter = await AlbertForPreTraining.from_pretrained(undefined, { dtype: 'fp32' })
  for (const { name, positions, fixture } of folders) {
    const folder = join(parent, name)
    mkdirSync(folder, { recursive: true })
    const source = fixture ? join(root, 'test/fixtures', fixture) : join(root, 'models/starter-en')
    for (const file of ['config.json', 'tokenizer.json']) copyFileSync(join(source, file), join(folder, file))
    if (fixture) copyFileSync(join(source, 'model.safetensors'), join(folder, 'model.safetensors'))
    // The bench's reader of weights knows float32 only.
    else await starter.save_pretrained(folder, { dtype: 'float32' })
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerSettings(positions)))
  }
}

/** Copies the models and writes their ONNX files; the one that classifies tokens calls itself BERT. Needs the peers. */
export async function copyForTransformersJs(parent: string, copy: string): Promise<void> {
  cpSync(parent, copy, { recursive: true })
  const { writeOnnx } = await import('../../../bench/peers/onnx.mjs')
  for (const { name, head } of folders) writeOnnx(join(copy, name), join(copy, name, 'onnx/model.onnx'), head)
  const file = join(copy, 'entities/config.json')
  const config = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...config, model_type: 'bert' }))
}
