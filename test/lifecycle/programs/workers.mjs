// Fifty threads at once, each with a model of its own: all load, all answer, with equal bits.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { albert, bits, TEXT } from './package.mjs'

const THREADS = 50

async function answer() {
  const embed = await albert.pipeline('feature-extraction')
  const first = bits(await embed([TEXT]))
  await embed.dispose()
  return first
}

function thread() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url))
    let given
    worker.on('message', message => {
      given = message
    })
    worker.on('error', reject)
    worker.on('exit', code => resolve([given, code]))
  })
}

if (isMainThread) {
  const answers = await Promise.all(Array.from({ length: THREADS }, thread))
  const own = await answer()
  console.log(
    JSON.stringify({
      answered: answers.length,
      equal: answers.filter(([given]) => given === own).length,
      clean: answers.filter(([, code]) => code === 0).length,
    }),
  )
} else {
  parentPort.postMessage(await answer())
}
