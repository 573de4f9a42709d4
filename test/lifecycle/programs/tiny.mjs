// Tiny models for the addon itself, without lib: their sizes, weights drawn from their names, one request for each head.
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

const HIDDEN = 48
const EMBEDDING = 16
const VOCABULARY = 99
const LABELS = 3
const HEADS = 4

export function config(head) {
  return {
    vocabSize: VOCABULARY,
    embeddingSize: EMBEDDING,
    hiddenSize: HIDDEN,
    intermediateSize: 80,
    heads: HEADS,
    positions: 64,
    types: 2,
    innerGroups: 1,
    // Three layers that share two sets.
    attentionMap: Int32Array.of(0, 1, 1),
    ffnMap: Int32Array.of(0, 1, 1),
    splitNames: false,
    activation: 'gelu_new',
    layerNormEps: 1e-12,
    projection: true,
    head,
    labels: head === 'question_answering' ? 2 : head === 'multiple_choice' ? 1 : LABELS,
  }
}

function numbers(count, array = Float32Array) {
  return array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 0.3)
}

export function writeWeights(model) {
  for (const { name, shape } of model.parameters()) {
    const size = shape.reduce((a, b) => a * b, 1)
    model.write(name, 0, new Uint8Array(numbers(size).buffer), 'F32')
  }
}

const integers = (length, value) => Int32Array.from({ length }, (_, i) => value(i))

/** A request for each head, with everything that can be asked of it. A walk has more than one piece. */
export function requests(dtype, schedule) {
  const array = dtype === 'fp64' ? Float64Array : Float32Array
  const sequences = 6
  const length = schedule === 'walk' ? 48 : 8
  const tokens = sequences * length
  const ids = integers(tokens, i => (i * 7 + 5) % VOCABULARY)
  const withoutIds = {
    types: integers(tokens, i => (i % length > length / 2 ? 1 : 0)),
    positions: integers(tokens, i => i % length),
    starts: integers(sequences + 1, i => i * length),
  }
  const batch = { ids, ...withoutIds }
  const positions = { startPositions: integers(sequences, i => i), endPositions: integers(sequences, i => i + 2) }
  const rows = integers(tokens / 4, i => i * 4)
  return {
    none: { ...batch, outputs: ['last_hidden_state', 'pooler_output', 'hidden_states', 'attentions'] },
    'none, embeds and multipliers': {
      ...withoutIds,
      embeds: numbers(tokens * EMBEDDING, array),
      visible: Uint8Array.from(ids, id => (id % 5 === 0 ? 0 : 1)),
      outputs: ['last_hidden_state'],
      multipliers: {
        embeddings: numbers(tokens * EMBEDDING, array),
        'attention_probs.1': numbers(sequences * HEADS * length * length, array),
        'attention_output.0': numbers(tokens * HIDDEN, array),
        'ffn_output.2': numbers(tokens * HIDDEN, array),
      },
    },
    masked_lm: { ...batch, rows, outputs: ['logits'], labels: integers(rows.length, i => (i % 3 ? i : -100)) },
    pretraining: {
      ...batch,
      rows,
      outputs: ['prediction_logits', 'sop_logits', 'pooler_output'],
      labels: integers(rows.length, i => i),
      sentenceOrderLabels: integers(sequences, i => i % 2),
    },
    sequence_classification: {
      ...batch,
      outputs: ['logits'],
      problem: 'multi_label',
      labels: numbers(sequences * LABELS, array).map(Math.abs),
    },
    token_classification: { ...batch, outputs: ['logits'], labels: integers(tokens, i => i % LABELS) },
    question_answering: { ...batch, outputs: ['logits'], ...positions },
    multiple_choice: { ...batch, outputs: ['logits'], choices: 2, labels: integers(sequences / 2, i => i % 2) },
    squad2: {
      ...batch,
      ...positions,
      outputs: [
        'start_log_probs',
        'cls_logits',
        'end_log_probs',
        'start_top_index',
        'end_top_log_probs',
        'end_top_index',
      ],
      excluded: array.from({ length: tokens }, (_, i) => (i % length === 0 ? 1 : 0)),
      impossible: array.from({ length: sequences }, (_, i) => i % 2),
    },
  }
}

export const headOf = name => name.split(',')[0]

/** Everything that a result holds, as one hash. The result is released. */
export function bitsOf(result, dtype) {
  const hash = createHash('sha256').update(JSON.stringify([result.dims, result.losses]))
  for (const [name, dims] of Object.entries(result.dims)) {
    const size = dims.reduce((a, b) => a * b, 1)
    const target = dtype === 'fp64' ? new Float64Array(size) : new Float32Array(size)
    result.copy(name, 0, target)
    hash.update(Buffer.from(target.buffer))
  }
  result.release()
  return hash.digest('hex')
}
