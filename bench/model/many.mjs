// What a pipeline costs beside its model: 10,000 texts through it, and the same texts by `model.forward`, tokenised and
// packed before the clock starts. `node bench/model/many.mjs [--texts N] [--model starter|base] [--dtype D] [--threads N]
// [--json] [--quick]`. One half of the packed batches runs before the pipeline and one after it, so that a machine that
// becomes busier hits both.
import { parseArgs } from 'node:util'
import { loadAlbert } from '../albert.mjs'
import { packTexts, randomNumbers } from '../batch.mjs'
import { fingerprint, watchOthers } from '../machine.mjs'
import { saveResult } from '../results.mjs'
import { rounded } from '../statistics.mjs'
import { MODELS, makeModel, SEED } from '../weights.mjs'
import { raggedLatency } from './latency.mjs'
import { packageTokenizer, wordTexts } from './texts.mjs'

const { values: flags } = parseArgs({
  options: {
    texts: { type: 'string', default: '10000' },
    model: { type: 'string', default: 'base' },
    dtype: { type: 'string', default: 'fp32' },
    threads: { type: 'string', default: '2' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
/** As the ragged benchmark has them. */
const [SHORTEST, LONGEST, TEXTS_A_BATCH] = [8, 128, 64]

const { AlbertModel, pipeline } = await loadAlbert()

/** Seconds that `work` takes. @param {() => Promise<unknown>} work */
async function seconds(work) {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/** @param {string[]} texts */
async function* oneByOne(texts) {
  yield* texts
}

async function measure() {
  const directory = flags.model === 'base' ? await makeModel() : undefined
  const dtype = /** @type {'fp32'} */ (flags.dtype)
  const model = await AlbertModel.from_pretrained(directory, { dtype, threads: Number(flags.threads) })
  const tokenizer = await packageTokenizer()
  const embed = await pipeline('feature-extraction', model, { tokenizer })
  const random = randomNumbers(SEED)
  const count = flags.quick ? 1000 : Number(flags.texts)
  const lengths = Array.from({ length: count }, () => Math.floor(SHORTEST + random() * (LONGEST - SHORTEST + 1)))
  const texts = wordTexts(tokenizer, lengths)
  const encodings = await tokenizer.encodeBatch(texts)
  const tokens = encodings.reduce((sum, { ids }) => sum + ids.length, 0)
  const batches = Array.from({ length: Math.ceil(count / TEXTS_A_BATCH) }, (_, i) =>
    packTexts(encodings.slice(i * TEXTS_A_BATCH, (i + 1) * TEXTS_A_BATCH).map(({ ids }) => ids)),
  )
  const half = batches.length >> 1
  const outputs = ['last_hidden_state']
  /** @param {boolean} pruned first positions only @param {number} from @param {number} [end] */
  const forward = async (pruned, from, end) => {
    for (const batch of batches.slice(from, end))
      await model.forward(batch, { outputs, ...(pruned && { rows: batch.starts.slice(0, -1) }) })
  }
  const drain = async () => {
    for await (const _ of embed(oneByOne(texts), { pooling: 'cls' }));
  }
  const works = {
    'a list, cls': { pruned: true, work: () => embed(texts, { pooling: 'cls' }) },
    'a list, mean': { pruned: false, work: () => embed(texts, { pooling: 'mean' }) },
    'a stream, cls': { pruned: true, work: drain },
  }
  const others = watchOthers()
  await forward(true, 0, 4)
  /** @type {Record<string, { texts_per_second: number, forward_texts_per_second: number, ratio: number }>} */
  const rows = {}
  for (const [name, { pruned, work }] of Object.entries(works)) {
    const before = await seconds(() => forward(pruned, 0, half))
    const own = await seconds(work)
    const packed = before + (await seconds(() => forward(pruned, half)))
    rows[name] = {
      texts_per_second: rounded(count / own),
      forward_texts_per_second: rounded(count / packed),
      ratio: rounded(packed / own, 3),
    }
  }
  const ragged = await raggedLatency(model, { seconds: 1, calls: 3 })
  const result = {
    kind: 'many',
    date: new Date().toISOString(),
    machine: fingerprint(),
    threads: model.threads,
    isa: model.isa,
    dtype: model.dtype,
    weights: flags.model === 'base' ? { preset: MODELS.base, seed: SEED } : 'starter-en',
    texts: count,
    tokens,
    rows,
    ragged_texts_per_second: rounded((ragged.tokens_per_second * count) / tokens),
    others: rounded(others(), 2),
  }
  await model.dispose()
  return result
}

/** @param {Awaited<ReturnType<typeof measure>>} result */
function report({ machine, threads, isa, dtype, texts, tokens, rows, ragged_texts_per_second, others }) {
  const head = ['through the pipeline', 'texts/s', 'packed, texts/s', 'ratio']
  return [
    `${machine.cpu}, ${threads} threads, ${isa}, ${dtype}; others took ${Math.round(100 * others)} % of the machine`,
    `${texts} texts of ${SHORTEST} to ${LONGEST} tokens (${tokens}), ${flags.model}`,
    '',
    ...[head, ...Object.entries(rows).map(([name, row]) => [name, ...Object.values(row)])].map(([name, ...cells]) =>
      [String(name).padEnd(22), ...cells.map(cell => String(cell).padStart(17))].join(''),
    ),
    '',
    `the ragged batch of \`npm run bench\` at this length: ${ragged_texts_per_second} texts/s`,
  ].join('\n')
}

const result = await measure()
console.log(flags.json ? JSON.stringify(result) : report(result))
if (!flags.quick) console.error(`bench: written to ${saveResult(result)}`)
