// Draws a stored comparison for the README.
//   node bench/charts/readme.mjs bench/results/<machine>/<date>-peers.json docs/peers.svg
import { readFileSync, writeFileSync } from 'node:fs'
import { overview } from './peers.mjs'

const [from, to] = process.argv.slice(2)
writeFileSync(to, overview(JSON.parse(readFileSync(from, 'utf8'))))
console.log(`written to ${to}`)
