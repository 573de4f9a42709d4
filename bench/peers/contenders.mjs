// Who takes part in the comparison: one entry a contender, each told how to load a model directory and run one batch.
// Every contender gets its inputs ready-made before the clock starts and hands back the pooled vectors.
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { loadAlbert } from '../albert.mjs'
import { packTexts } from '../batch.mjs'

/** @typedef {import('../batch.mjs').Batch} Batch */
/** @typedef {{ version: string, prepare: (batch: Batch) => () => Promise<Float32Array | Float64Array>, close: () => Promise<void> }} Opened */
/** @typedef {(directory: string, threads: number) => Promise<Opened>} Open */

// Not called `require`, which the type checker would follow: the checks of this folder run without its dependencies.
const load = createRequire(import.meta.url)

/** Where the ONNX file lies in a model directory: the place where transformers.js looks for it. */
export const ONNX_FILE = 'onnx/model.onnx'

/** @param {Batch} batch */
function texts({ ids, sequences, length }) {
  return Array.from({ length: sequences }, (_, n) => ids.subarray(n * length, (n + 1) * length))
}

/**
 * This package. `pooler_output` alone lets the last layer run on the first position of each text only;
 * with `last_hidden_state` beside it every row is computed and handed over.
 * @param {string[]} outputs @returns {Open}
 */
function ours(outputs) {
  return async (directory, threads) => {
    const { AlbertModel } = await loadAlbert()
    const model = await AlbertModel.from_pretrained(directory, { dtype: 'fp32', threads })
    return {
      version: load('../../package.json').version,
      prepare: batch => {
        const packed = packTexts(texts(batch))
        return async () => (await model.forward(packed, { outputs }))['pooler_output'].data
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

/** The three inputs of the ONNX file, made once. @param {Batch} batch @param {new (type: any, data: any, dims: any) => any} Tensor */
function padded({ ids, sequences, length }, Tensor) {
  const dims = [sequences, length]
  return {
    input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), dims),
    attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), dims),
    token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), dims),
  }
}

/** ONNX Runtime itself, asked for the pooled vector only so that it need not copy the hidden rows out. @type {Open} */
async function onnxRuntime(directory, threads) {
  const runtime = load('onnxruntime-node')
  const session = await runtime.InferenceSession.create(join(directory, ONNX_FILE), sessionOptions(threads))
  return {
    version: load('onnxruntime-node/package.json').version,
    prepare: batch => {
      const feeds = padded(batch, runtime.Tensor)
      return async () => (await session.run(feeds, ['pooler_output']))['pooler_output'].data
    },
    close: () => session.release(),
  }
}

/** The library that most programs reach ONNX Runtime through. @type {Open} */
async function transformersJs(directory, threads) {
  const { AutoModel, Tensor, env } = load('@huggingface/transformers')
  env.allowRemoteModels = false
  env.localModelPath = `${dirname(directory)}/`
  const options = { dtype: 'fp32', session_options: sessionOptions(threads) }
  const model = await AutoModel.from_pretrained(basename(directory), options)
  return {
    version: env.version,
    prepare: batch => {
      const inputs = padded(batch, Tensor)
      return async () => (await model(inputs))['pooler_output'].data
    },
    close: async () => {
      await model.dispose()
    },
  }
}

/** The row that the ratios are made of: this package as users get it. */
export const OURS = 'albert-native'
/** The same with every hidden row computed and handed over. */
export const OURS_HIDDEN = 'albert-native, hidden rows'

/** In the order in which a round runs them. @type {Record<string, Open>} */
export const contenders = {
  [OURS]: ours(['pooler_output']),
  'onnxruntime-node': onnxRuntime,
  [OURS_HIDDEN]: ours(['pooler_output', 'last_hidden_state']),
  '@huggingface/transformers': transformersJs,
}
