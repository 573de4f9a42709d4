// The model that is measured: ALBERT-base v2 with seeded random weights, made by this package. Speed does not depend on
// what the weights say, and random ones can be had anywhere without a download.
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadAlbert } from './albert.mjs'

export const SEED = 1
export const PRESET = 'albertBaseV2'

/** Made files live under build/, which git ignores. */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../build/bench/albert-base-v2')

/** Writes the model directory anew and returns its path. */
export async function makeModel() {
  const { AlbertModel, presets } = await loadAlbert()
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const model = await AlbertModel.from_config(presets[PRESET], { seed: SEED })
  await model.save_pretrained(FOLDER)
  await model.dispose()
  return FOLDER
}
