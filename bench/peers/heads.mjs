// The heads of the ONNX files: from the encoder's rows to the outputs that transformers.js reads, under its names.
// Only those of its tasks; pre-training, multiple choice and SQuAD 2 are left out.
import { ELEMENT } from './graph.mjs'

/** @typedef {import('./onnx.mjs').AlbertGraph} AlbertGraph */
/** @typedef {(albert: AlbertGraph, hidden: string) => void} Head  adds its nodes and outputs to the graph */
/** @typedef {'none' | 'masked_lm' | 'sequence_classification' | 'token_classification' | 'question_answering'} HeadName */

const ROWS = ['batch', 'sequence']

/** x W + b with the weight and bias of `name`. @param {AlbertGraph} albert @param {string} x @param {string} name */
function dense(albert, x, name) {
  return albert.linear(x, albert.matrix(`${name}.weight`), albert.vector(`${name}.bias`))
}

/** Tanh of the dense first rows. @param {AlbertGraph} albert @param {string} hidden @param {string} [output] */
function pool(albert, hidden, output) {
  const { graph } = albert
  const first = graph.node('Gather', [hidden, graph.constant('first', [], BigInt64Array.of(0n))], { axis: 1 })
  const weights = [albert.vector('pooler.weight'), albert.vector('pooler.bias')]
  return graph.node('Tanh', [graph.node('Gemm', [first, ...weights], { transB: 1 })], {}, output)
}

/** Gives `value` out as `name`. @param {AlbertGraph} albert @param {string} value @param {string} name @param {(number | string)[]} dims */
function give({ graph }, value, name, dims) {
  graph.output(graph.node('Identity', [value], {}, name), ELEMENT.float, dims)
}

/** How many numbers a dense layer gives. @param {AlbertGraph} albert @param {string} name */
function width(albert, name) {
  return albert.weight(`${name}.weight`).dims[0]
}

/** @type {Record<HeadName, Head>} */
export const heads = {
  none(albert, hidden) {
    const { graph, config } = albert
    const named = graph.node('Identity', [hidden], {}, 'last_hidden_state')
    graph.output(named, ELEMENT.float, [...ROWS, config.hidden_size])
    graph.output(pool(albert, named, 'pooler_output'), ELEMENT.float, ['batch', config.hidden_size])
  },

  masked_lm(albert, hidden) {
    const { graph, config } = albert
    const activated = albert.activate(dense(albert, hidden, 'predictions.dense'))
    const gain = albert.vector('predictions.LayerNorm.weight')
    const rows = albert.normalize(activated, gain, albert.vector('predictions.LayerNorm.bias'))
    // Stored once: the words are the encoder's own.
    const words = graph.node('Transpose', ['embeddings.word_embeddings.weight'], { perm: [1, 0] })
    const logits = albert.linear(rows, words, albert.vector('predictions.bias'))
    give(albert, logits, 'logits', [...ROWS, config.vocab_size])
  },

  sequence_classification(albert, hidden) {
    const logits = dense(albert, pool(albert, hidden), 'classifier')
    give(albert, logits, 'logits', ['batch', width(albert, 'classifier')])
  },

  token_classification(albert, hidden) {
    give(albert, dense(albert, hidden, 'classifier'), 'logits', [...ROWS, width(albert, 'classifier')])
  },

  question_answering(albert, hidden) {
    const { graph } = albert
    const logits = dense(albert, hidden, 'qa_outputs')
    const names = ['start_logits', 'end_logits']
    names.forEach((name, side) => {
      const index = graph.constant(`${name}.column`, [], BigInt64Array.of(BigInt(side)))
      give(albert, graph.node('Gather', [logits, index], { axis: -1 }), name, ROWS)
    })
  },
}
