// The models that are measured, with seeded random weights, made by this package. Speed does not depend on what the weights
// say, and random ones can be had anywhere without a download.
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadAlbert } from './albert.mjs'

export const SEED = 1

/** Presets by the names that `--models` takes. @satisfies {Record<string, import('../lib/presets.js').PresetName>} */
export const MODELS = /** @type {const} */ ({
  base: 'albertBaseV2',
  large: 'albertLargeV2',
  xlarge: 'albertXLargeV2',
  xxlarge: 'albertXXLargeV2',
  'bert-base': 'bertBase',
  'bert-large': 'bertLarge',
})

/** @typedef {keyof typeof MODELS} ModelName */

/** Made files live under build/, which git ignores. */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../build/bench')

/** @param {string} name @returns {ModelName} */
export function modelName(name) {
  if (!(name in MODELS)) throw new Error(`--models ${name}: one of ${Object.keys(MODELS).join(', ')} is needed`)
  return /** @type {ModelName} */ (name)
}

/**
 * Writes the model directory anew and returns its path.
 * @param {ModelName} [name] @param {{ layers?: number, dtype?: 'float32' | 'bfloat16' }} [other] if not as many layers as the
 *   preset has, and what the file holds
 */
export async function makeModel(name = 'base', { layers, dtype = 'float32' } = {}) {
  const { AlbertModel, presets } = await loadAlbert()
  const folder = join(FOLDER, [name, layers, dtype === 'float32' ? undefined : dtype].filter(Boolean).join('-'))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const preset = presets[MODELS[name]]
  const depth = layers && {
    num_hidden_layers: layers,
    ...('sharing' in preset && { sharing: { attention_groups: layers, ffn_groups: layers } }),
  }
  const model = await AlbertModel.from_config({ ...preset, ...depth }, { seed: SEED })
  await model.save_pretrained(folder, { dtype })
  await model.dispose()
  return folder
}
