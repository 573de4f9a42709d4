// Same bits in any company: random batches in every dtype on every usable instruction set give each text exactly the bits that it has
// alone, whatever the batch, the threads, the schedule, the padding, whatever else is asked for, and wherever its
// companions stop.
import { describe, expect, it } from 'vitest'
import type { PackedBatch } from '../../lib/batch.js'
import { AlbertForPreTraining } from '../../lib/heads.js'
import { nativeAddon } from '../../lib/native-loader.js'
import { packPadded, readPadded } from '../../lib/padded.js'
import type { FloatTensor } from '../../lib/tensor.js'

// Sizes that are no multiples of vectors and tiles.
const config = {
  vocab_size: 101,
  embedding_size: 20,
  hidden_size: 60,
  num_hidden_layers: 3,
  num_attention_heads: 5,
  intermediate_size: 100,
  max_position_embeddings: 512,
  hidden_act: 'gelu_new',
  initializer_range: 0.1,
} as const
const outputs = ['last_hidden_state', 'pooler_output', 'prediction_logits', 'sop_logits'] as const
type Output = (typeof outputs)[number]
const widths = { last_hidden_state: config.hidden_size, prediction_logits: config.vocab_size }
type RowWise = keyof typeof widths

/** A text as a caller pads it: left padding and holes are hidden columns. */
interface Text {
  ids: number[]
  types: number[]
  mask: number[]
}
/** Bits of a text alone, after some layers: each visible column's rows, and the pooled ones. */
type Alone = Record<Output, Float32Array>
/** Of each text after 1, 2, ... layers. */
type Answers = Alone[][]

let random = generator(20)
const below = (n: number): number => Math.floor(random() * n)
/** 1 to n, as many near 1 as near n on a logarithmic scale. */
const upTo = (n: number): number => Math.min(n, Math.floor(Math.exp(random() * Math.log(n + 1))))

function drawText(columns: number): Text {
  const text: Text = { ids: [], types: [], mask: [] }
  const leftPadding = random() < 0.2 ? below(columns) : 0
  const holes = random() < 0.2 ? 0.3 : 0
  const second = below(columns)
  for (let column = 0; column < columns; column++) {
    text.ids.push(below(config.vocab_size))
    text.types.push(column > second ? 1 : 0)
    text.mask.push(column < leftPadding || random() < holes ? 0 : 1)
  }
  text.mask[columns - 1] = 1
  return text
}

/** Texts of the pool, no more than `count`, and no more tokens than `budget` after the first. */
function drawTexts(count: number, budget: number): number[] {
  const chosen = [below(pool.length)]
  let tokens = 0
  while (chosen.length < count) {
    const text = below(pool.length)
    tokens += pool[text]!.ids.length
    if (tokens > budget) break
    chosen.push(text)
  }
  return chosen
}

/** Lengths from 1 to 512 in all sizes; the ends and the neighbours of tile sizes among them. */
const pool = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 255, 256, 511, 512]
  .concat(Array.from({ length: 48 }, () => upTo(512)))
  .map(drawText)

/** Batches drawn for each arithmetic: float32 longest. */
const arithmetics = [
  { dtype: 'fp32', batches: 200 },
  { dtype: 'bf16', batches: 60 },
  { dtype: 'int8', batches: 60 },
  { dtype: 'int8', quality: 'high', batches: 40 },
] as const
const rows = nativeAddon()
  .machine()
  .isas.filter(({ usable }) => usable)
  .map(({ name }) => name)

/** Every row with what it multiplies itself; the plain reference, which is slow, in float32 alone. */
async function combinations() {
  const all: [string, string, (typeof arithmetics)[number]][] = []
  for (const isa of rows) {
    for (const each of arithmetics) {
      const { batches: _, ...arithmetic } = each
      await using model = await AlbertForPreTraining.from_config(config, { isa, ...arithmetic })
      const name = `${each.dtype}${'quality' in each ? `, quality ${each.quality}` : ''}`
      if (model.isa === isa && (isa !== 'reference' || each.dtype === 'fp32')) all.push([isa, name, each])
    }
  }
  return all
}

describe.each(await combinations())('bits on %s in %s', (isa, _, { batches, ...arithmetic }) => {
  it(`${batches} random batches give each text the bits that it has alone`, { timeout: 300_000 }, async () => {
    random = generator(21)
    // The plain reference loops are slow.
    const tokens = isa === 'reference' ? 400 : 1500
    const load = (threads: number, schedule: 'split' | 'walk') =>
      AlbertForPreTraining.from_config(config, { seed: 5, isa, threads, schedule, ...arithmetic })
    const models = [await load(1, 'split'), await load(2, 'split'), await load(1, 'walk'), await load(2, 'walk')]
    try {
      const alone: Answers = []
      for (const text of pool) alone.push(await answerAlone(models[0]!, text))
      for (let i = 0; i < batches; i++) {
        const chosen = i % 50 === 49 ? drawTexts(64, 8 * tokens) : drawTexts(upTo(64), tokens)
        await compare(models[i % models.length]!, chosen, alone, `batch ${i}`)
      }
    } finally {
      for (const model of models) await model.dispose()
    }
  })
})

async function answerAlone(model: AlbertForPreTraining, text: Text): Promise<Alone[]> {
  const { batch } = pack(model, [text], false)
  const rows = visibleRows(batch)
  const answers: Alone[] = []
  for (let layers = 1; layers <= config.num_hidden_layers; layers++) {
    answers.push(toBits(await model.forward(batch, { outputs: [...outputs], rows, layers: Int32Array.of(layers) })))
  }
  return answers
}

/** One batch, asked for in a way drawn at random, against its texts alone. */
async function compare(model: AlbertForPreTraining, chosen: number[], answers: Answers, what: string): Promise<void> {
  const texts = chosen.map(text => pool[text]!)
  const { batch } = pack(model, texts, random() < 0.5)
  const all = visibleRows(batch)
  const rows = random() < 0.5 ? all : all.filter(() => random() < 0.2)
  const wanted = random() < 0.5 ? [...outputs] : outputs.filter(() => random() < 0.5)
  const early = random() < 0.5
  const layers = Int32Array.from(chosen, () => (early ? 1 + below(config.num_hidden_layers) : config.num_hidden_layers))
  const alone = chosen.map((text, n) => answers[text]![layers[n]! - 1]!)
  const bits = toBits(await model.forward(batch, { outputs: wanted, rows, ...(early && { layers }) }))
  for (const name of wanted) {
    const expected = isRowWise(name) ? rowsAlone(name, batch, alone, new Set(rows)) : alone.map(answer => answer[name])
    const equal = Buffer.concat(expected.map(bytesOf)).equals(bytesOf(bits[name]))
    expect(equal, `${what}, ${name}: bits (${texts.length} texts, ${model.threads} threads)`).toBe(true)
  }
}

/** The rows asked for, each as its text has it alone: there the visible rows lie one after another. */
function rowsAlone(name: RowWise, batch: PackedBatch, alone: Alone[], rows: Set<number>) {
  const width = widths[name]
  return alone.flatMap((answer, n) => {
    const tokens = visibleRows(batch).filter(row => row >= batch.starts[n]! && row < batch.starts[n + 1]!)
    const places = [...tokens.keys()].filter(place => rows.has(tokens[place]!))
    return places.map(place => answer[name].subarray(place * width, (place + 1) * width))
  })
}

/** Through padded arrays, as callers give them; with `all`, hidden columns are computed, too. */
function pack(model: AlbertForPreTraining, texts: Text[], all: boolean): { batch: PackedBatch } {
  const columns = Math.max(...texts.map(text => text.ids.length))
  const pad = (row: number[]): number[] => [...row, ...new Array<number>(columns - row.length).fill(0)]
  const inputs = {
    input_ids: texts.map(text => pad(text.ids)),
    token_type_ids: texts.map(text => pad(text.types)),
    attention_mask: texts.map(text => pad(text.mask)),
  }
  return packPadded(readPadded(inputs, model.config, 'fp32', 2), { first: true, all })
}

function visibleRows(batch: PackedBatch): Int32Array {
  return Int32Array.from(batch.types.keys()).filter(row => batch.visible?.[row] !== 0)
}

function toBits(tensors: Record<string, FloatTensor>): Alone {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data])) as Alone
}

function isRowWise(name: Output): name is RowWise {
  return name in widths
}

function bytesOf(array: Float32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}

/** mulberry32: equal numbers in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
