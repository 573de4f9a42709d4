// The answers of this package in one dtype.
import { loadAlbert } from '../albert.mjs'
import { packTexts } from '../batch.mjs'

/** @typedef {{ pooled: ArrayLike<number>[], mean: ArrayLike<number>[] }} Features */
/** @typedef {{ words: number[], sst2_pooled?: number[], sst2_mean?: number[], ner?: string[][] }} Choices */
/** @typedef {Features & Choices} Answers */
/** @typedef {{ weight: number[][], bias: number[], labels?: string[] }} Probe */
/** @typedef {Record<'sst2_pooled' | 'sst2_mean' | 'ner', Probe>} Probes */

const TEXTS_A_CALL = 32

/** @param {ArrayLike<number>} row @param {number} width @param {number} rows */
function meanOf(row, width, rows) {
  const mean = new Float32Array(width)
  for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) mean[j] += row[i * width + j] / rows
  return mean
}

/** @param {ArrayLike<number>} row */
function best(row) {
  let found = 0
  for (let i = 1; i < row.length; i++) if (row[i] > row[found]) found = i
  return found
}

/** The class that a probe chooses. @param {Probe} probe @param {ArrayLike<number>} row */
function chosen({ weight, bias }, row) {
  return best(bias.map((start, label) => weight[label].reduce((sum, value, i) => sum + value * row[i], start)))
}

/**
 * @param {string} folder of the model
 * @param {{ dtype: string, quality?: string }} arithmetic
 * @param {import('./questions.mjs').Questions} questions
 * @param {Probes} probes
 * @returns {Promise<Answers>}
 */
export async function answersOf(folder, arithmetic, questions, probes) {
  const { AutoModelForPreTraining } = await loadAlbert()
  const model = await AutoModelForPreTraining.from_pretrained(folder, /** @type {{ dtype: 'fp32' }} */ (arithmetic))
  const width = model.config.hidden_size
  /** @type {(texts: number[][], use: (n: number, pooled: Float32Array, hidden: Float32Array) => void) => Promise<void>} */
  const embed = async (texts, use) => {
    for (let first = 0; first < texts.length; first += TEXTS_A_CALL) {
      const batch = packTexts(texts.slice(first, first + TEXTS_A_CALL).map(ids => Int32Array.from(ids)))
      const out = await model.forward(batch, { outputs: ['pooler_output', 'last_hidden_state'] })
      const pooled = /** @type {Float32Array} */ (out.pooler_output.data)
      const hidden = /** @type {Float32Array} */ (out.last_hidden_state.data)
      for (let n = 0; n + 1 < batch.starts.length; n++)
        use(
          first + n,
          pooled.slice(n * width, (n + 1) * width),
          hidden.subarray(batch.starts[n] * width, batch.starts[n + 1] * width),
        )
    }
  }
  /** @type {(texts: number[][]) => Promise<Features>} */
  const features = async texts => {
    /** @type {Features} */
    const found = { pooled: [], mean: [] }
    await embed(texts, (n, pooled, hidden) => {
      found.pooled[n] = pooled
      found.mean[n] = meanOf(hidden, width, texts[n].length)
    })
    return found
  }
  try {
    /** @type {number[]} */
    const words = []
    for (const { ids, places } of questions.masked) {
      const out = await model.forward(packTexts([Int32Array.from(ids)]), {
        outputs: ['prediction_logits'],
        rows: Int32Array.from(places),
      })
      const scores = /** @type {Float32Array} */ (out.prediction_logits.data)
      const { vocab_size } = model.config
      places.forEach((_, i) => {
        words.push(best(scores.subarray(i * vocab_size, (i + 1) * vocab_size)))
      })
    }
    /** @type {Answers} */
    const answers = { ...(await features(questions.passages)), words }
    if (questions.sst2) {
      const { pooled, mean } = await features(questions.sst2)
      answers.sst2_pooled = pooled.map(row => chosen(probes.sst2_pooled, row))
      answers.sst2_mean = mean.map(row => chosen(probes.sst2_mean, row))
    }
    if (questions.ner) {
      const sentences = questions.ner
      const labels = probes.ner.labels ?? []
      /** @type {string[][]} */
      const tags = []
      await embed(
        sentences.map(({ ids }) => ids),
        (n, _, hidden) => {
          tags[n] = sentences[n].places.map(
            place => labels[chosen(probes.ner, hidden.subarray(place * width, (place + 1) * width))],
          )
        },
      )
      answers.ner = tags
    }
    return answers
  } finally {
    await model.dispose()
  }
}
