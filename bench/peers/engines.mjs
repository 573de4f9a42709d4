// The engines of Node.js: each loads a model directory and runs batches. An engine gets its inputs ready-made before the clock
// starts and hands back the pooled vectors of every batch.
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { packTexts } from '../batch.mjs'
import { openModel } from '../dtypes.mjs'
import { ONNX_FILES } from './files.mjs'

/** @typedef {import('./contenders.mjs').Dtype} Dtype */
/** @typedef {Float32Array | Float64Array} Pooled */
/** @typedef {number[][][]} Batches ids of each text of each batch */
/**
 * @typedef {object} Opened
 * @property {string} version
 * @property {(batches: Batches) => () => Promise<Pooled[]>} prepare
 * @property {() => Promise<void>} close
 */
/** @typedef {(directory: string, dtype: Dtype, threads: number) => Promise<Opened>} Open */

// Not called `require`, which the type checker would follow: the checks of this folder run without its dependencies.
const load = createRequire(import.meta.url)

/** Runs the batches one after another. @template T @param {T[]} inputs @param {(input: T) => Promise<Pooled>} work */
function inTurn(inputs, work) {
  return async () => {
    const answers = []
    for (const input of inputs) answers.push(await work(input))
    return answers
  }
}

/**
 * This package. `pooler_output` alone lets the last layer run on the first position of each text only;
 * with `last_hidden_state` beside it every row is computed and handed over.
 * @param {string[]} outputs @returns {Open}
 */
function ours(outputs) {
  return async (directory, dtype, threads) => {
    const model = await openModel(directory, dtype, threads)
    return {
      version: load('../../package.json').version,
      prepare: batches => {
        const packed = batches.map(texts => packTexts(texts.map(ids => Int32Array.from(ids))))
        return inTurn(packed, async batch => (await model.forward(batch, { outputs }))['pooler_output'].data)
      },
      close: () => model.dispose(),
    }
  }
}

/** The options that were fastest or made no difference; docs/benchmarks.md has the figures. @param {number} threads */
function sessionOptions(threads) {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: true,
    enableMemPattern: true,
    // Errors only: the warnings are about constants that the optimiser has folded away.
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '1' } } },
  }
}

/** The three inputs of the ONNX file, padded to the longest text. @param {number[][]} texts @param {new (type: any, data: any, dims: any) => any} Tensor */
function padded(texts, Tensor) {
  const longest = Math.max(...texts.map(ids => ids.length))
  const dims = [texts.length, longest]
  const ids = new BigInt64Array(texts.length * longest)
  const mask = new BigInt64Array(ids.length)
  texts.forEach((text, row) => {
    ids.set(text.map(BigInt), row * longest)
    mask.fill(1n, row * longest, row * longest + text.length)
  })
  return {
    input_ids: new Tensor('int64', ids, dims),
    attention_mask: new Tensor('int64', mask, dims),
    token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), dims),
  }
}

/** ONNX Runtime itself, asked for the pooled vector only so that it need not copy the hidden rows out. @type {Open} */
async function onnxRuntime(directory, dtype, threads) {
  const runtime = load('onnxruntime-node')
  const session = await runtime.InferenceSession.create(join(directory, ONNX_FILES[dtype]), sessionOptions(threads))
  return {
    version: load('onnxruntime-node/package.json').version,
    prepare: batches => {
      const feeds = batches.map(texts => padded(texts, runtime.Tensor))
      return inTurn(feeds, async feed => (await session.run(feed, ['pooler_output']))['pooler_output'].data)
    },
    close: () => session.release(),
  }
}

/** The library that most programs reach ONNX Runtime through. @type {Open} */
async function transformersJs(directory, dtype, threads) {
  const { AutoModel, Tensor, env } = load('@huggingface/transformers')
  env.allowRemoteModels = false
  env.localModelPath = `${dirname(directory)}/`
  const model = await AutoModel.from_pretrained(basename(directory), {
    dtype,
    session_options: sessionOptions(threads),
  })
  return {
    version: env.version,
    prepare: batches => {
      const inputs = batches.map(texts => padded(texts, Tensor))
      return inTurn(inputs, async input => (await model(input))['pooler_output'].data)
    },
    close: async () => {
      await model.dispose()
    },
  }
}

/** By the names in contenders.mjs. @type {Record<string, Open>} */
export const engines = {
  pooled: ours(['pooler_output']),
  hidden: ours(['pooler_output', 'last_hidden_state']),
  onnxruntime: onnxRuntime,
  transformersjs: transformersJs,
}
