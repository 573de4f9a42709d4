// Which dtypes this package runs on this machine. What it refuses is said aloud and never measured.
import { loadAlbert } from './albert.mjs'

/** Why a model cannot be run with a dtype, or null. @param {string} directory @param {string} dtype @returns {Promise<string | null>} */
export async function refusal(directory, dtype) {
  const { AlbertError } = await loadAlbert()
  try {
    await (await openModel(directory, dtype)).dispose()
    return null
  } catch (error) {
    if (error instanceof AlbertError && error.code === 'UNSUPPORTED_DTYPE') return error.message
    throw error
  }
}

/** Opens a model directory with a dtype from a list. @param {string} directory @param {string} dtype @param {number} [threads] */
export async function openModel(directory, dtype, threads) {
  const { AlbertModel } = await loadAlbert()
  // The package itself says which words it knows.
  const options = { dtype: /** @type {any} */ (dtype), ...(threads !== undefined && { threads }) }
  return await AlbertModel.from_pretrained(directory, options)
}
