// Load, answer, dispose, twenty times over; the addon under a second path; the whole package again after the cache of
// modules was emptied, as test runners do; and in contexts of node:vm with globals of their own.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vm from 'node:vm'
import { albert, bits, TEXT } from './package.mjs'
import { bitsOf, config, requests, writeWeights } from './tiny.mjs'

const require = createRequire(import.meta.url)
const built = require.resolve('../../../dist/index.cjs')
const addon = process.env.ALBERT_NATIVE_PATH ?? require.resolve('../../../build/Release/albert.node')

async function answer({ pipeline }) {
  const embed = await pipeline('feature-extraction')
  const given = bits(await embed([TEXT]))
  await embed.dispose()
  return given
}

async function tiny(Model) {
  const model = new Model(config('none'), { dtype: 'fp32', isa: '', threads: 0, schedule: 'auto' })
  writeWeights(model)
  await model.seal()
  const given = bitsOf(await model.forward(requests('fp32', 'split').none).promise, 'fp32')
  await model.dispose()
  return given
}

const answers = new Set()
for (let i = 0; i < 20; i++) answers.add(await answer(albert))

for (let i = 0; i < 3; i++) {
  for (const path of Object.keys(require.cache)) delete require.cache[path]
  answers.add(await answer(require(built)))
}

const tinyAnswers = new Set()
const folder = mkdtempSync(join(tmpdir(), 'albert-reload-'))
const copy = join(folder, 'other.node')
copyFileSync(addon, copy)
const { Model } = require(addon)
const other = require(copy).Model
tinyAnswers.add(await tiny(Model))
tinyAnswers.add(await tiny(other))
// At once: two pools of threads in one process.
for (const given of await Promise.all([tiny(Model), tiny(other)])) tinyAnswers.add(given)
rmSync(folder, { recursive: true })

for (let i = 0; i < 3; i++) {
  const context = vm.createContext({ Model, console })
  const run = vm.runInContext(
    `(Model, config, request, write, bits) => {
      const own = value => ArrayBuffer.isView(value) ? new globalThis[value.constructor.name](value) : value
      const copy = object => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, own(value)]))
      const model = new Model(copy(config), { dtype: 'fp32', isa: '', threads: 0, schedule: 'auto' })
      write(model)
      return model.seal()
        .then(() => model.forward(copy(request)).promise)
        .then(result => { const given = bits(result); return model.dispose().then(() => given) })
    }`,
    context,
  )
  tinyAnswers.add(
    await run(Model, config('none'), requests('fp32', 'split').none, writeWeights, result => bitsOf(result, 'fp32')),
  )
}

console.log(JSON.stringify({ answers: answers.size, tinyAnswers: tinyAnswers.size }))
