// Writes an ALBERT (or BERT) checkpoint as the ONNX file that the peers run: float32, any batch and length, one head of heads.mjs.
// Standard operators, arranged so that ONNX Runtime fuses what it can (scale into the product, tanh-GELU); each shared
// weight stands in the file once and is used by all layers. Why this form and not another: docs/benchmarks.md.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readCheckpoint } from './checkpoint.mjs'
import { ELEMENT, Graph } from './graph.mjs'
import { heads } from './heads.mjs'

/** Opset 20 is the first with Gelu as an operator. */
const OPSET = 20
/** What masked keys get added, as in transformers: the most negative float32. */
const MASKED = -3.4028234663852886e38

/** @typedef {import('./checkpoint.mjs').Weight} Weight */
/** Names of one block's constants in the graph. @typedef {Record<string, string>} Block */

/** Checkpoints store [out, in]; a product x W wants [in, out]. @param {Weight} weight @returns {Weight} */
function transposed({ dims: [rows, columns], data }) {
  const out = new Float32Array(data.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]
  return { dims: [columns, rows], data: out }
}

/** Writes one ALBERT into one graph. What heads need of it is public. */
export class AlbertGraph {
  graph = new Graph('albert')
  #weights
  #layerNorm

  /** @param {ReturnType<typeof readCheckpoint>} checkpoint */
  constructor({ config, weights }) {
    this.config = config
    this.#weights = weights
    this.#layerNorm = { axis: -1, epsilon: { float: config.layer_norm_eps } }
  }

  /** @param {import('./heads.mjs').HeadName} head @returns {Uint8Array} */
  encode(head) {
    const graph = this.graph
    const ids = graph.input('input_ids', ELEMENT.int64, ['batch', 'sequence'])
    const mask = graph.input('attention_mask', ELEMENT.int64, ['batch', 'sequence'])
    const types = graph.input('token_type_ids', ELEMENT.int64, ['batch', 'sequence'])

    const embedded = this.#embed(ids, types)
    heads[head](this, this.#encoder(embedded, this.#maskBias(mask)))
    return graph.encode(OPSET)
  }

  /** @param {string} name @returns {Weight} */
  weight(name) {
    const weight = this.#weights.get(name)
    if (!weight) throw new Error(`the checkpoint has no ${name}`)
    return weight
  }

  /** @param {string} name */
  vector(name) {
    const { dims, data } = this.weight(name)
    return this.graph.constant(name, dims, data)
  }

  /** @param {string} name */
  matrix(name) {
    const { dims, data } = transposed(this.weight(name))
    return this.graph.constant(name, dims, data)
  }

  /** x W + b. @param {string} x @param {string} weight @param {string} bias */
  linear(x, weight, bias) {
    return this.graph.node('Add', [this.graph.node('MatMul', [x, weight]), bias])
  }

  /** @param {string} x @param {string} gain @param {string} bias */
  normalize(x, gain, bias) {
    return this.graph.node('LayerNormalization', [x, gain, bias], this.#layerNorm)
  }

  /** @param {string} x */
  activate(x) {
    const word = this.config.hidden_act
    if (word === 'gelu') return this.graph.node('Gelu', [x])
    if (word === 'gelu_new') return this.graph.node('Gelu', [x], { approximate: 'tanh' })
    if (word === 'relu') return this.graph.node('Relu', [x])
    throw new Error(`no ONNX form for hidden_act ${word}; gelu, gelu_new and relu are written`)
  }

  /** 0 where a key may be attended to, else MASKED; [batch, 1, 1, sequence]. @param {string} mask */
  #maskBias(mask) {
    const graph = this.graph
    const wide = graph.node('Unsqueeze', [mask, graph.ints('mask.axes', [1, 2])])
    const visible = graph.node('Cast', [wide], { to: ELEMENT.float })
    const hidden = graph.node('Sub', [graph.constant('one', [], Float32Array.of(1)), visible])
    return graph.node('Mul', [hidden, graph.constant('masked', [], Float32Array.of(MASKED))])
  }

  /** @param {string} ids @param {string} types */
  #embed(ids, types) {
    const graph = this.graph
    const zero = graph.ints('zero', [0])
    const length = graph.node('Shape', [ids], { start: 1, end: 2 })
    const positions = this.vector('embeddings.position_embeddings.weight')
    const words = graph.node('Gather', [this.vector('embeddings.word_embeddings.weight'), ids])
    const kinds = graph.node('Gather', [this.vector('embeddings.token_type_embeddings.weight'), types])
    const places = graph.node('Slice', [positions, zero, length, zero])
    const sum = graph.node('Add', [graph.node('Add', [words, kinds]), places])
    const gain = this.vector('embeddings.LayerNorm.weight')
    const normal = this.normalize(sum, gain, this.vector('embeddings.LayerNorm.bias'))
    const mapping = 'encoder.embedding_hidden_mapping_in'
    // BERT's embeddings have the width of its layers.
    if (!this.#weights.has(`${mapping}.weight`)) return normal
    return this.linear(normal, this.matrix(`${mapping}.weight`), this.vector(`${mapping}.bias`))
  }

  /** @param {string} x @param {string} maskBias */
  #encoder(x, maskBias) {
    const { num_hidden_layers: layers, num_hidden_groups: groups, inner_group_num: inner } = this.config
    const shared = this.#sharedConstants()
    /** @type {Map<string, Block>} */
    const blocks = new Map()
    for (let layer = 0; layer < layers; layer++) {
      for (let j = 0; j < inner; j++) {
        const prefix = `encoder.albert_layer_groups.${Math.floor((layer * groups) / layers)}.albert_layers.${j}`
        const block = blocks.get(prefix) ?? this.#block(prefix)
        blocks.set(prefix, block)
        x = this.#layer(x, maskBias, { ...block, ...shared })
      }
    }
    return x
  }

  #sharedConstants() {
    const { hidden_size: hidden, num_attention_heads: heads } = this.config
    const size = hidden / heads
    return {
      split: this.graph.ints('split', [0, 0, heads, size]),
      join: this.graph.ints('join', [0, 0, hidden]),
      scale: this.graph.constant('scale', [], Float32Array.of(1 / Math.sqrt(size))),
    }
  }

  /** Stores the parameters of one block, once however many layers use it. @param {string} prefix @returns {Block} */
  #block(prefix) {
    /** @type {Block} */
    const block = {}
    for (const name of [
      'attention.query',
      'attention.key',
      'attention.value',
      'attention.dense',
      'ffn',
      'ffn_output',
    ]) {
      block[name] = this.matrix(`${prefix}.${name}.weight`)
      block[`${name}.bias`] = this.vector(`${prefix}.${name}.bias`)
    }
    for (const name of ['attention.LayerNorm', 'full_layer_layer_norm']) {
      block[name] = this.vector(`${prefix}.${name}.weight`)
      block[`${name}.bias`] = this.vector(`${prefix}.${name}.bias`)
    }
    return block
  }

  /** @param {string} x @param {string} maskBias @param {Block} block */
  #layer(x, maskBias, block) {
    const graph = this.graph
    /** @param {string} input @param {string} name */
    const linear = (input, name) => this.linear(input, block[name], block[`${name}.bias`])
    /** @param {string} input @param {string} name */
    const normalize = (input, name) => this.normalize(input, block[name], block[`${name}.bias`])

    const context = this.#attention(x, maskBias, block, linear)
    const attended = normalize(graph.node('Add', [linear(context, 'attention.dense'), x]), 'attention.LayerNorm')
    const inner = this.activate(linear(attended, 'ffn'))
    return normalize(graph.node('Add', [linear(inner, 'ffn_output'), attended]), 'full_layer_layer_norm')
  }

  /**
   * @param {string} x @param {string} maskBias @param {Block} block
   * @param {(input: string, name: string) => string} linear
   */
  #attention(x, maskBias, block, linear) {
    const graph = this.graph
    /** @param {string} name @param {number[]} perm */
    const heads = (name, perm) =>
      graph.node('Transpose', [graph.node('Reshape', [linear(x, name), block['split']])], { perm })
    const query = heads('attention.query', [0, 2, 1, 3])
    const key = heads('attention.key', [0, 2, 3, 1])
    const value = heads('attention.value', [0, 2, 1, 3])
    const scores = graph.node('Mul', [graph.node('MatMul', [query, key]), block['scale']])
    const weights = graph.node('Softmax', [graph.node('Add', [scores, maskBias])], { axis: -1 })
    const context = graph.node('Transpose', [graph.node('MatMul', [weights, value])], { perm: [0, 2, 1, 3] })
    return graph.node('Reshape', [context, block['join']])
  }
}

/**
 * Writes `file` from the checkpoint in `directory`.
 * @param {string} directory @param {string} file @param {import('./heads.mjs').HeadName} [head]
 * @returns {{ sha256: string }} SHA-256 of model.safetensors
 */
export function writeOnnx(directory, file, head = 'none') {
  const checkpoint = readCheckpoint(directory)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, new AlbertGraph(checkpoint).encode(head))
  return { sha256: checkpoint.sha256 }
}
