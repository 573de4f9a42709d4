// Makes every call of a kind fail in turn, on a whole life of a model: what fails says so, nothing is lost, and the next
// try answers with the same bits. Prints how many calls of the kind each step has.
//   node --expose-gc faults.mjs <allocation | memory | nodeApi> <step>...
//     allocation   one allocation or thread start fails
//     memory       all of them fail from one on, until the step has ended
//     nodeApi      one call of Node-API fails
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { bitsOf, config, headOf, requests, writeWeights } from './tiny.mjs'

const [mode, ...chosen] = process.argv.slice(2)
const path = process.env.ALBERT_NATIVE_PATH
const { Model, faults, machine } = createRequire(import.meta.url)(path)
const kind = mode === 'nodeApi' ? 'nodeApi' : 'allocation'
const count = mode === 'memory' ? Number.MAX_SAFE_INTEGER : 1

function newModel(name, dtype, schedule) {
  return new Model(config(headOf(name)), { dtype, isa: '', threads: 2, schedule })
}

/** Disposing never needs memory; a failed call of Node-API can be made again. */
async function dispose(model) {
  try {
    await model.dispose()
  } catch (error) {
    assert.equal(kind, 'nodeApi')
    await model.dispose()
    throw error
  }
}

async function load(name, dtype, schedule) {
  const model = newModel(name, dtype, schedule)
  try {
    writeWeights(model)
    await model.seal()
    return model
  } catch (error) {
    await dispose(model)
    throw error
  }
}

/** From nothing to an answer and back. */
async function life(name, dtype = 'fp32', schedule = 'split') {
  const model = await load(name, dtype, schedule)
  let bits
  try {
    bits = bitsOf(await model.forward(requests(dtype, schedule)[name]).promise, dtype)
    model.memory()
    model.read('embeddings.word_embeddings.weight', 0, dtype === 'fp64' ? new Float64Array(3) : new Float32Array(3))
  } finally {
    await dispose(model)
  }
  return bits
}

async function live() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await setImmediate()
  }
  return faults.live()
}

/** A block counts as malloc rounded it, which differs a little from one time to the next. */
async function checkLive(before, what) {
  const [bytes, blocks, threads, reported] = await live()
  assert.deepEqual([blocks, threads, reported], before.slice(1), `${what}: blocks, threads, bytes told of`)
  assert.ok(Math.abs(bytes - before[0]) <= 16 * blocks, `${what}: ${bytes} bytes, ${before[0]} before`)
}

async function sweep(name, step) {
  const expected = await step()
  const before = await live()
  let failed = 0
  for (let n = 1; ; n++) {
    faults.arm(kind, n, count)
    let error
    let answer
    try {
      answer = await step()
    } catch (thrown) {
      error = thrown
    }
    const [, failures] = faults.disarm()
    if (failures === 0) {
      assert.equal(answer, expected, `${name}: another answer without a failure`)
      break
    }
    failed++
    assert.ok(error instanceof Error, `${name}: failure ${n} was swallowed`)
    if (kind === 'allocation') assert.equal(error.code, 'OUT_OF_MEMORY', `${name}: failure ${n}: ${error.stack}`)
    if (n % 8 === 0) assert.equal(await step(), expected, `${name}: another answer after failure ${n}`)
    if (n % 32 === 0) await checkLive(before, `${name}: live after failure ${n}`)
  }
  assert.equal(await step(), expected, `${name}: another answer after the failures`)
  await checkLive(before, `${name}: live after the failures`)
  return failed
}

/** What is found out once and kept: a failure on the way is not kept. */
function firstMachine() {
  for (let n = 1; ; n++) {
    faults.arm(kind, n, count)
    let error
    try {
      machine()
    } catch (thrown) {
      error = thrown
    }
    const [, failures] = faults.disarm()
    if (failures === 0) return n - 1
    if (kind === 'allocation') assert.equal(error?.code, 'OUT_OF_MEMORY', `machine: failure ${n}: ${error?.stack}`)
    else assert.ok(error, `machine: failure ${n} was swallowed`)
  }
}

/** The addon's entry, in an environment of its own. */
function start() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(
      `const { machine } = require(${JSON.stringify(path)}); require('node:worker_threads').parentPort.postMessage(machine().cpu)`,
      { eval: true },
    )
    let answer
    worker.on('message', message => {
      answer = message
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve(answer))
  })
}

const sites = {}
for (const step of chosen) {
  const [what, name, dtype = 'fp32', schedule = 'split'] = step.split(':')
  if (what === 'machine') sites[step] = firstMachine()
  if (what === 'worker') sites[step] = await sweep(step, start)
  if (what === 'life') sites[step] = await sweep(step, () => life(name, dtype, schedule))
  if (what === 'forward') {
    // The same model after each failure.
    const model = await load(name, dtype, schedule)
    const request = requests(dtype, schedule)[name]
    sites[step] = await sweep(step, async () => bitsOf(await model.forward(request).promise, dtype))
    await model.dispose()
  }
}
console.log(JSON.stringify(sites))
