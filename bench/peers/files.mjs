// The files of one model that the peers load, written from its safetensors: an ONNX file in float32 and, where the packages of
// Python are there, the int8 models of ONNX Runtime and OpenVINO.
import { join } from 'node:path'
import { say } from '../comparison.mjs'
import { readConfig } from './checkpoint.mjs'

/** Where the ONNX files lie in a model directory: the places where transformers.js looks for them. @type {Record<string, string>} */
export const ONNX_FILES = { fp32: 'onnx/model.onnx', int8: 'onnx/model_int8.onnx' }

/** What quantises, and the packages of Python that it needs. @type {Record<string, { script: string, packages: string[] }>} */
export const QUANTIZERS = {
  'ONNX Runtime': { script: 'quantize_onnxruntime.py', packages: ['onnx', 'onnxruntime'] },
  OpenVINO: { script: 'quantize_openvino.py', packages: ['openvino', 'nncf'] },
}

/**
 * Needs the packages of bench/package.json.
 * @param {string} directory @param {import('./python.mjs').Python} python
 * @param {string[]} quantizers those whose files are wanted
 * @returns {Promise<{ sha256: string }>} SHA-256 of model.safetensors
 */
export async function makeFiles(directory, python, quantizers) {
  // Loaded here and not above: it needs what may have been installed just now.
  const { writeOnnx } = await import('./onnx.mjs')
  const { sha256 } = writeOnnx(directory, join(directory, ONNX_FILES['fp32']))
  say(`weights ${sha256}`)
  for (const name of quantizers) {
    say(`${name} quantises ${directory}`)
    python.run(QUANTIZERS[name].script, [directory, String(readConfig(directory).vocab_size)])
  }
  return { sha256 }
}
