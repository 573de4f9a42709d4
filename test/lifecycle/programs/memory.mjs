// What a process holds while models come and go. Prints what was measured; the test judges.
//   node --expose-gc memory.mjs disposed    bytes of a model, and those that the addon holds and V8 is told of: with it,
//                                           and after its disposal. Needs the addon of faults.cc, which counts them.
//   node --expose-gc memory.mjs forgotten   the same where no one disposes
//   node --expose-gc memory.mjs dropped     the same for the addon's own objects, which no registry watches
//   node --expose-gc memory.mjs <model | pipeline> <rounds> <settled>   resident megabytes up to round `settled`, and late
//   node --expose-gc memory.mjs calls <calls> <settled>                 likewise for calls of one model
import { createRequire } from 'node:module'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { albert, TEXT } from './package.mjs'
import { bitsOf, config, requests, writeWeights } from './tiny.mjs'

const [mode, count, settled] = process.argv.slice(2)

async function collect() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc()
    await setImmediate()
  }
}

/** Bytes that the addon holds, and those that V8 was told of. `process.memoryUsage()` of Node 20 shows neither. */
function counted() {
  const { faults } = createRequire(import.meta.url)(process.env.ALBERT_NATIVE_PATH)
  const [bytes, , , reported] = faults.live()
  return { bytes, reported }
}

function difference(a, b) {
  return { bytes: a.bytes - b.bytes, reported: a.reported - b.reported }
}

/**
 * Megabytes: the most up to step `settled`, and the least in the second half of the steps. Single moments swing by the
 * buffers that V8 has not freed yet, 3 MB with a tokenizer; what is lost does not come back.
 */
async function resident(steps, settled, step) {
  let early = 0
  let late = Number.POSITIVE_INFINITY
  for (let i = 1; i <= steps; i++) {
    await step(i)
    if (i > settled ? i < steps / 2 || i % Math.ceil(steps / 20) !== 0 : i % Math.ceil(settled / 5) !== 0) continue
    await collect()
    const now = process.memoryUsage.rss() / 1e6
    if (i <= settled) early = Math.max(early, now)
    else late = Math.min(late, now)
  }
  return { early, late }
}

const bytesOf = ({ weights, packed, workspace }) => weights + packed + workspace

async function disposed() {
  await (await albert.AlbertModel.from_pretrained()).dispose() // what is made once for the process
  const before = counted()
  const model = await albert.AlbertModel.from_pretrained()
  await model({ input_ids: [[2, 5, 3]] })
  const held = bytesOf(model.memory())
  const during = counted()
  await model.dispose()
  return { held, during: difference(during, before), after: difference(counted(), before) }
}

async function forgotten() {
  await (await albert.AlbertModel.from_pretrained()).dispose()
  return lost(async () => {
    const model = await albert.AlbertModel.from_pretrained()
    await model({ input_ids: [[2, 5, 3]] })
    return model
  })
}

async function dropped() {
  const { Model } = createRequire(import.meta.url)(process.env.ALBERT_NATIVE_PATH)
  const create = async () => {
    const model = new Model(config('none'), { dtype: 'fp32', isa: '', threads: 0, schedule: 'auto' })
    writeWeights(model)
    await model.seal()
    bitsOf(await model.forward(requests('fp32', 'walk').none).promise, 'fp32')
    return model
  }
  await (await create()).dispose()
  return lost(create)
}

/** Five models, until no one holds them. */
async function lost(create) {
  const before = counted()
  const models = []
  for (let i = 0; i < 5; i++) models.push(await create())
  const held = models.reduce((sum, model) => sum + bytesOf(model.memory()), 0)
  const during = counted()
  models.length = 0
  // The collector finds them, the registry disposes of them, and their queues come to that job.
  for (let i = 0; i < 100 && counted().reported > before.reported; i++) {
    await collect()
    await setTimeout(10)
  }
  return { held, during: difference(during, before), after: difference(counted(), before) }
}

function calls() {
  let embed
  return async i => {
    embed ??= await albert.pipeline('feature-extraction')
    const texts = Array.from({ length: 1 + (i % 3) }, (_, n) => TEXT.slice(0, 5 + ((i * 7 + n) % 50)))
    await embed(texts, { pooling: i % 2 ? 'mean' : 'none' })
    if (i % 50 === 0) await embed('').catch(() => {})
  }
}

const measure = {
  disposed,
  dropped,
  forgotten,
  model: () =>
    resident(Number(count), Number(settled), async () => {
      const model = await albert.AlbertModel.from_pretrained()
      await model({ input_ids: [[2, 5, 6, 7, 3]] })
      await model.dispose()
    }),
  pipeline: () =>
    resident(Number(count), Number(settled), async () => {
      const embed = await albert.pipeline('feature-extraction')
      await embed(TEXT)
      await embed.dispose()
    }),
  calls: () => resident(Number(count), Number(settled), calls()),
}
console.log(JSON.stringify(await measure[mode]()))
