// Where results are kept: bench/results/<machine>/<date>-<kind>.json, one file a day and kind, committed with the change
// that they belong to.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machineName } from './machine.mjs'

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'results')

/** Where the results of a machine lie. @param {ReturnType<import('./machine.mjs').fingerprint>} machine */
export function folderOf(machine) {
  return join(FOLDER, machineName(machine))
}

/** JSON with each list of numbers on one line. @param {object} result */
function readable(result) {
  const lists = /\[\s+((?:-?[\d.e+-]+,?\s+)+)\]/g
  return JSON.stringify(result, null, 2).replace(lists, (_, numbers) => `[${numbers.trim().replace(/\s+/g, ' ')}]`)
}

/** @param {{ kind: string, date: string, machine: ReturnType<import('./machine.mjs').fingerprint> }} result @returns {string} the file */
export function saveResult(result) {
  const file = join(folderOf(result.machine), `${result.date.slice(0, 10)}-${result.kind}.json`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${readable(result)}\n`)
  return file
}
