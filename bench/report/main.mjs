// Writes the report of a machine from its newest stored results: `npm run bench:report [FOLDER]`, FOLDER being one of
// bench/results, by default this machine's. Beside report.html lie its charts as SVG files.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fingerprint } from '../machine.mjs'
import { folderOf } from '../results.mjs'
import { comparisonCharts, comparisonPart, sharingPart } from './comparison.mjs'
import { curveCharts, curvesPart } from './curves.mjs'
import { page, paragraph } from './page.mjs'
import { residentPart } from './resident.mjs'

/** The newest result of a kind, or null; names begin with the date. @param {string} folder @param {string} kind */
function newest(folder, kind) {
  const files = readdirSync(folder).filter(file => file.endsWith(`-${kind}.json`))
  const last = files.sort().at(-1)
  return last ? JSON.parse(readFileSync(join(folder, last), 'utf8')) : null
}

/** @param {string} folder @returns {{ html: string, charts: Record<string, string> }} */
export function report(folder) {
  const [peers, sharing, curves, resident] = ['peers', 'sharing', 'curves', 'resident'].map(kind =>
    newest(folder, kind),
  )
  const { machine } = peers ?? curves ?? sharing ?? resident
  const ofPeers = peers ? comparisonCharts(peers) : {}
  const ofCurves = curves ? curveCharts(curves) : {}
  const html = page(`albert-native on ${basename(folder)}`, [
    paragraph(
      `${machine.cpu} (family ${machine.family}, model ${machine.model}), ${machine.cores} cores, ${machine.memory_gb} GB, ${machine.system}; ${machine.features.join(', ')}`,
    ),
    ...(peers ? comparisonPart(peers, ofPeers) : []),
    ...(sharing ? sharingPart(sharing) : []),
    ...(curves ? curvesPart(curves, ofCurves) : []),
    ...(resident ? residentPart(resident) : []),
  ])
  /** @param {string} kind @param {Record<string, string>} charts */
  const named = (kind, charts) => Object.entries(charts).map(([name, svg]) => [`${kind}-${name}.svg`, svg])
  return { html, charts: Object.fromEntries([...named('peers', ofPeers), ...named('curve', ofCurves)]) }
}

/** Writes the report and its charts; returns the path of the report. @param {string} folder */
export function writeReport(folder) {
  const { html, charts } = report(folder)
  for (const [name, svg] of Object.entries(charts)) writeFileSync(join(folder, name), svg)
  const file = join(folder, 'report.html')
  writeFileSync(file, html)
  return file
}

if (process.argv[1] === import.meta.filename) {
  const [folder = folderOf(fingerprint())] = process.argv.slice(2)
  console.log(`written to ${writeReport(resolve(folder))}`)
}
