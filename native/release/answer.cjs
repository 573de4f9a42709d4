// What an installed package answers, and which binary it loaded: one JSON line. run.mjs starts it with the Node of a
// platform and the folder of the package, and compares.
const { writeSync } = require('node:fs')
const { join, resolve } = require('node:path')

const loaded = []
const open = process.dlopen
process.dlopen = (module, path, ...rest) => {
  open.call(process, module, path, ...rest)
  loaded.push(path) // only what did load: the loader may try others before
}

async function main() {
  const { pipeline } = require(join(resolve(process.argv[2]), 'dist', 'index.cjs'))
  const fillMask = await pipeline('fill-mask')
  const candidates = await fillMask('The capital of France is [MASK].', { top_k: 3 })
  const line = JSON.stringify({ loaded, node: process.version, candidates })
  writeSync(1, `${line}\n`) // console.log cannot open a pipe under wine
}

main()
