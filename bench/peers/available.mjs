// Who can take part on this machine: what is missing is said aloud, and never appears among the results.
import { refusal } from '../dtypes.mjs'
import { called, contenders, isOurs } from './contenders.mjs'
import { QUANTIZERS } from './files.mjs'

/** @typedef {import('./contenders.mjs').Entry} Entry */
/** @typedef {import('./python.mjs').Python} Python */

/** Packages of Python that load a model of an engine. @type {Record<string, string[]>} */
const PACKAGES = { torch: ['torch', 'transformers'], onnxruntime: ['onnxruntime'], openvino: ['openvino'] }

/** The quantiser whose file a contender runs, if it runs one. @param {Entry} entry */
export function quantizerOf({ name, dtype }) {
  if (isOurs(name) || dtype !== 'int8') return null
  return contenders[name].engine === 'openvino' ? 'OpenVINO' : 'ONNX Runtime'
}

/** Why an entry cannot run, or null. @param {Entry} entry @param {string} directory @param {Python} python */
async function lack(entry, directory, python) {
  const { language, engine } = contenders[entry.name]
  const quantizer = quantizerOf(entry)
  const needed = [
    ...(language === 'python' ? PACKAGES[engine] : []),
    ...(quantizer ? QUANTIZERS[quantizer].packages : []),
  ]
  if (needed.length > 0) return python.lack(needed)
  return isOurs(entry.name) ? refusal(directory, entry.dtype) : null
}

/** @param {Entry[]} entries @param {string} directory a model of any size @param {Python} python */
export async function available(entries, directory, python) {
  /** @type {Record<string, string>} why, by `<contender> <dtype>` */
  const skipped = {}
  for (const entry of entries) {
    const reason = await lack(entry, directory, python)
    if (reason) skipped[called(entry)] = reason
  }
  return { entries: entries.filter(entry => !(called(entry) in skipped)), skipped }
}
