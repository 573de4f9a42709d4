// Who takes part in the comparison: one line a contender, with the language that it runs in, the engine that runs it there
// (engines.mjs, python/engine_*.py) and what it computes in.

/** @typedef {'fp32' | 'bf16' | 'int8'} Dtype */
/** @typedef {{ language: 'node' | 'python', engine: string, dtypes: Dtype[] }} Contender */

/** The row that the ratios are made of: this package as users get it. */
export const OURS = 'albert-native'
/** The same with every hidden row computed and handed over. */
export const OURS_HIDDEN = 'albert-native, hidden rows'
/** What users of transformers.js get, in float32: the row that our int8 is held against too. */
export const ORT_NODE = 'onnxruntime-node'

/** @type {Dtype[]} */
export const DTYPES = ['fp32', 'bf16', 'int8']

/** In the order in which a round runs them. @type {Record<string, Contender>} */
export const contenders = {
  [OURS]: { language: 'node', engine: 'pooled', dtypes: DTYPES },
  [ORT_NODE]: { language: 'node', engine: 'onnxruntime', dtypes: ['fp32', 'int8'] },
  OpenVINO: { language: 'python', engine: 'openvino', dtypes: DTYPES },
  [OURS_HIDDEN]: { language: 'node', engine: 'hidden', dtypes: DTYPES },
  '@huggingface/transformers': { language: 'node', engine: 'transformersjs', dtypes: ['fp32'] },
  'ONNX Runtime, Python': { language: 'python', engine: 'onnxruntime', dtypes: ['fp32', 'int8'] },
  PyTorch: { language: 'python', engine: 'torch', dtypes: ['fp32', 'bf16'] },
}

/** @param {string} name */
export function isOurs(name) {
  return name === OURS || name === OURS_HIDDEN
}

/** One contender with one dtype. @typedef {{ name: string, dtype: Dtype }} Entry */

/** The turns of a round, dtype by dtype. @param {Dtype[]} dtypes @returns {Entry[]} */
export function entriesOf(dtypes) {
  return dtypes.flatMap(dtype =>
    Object.keys(contenders)
      .filter(name => contenders[name].dtypes.includes(dtype))
      .map(name => ({ name, dtype })),
  )
}

/** @param {Entry} entry */
export function called({ name, dtype }) {
  return `${name} ${dtype}`
}
