// The package under measurement, as users get it: the bundle in dist/, typed by its sources.

/** @returns {Promise<typeof import('../lib/index.js')>} */
export async function loadAlbert() {
  return await import(new URL('../dist/index.mjs', import.meta.url).href)
}
