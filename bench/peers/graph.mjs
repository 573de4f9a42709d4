// Builds an ONNX graph node by node and encodes it as a file. Knows ONNX, not ALBERT.
// Only what the models here need: float, int32, int64 and bool tensors, subgraphs, one custom domain.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Untyped on purpose: the checks of this folder run without its dependencies.
const protobuf = createRequire(import.meta.url)('protobufjs')

/** Element types by ONNX's numbers. */
export const ELEMENT = { float: 1, int32: 6, int64: 7, bool: 9 }
/** Attribute types by ONNX's numbers. */
const ATTRIBUTE = { float: 1, int: 2, string: 3, graph: 5, ints: 7 }

/** Domain of ONNX Runtime's own fused operators. */
const MICROSOFT = 'com.microsoft'

/** @typedef {number | string | number[] | Graph | { float: number }} Attribute  a number is an int; `{ float }` says float */
/** @typedef {{ name: string, type: number, dims: (number | string)[] }} Value */

/** @param {string} name @param {Attribute} value */
function attribute(name, value) {
  if (value instanceof Graph) return { name, type: ATTRIBUTE.graph, g: value.message() }
  if (Array.isArray(value)) return { name, type: ATTRIBUTE.ints, ints: value }
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value }
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: Buffer.from(value) }
  return { name, type: ATTRIBUTE.float, f: value.float }
}

/** @param {Value} value */
function valueInfo({ name, type, dims }) {
  const dim = dims.map(size => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: type, shape: { dim } } } }
}

/** @param {Float32Array | Int32Array | BigInt64Array} data */
function elementType(data) {
  if (data instanceof Float32Array) return ELEMENT.float
  return data instanceof Int32Array ? ELEMENT.int32 : ELEMENT.int64
}

export class Graph {
  /** @type {object[]} */ #nodes = []
  /** @type {object[]} */ #initializers = []
  /** @type {Value[]} */ #inputs = []
  /** @type {Value[]} */ #outputs = []
  #prefix

  /** @param {string} name  names of values start with it, so that those of a subgraph never meet those around it */
  constructor(name) {
    this.name = name
    this.#prefix = name
  }

  /** @param {string} name @param {number} type @param {(number | string)[]} dims */
  input(name, type, dims) {
    this.#inputs.push({ name, type, dims })
    return name
  }

  /** Gives `value` out of the graph. @param {string} value @param {number} type @param {(number | string)[]} dims */
  output(value, type, dims) {
    this.#outputs.push({ name: value, type, dims })
  }

  /** A constant, stored once under its name. @param {string} name @param {number[]} dims @param {Float32Array | Int32Array | BigInt64Array} data */
  constant(name, dims, data) {
    const rawData = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    this.#initializers.push({ name, dims, dataType: elementType(data), rawData })
    return name
  }

  /** @param {string} name @param {number[]} values */
  ints(name, values) {
    return this.constant(name, [values.length], BigInt64Array.from(values, BigInt))
  }

  /**
   * Adds a node with one output and returns the output's name.
   * @param {string} op `Op`, or `domain:Op`
   * @param {string[]} inputs empty string = left out
   * @param {Record<string, Attribute>} [attributes]
   * @param {string} [output]
   */
  node(op, inputs, attributes = {}, output = `${this.#prefix}.${op.split(':').at(-1)}.${this.#nodes.length}`) {
    const [opType, domain = ''] = op.split(':').reverse()
    this.#nodes.push({
      name: output,
      opType,
      domain,
      input: inputs,
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    })
    return output
  }

  message() {
    return {
      name: this.name,
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs.map(valueInfo),
      output: this.#outputs.map(valueInfo),
    }
  }

  /** The bytes of an .onnx file. @param {number} opset @returns {Uint8Array} */
  encode(opset) {
    const schema = protobuf.loadSync(join(dirname(fileURLToPath(import.meta.url)), 'onnx.proto'))
    const opsetImport = [
      { domain: '', version: opset },
      { domain: MICROSOFT, version: 1 },
    ]
    // ir_version 10 is the one of opset 21.
    const model = { irVersion: 10, producerName: 'albert-native bench', graph: this.message(), opsetImport }
    return schema.lookupType('onnx.ModelProto').encode(model).finish()
  }
}
