// Ends worker threads at every stage of a model's life: while they load, compute, or wait in the queue. Afterwards a new
// thread answers as if nothing had been.
//   node terminate.mjs <rounds>
import { setTimeout } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { albert, bits, TEXT } from './package.mjs'

const stages = ['load', 'forward', 'queue', 'dispose']

/** Says when the stage has begun, and never ends it. */
async function stay(stage) {
  if (stage === 'load') {
    parentPort.postMessage('begun')
    for (;;) await (await albert.AlbertModel.from_pretrained()).dispose()
  }
  const embed = await albert.pipeline('feature-extraction')
  const long = Array.from({ length: 8 }, () => TEXT.repeat(20))
  parentPort.postMessage('begun')
  if (stage === 'forward') for (;;) await embed(long)
  if (stage === 'queue') for (;;) await Promise.all(Array.from({ length: 20 }, () => embed(long)))
  for (;;) {
    const other = await albert.pipeline('feature-extraction')
    const running = other(long)
    await Promise.all([running, other.dispose()])
  }
}

function start(stage) {
  return new Worker(new URL(import.meta.url), { workerData: stage })
}

/** Killed a little later each time, so that the end falls on different moments of the stage. */
async function kill(stage, afterMs) {
  const worker = start(stage)
  const failed = new Promise((_, reject) => worker.once('error', reject))
  await Promise.race([new Promise(resolve => worker.once('message', resolve)), failed])
  await setTimeout(afterMs)
  return worker.terminate()
}

function answerOf(worker) {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

if (isMainThread) {
  const rounds = Number(process.argv[2])
  const codes = []
  for (const stage of stages) {
    for (let round = 0; round < rounds; round++) codes.push(await kill(stage, round * 3))
  }
  // Several at once: the threads of the pool are shared.
  codes.push(...(await Promise.all(stages.map((stage, i) => kill(stage, i * 5)))))
  console.log(
    JSON.stringify({ killed: codes.filter(code => code === 1).length, bits: await answerOf(start('answer')) }),
  )
} else if (workerData === 'answer') {
  const embed = await albert.pipeline('feature-extraction')
  parentPort.postMessage(bits(await embed([TEXT])))
  await embed.dispose()
} else {
  await stay(workerData)
}
