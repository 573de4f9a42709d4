// The models that both packages load: ALBERT-base with seeded weights, and the model in the package in float32. Each folder
// holds model.safetensors for ours and, written from it, onnx/model.onnx for transformers.js.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadAlbert } from '../albert.mjs'
import { ONNX_FILES } from '../peers/files.mjs'
import { makeModel } from '../weights.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** transformers.js knows special tokens only by this file; the mask takes the space before it. @param {number} positions */
export function tokenizerSettings(positions) {
  return {
    tokenizer_class: 'AlbertTokenizer',
    model_max_length: positions,
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    pad_token: '<pad>',
    unk_token: '<unk>',
    mask_token: { __type: 'AddedToken', content: '[MASK]', lstrip: true, normalized: false, rstrip: false },
  }
}

/** The model in the package as a float32 checkpoint. */
async function copyStarter() {
  const folder = join(root, 'build/bench/starter-en')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { AlbertForPreTraining } = await loadAlbert()
  const model = await AlbertForPreTraining.from_pretrained(undefined, { dtype: 'fp32' })
  await model.save_pretrained(folder, { dtype: 'float32' })
  await model.dispose()
  return folder
}

/** Writes both models anew. Needs the peers. @returns {Promise<Record<string, { folder: string, sha256: string }>>} by name */
export async function makeModels() {
  const { writeOnnx } = await import('../peers/onnx.mjs')
  const folders = { 'ALBERT-base': await makeModel(), 'starter-en': await copyStarter() }
  const entries = Object.entries(folders).map(([name, folder]) => {
    copyFileSync(join(root, 'models/starter-en/tokenizer.json'), join(folder, 'tokenizer.json'))
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerSettings(512)))
    return [name, { folder, ...writeOnnx(folder, join(folder, ONNX_FILES['fp32'])) }]
  })
  return Object.fromEntries(entries)
}
