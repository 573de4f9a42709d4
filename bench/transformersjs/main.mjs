// This package beside transformers.js as a program meets them: what an installation weighs, how long the first answer takes,
// what stays in memory, how fast a warm call is. `npm run bench:transformersjs`. Weights, text and threads are the same.
//   --quick         2 rounds of half a second instead of 10 of 2, and nothing is stored
//   --json          one JSON on stdout instead of the table
//   --tarball FILE  ours as it was packed by `npm run release:dry`, with the binaries of all platforms
//   --threads N, --rounds N, --seconds S
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { say, settingsFrom } from '../comparison.mjs'
import { fingerprint } from '../machine.mjs'
import { installPeers } from '../peers/install.mjs'
import { saveResult } from '../results.mjs'
import { compare } from './compare.mjs'
import { OURS, ratios, THEIRS } from './figures.mjs'
import { installBoth, platformsOf } from './installed.mjs'
import { makeModels } from './models.mjs'
import { table } from './table.mjs'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    tarball: { type: 'string' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
})

const settings = settingsFrom(flags, flags.quick ? { rounds: 2, seconds: 0.5 } : { rounds: 10, seconds: 2 })

async function measure() {
  installPeers()
  const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  say('installing both packages, each into an empty folder (transformers.js: about 500 MB)')
  const packages = installBoth(devDependencies[THEIRS], flags.tarball && resolve(flags.tarball))
  const models = await makeModels()
  const trials = compare(packages, models, settings)
  const installed = Object.fromEntries(
    Object.entries(packages).map(([name, { version, bytes, files }]) => [name, { version, bytes, files }]),
  )
  return {
    kind: 'transformersjs',
    date: new Date().toISOString(),
    machine: fingerprint(),
    ...settings,
    node: process.version,
    weights: Object.fromEntries(Object.entries(models).map(([name, { sha256 }]) => [name, { sha256 }])),
    installed,
    platforms: platformsOf(packages[OURS]),
    ratios: ratios(trials, installed),
    trials,
  }
}

const result = await measure()
console.log(flags.json ? JSON.stringify(result) : table(result))
if (!flags.quick) say(`written to ${saveResult(result)}`)
