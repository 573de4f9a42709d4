// A second's test that this machine computes what the reference computed: the model in the package against the stored
// float64 answers beside it. Used by `albert doctor`.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packEncodings } from '../batch.js'
import { SafetensorsFile } from '../checkpoint/safetensors-file.js'
import { AlbertForPreTraining } from '../heads.js'
import { modelFolder } from '../model-folder.js'
import { best } from '../pipelines/scores.js'
import { AutoTokenizer } from '../tokenizer/index.js'

export interface SelfTest {
  passed: boolean
  checks: { name: string; passed: boolean; found: string }[]
  texts: number
  ms: number
}

interface ReferencePair {
  first: string
  second: string
  ids: number[]
}

/** Enough to meet every kernel, few enough for the slowest of them. */
const TEXTS = 4
/** As for every float32 output: six times what float32 arithmetic differs by itself. */
const TOLERANCE = 1e-5

export async function selfTest(): Promise<SelfTest> {
  const folder = modelFolder()
  const pairs = (JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8')) as ReferencePair[]).slice(0, TEXTS)
  const wanted = await referenceTensors(join(folder, 'reference.safetensors'))
  const tokenizer = await AutoTokenizer.from_pretrained()
  const model = await AlbertForPreTraining.from_pretrained(undefined, { dtype: 'fp32' })
  try {
    const started = performance.now()
    const encodings = pairs.map(({ first, second }) => tokenizer.encodeIds(first, second))
    const batch = packEncodings(encodings)
    const masks = Int32Array.from(pairs, (_, i) => batch.starts[i]! + wanted('masked_position', i, 1)[0]!)
    const answer = await model.forward(batch, {
      outputs: ['pooler_output', 'sop_logits', 'prediction_logits'],
      rows: masks,
    })
    const rows = (name: string): ArrayLike<number>[] =>
      [...answer[name]!].map(row => (row as { data: Float32Array }).data)
    const pooled = worst(rows('pooler_output'), wanted, 'pooler_output')
    const order = worst(rows('sop_logits'), wanted, 'sop_logits')
    const words = rows('prediction_logits').filter((logits, i) =>
      equal(best(logits, 20), wanted('masked_logits_top20_ids', i, 20)),
    )
    const tokens = encodings.filter(({ ids }, i) => equal(ids, pairs[i]!.ids))
    return finish(performance.now() - started, [
      { name: 'tokens', passed: tokens.length === TEXTS, found: `${tokens.length} of ${TEXTS} texts alike` },
      { name: 'pooled vectors', passed: pooled <= TOLERANCE, found: `error ${pooled.toExponential(1)}` },
      { name: 'sentence order', passed: order <= TOLERANCE, found: `error ${order.toExponential(1)}` },
      { name: 'masked words', passed: words.length === TEXTS, found: `20 best of ${words.length} of ${TEXTS} alike` },
    ])
  } finally {
    await model.dispose()
  }
}

function finish(ms: number, checks: SelfTest['checks']): SelfTest {
  return { passed: checks.every(check => check.passed), checks, texts: TEXTS, ms }
}

type Wanted = (name: string, row: number, width: number) => number[]

async function referenceTensors(path: string): Promise<Wanted> {
  const file = await SafetensorsFile.open(path)
  const values = new Map<string, number[]>()
  try {
    for (const [name, entry] of file.tensors) {
      const parts: Buffer[] = []
      for await (const { bytes } of file.chunks(entry)) parts.push(Buffer.from(bytes))
      const data = Buffer.concat(parts)
      const read = (i: number): number =>
        entry.dtype === 'F64' ? data.readDoubleLE(8 * i) : Number(data.readBigInt64LE(8 * i))
      values.set(
        name,
        Array.from({ length: data.length / 8 }, (_, i) => read(i)),
      )
    }
  } finally {
    await file.close()
  }
  return (name, row, width) => values.get(name)!.slice(row * width, (row + 1) * width)
}

/** Largest difference over the largest value, over all rows. */
function worst(rows: ArrayLike<number>[], wanted: Wanted, name: string): number {
  let difference = 0
  let largest = 0
  for (const [i, row] of rows.entries())
    for (const [j, value] of wanted(name, i, row.length).entries()) {
      difference = Math.max(difference, Math.abs(row[j]! - value))
      largest = Math.max(largest, Math.abs(value))
    }
  return difference / largest
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => value === b[i])
}
