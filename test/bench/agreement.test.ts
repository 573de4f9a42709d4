// Ours beside ONNX Runtime at the size that is timed: ALBERT-base, and two layers of BERT-base, seeded weights, texts of two
// lengths in one padded batch.
// Needs the peers (installed by `npm run bench:peers`); without them it is skipped and says so.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { randomNumbers, randomText } from '../../bench/batch.mjs'
import { missingPeers } from '../../bench/peers/install.mjs'
import { AlbertModel } from '../../lib/heads.js'
import { presets } from '../../lib/presets.js'
import { Tensor } from '../../lib/tensor.js'
import { errorOf } from '../golden/numeric-case.js'

const LENGTHS = [23, 9]
const LONGEST = Math.max(...LENGTHS)
const missing = missingPeers()

const models = [
  { name: 'ALBERT-base', config: presets.albertBaseV2 },
  {
    name: 'BERT-base, two layers',
    config: { ...presets.bertBase, num_hidden_layers: 2, sharing: { attention_groups: 2, ffn_groups: 2 } },
  },
]

it.for(models)('$name answers as ONNX Runtime does with the same weights', async ({ config }, context) => {
  if (missing.length > 0) context.skip(`not installed: ${missing.join(', ')}; npm run bench:peers installs them`)
  const { writeOnnx } = await import('../../bench/peers/onnx.mjs')
  const runtime = createRequire(join(import.meta.dirname, '../../bench/package.json'))('onnxruntime-node')
  const directory = mkdtempSync(join(tmpdir(), 'albert-agreement-'))
  try {
    await using model = await AlbertModel.from_config(config, { seed: 1, dtype: 'fp32' })
    await model.save_pretrained(directory)
    const file = join(directory, 'model.onnx')
    writeOnnx(directory, file)

    const size = LENGTHS.length * LONGEST
    const input_ids = new BigInt64Array(size)
    const attention_mask = new BigInt64Array(size)
    const random = randomNumbers(1)
    LENGTHS.forEach((length, n) => {
      input_ids.set(BigInt64Array.from(randomText(length, model.config.vocab_size, random), BigInt), n * LONGEST)
      attention_mask.fill(1n, n * LONGEST, n * LONGEST + length)
    })
    const given = { input_ids, attention_mask, token_type_ids: new BigInt64Array(size) }
    const dims = [LENGTHS.length, LONGEST]
    const tensors = <T>(make: (data: BigInt64Array) => T) => ({
      input_ids: make(given.input_ids),
      attention_mask: make(given.attention_mask),
      token_type_ids: make(given.token_type_ids),
    })

    const ours = await model(
      tensors(data => new Tensor('int64', data, dims)),
      { compute_padding: true },
    )
    const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3 })
    const theirs = await session.run(tensors(data => new runtime.Tensor('int64', data, dims)))
    await session.release()
    expect(errorOf(ours.last_hidden_state.data, theirs.last_hidden_state.data)).toBeLessThan(1e-5)
    expect(errorOf(ours.pooler_output.data, theirs.pooler_output.data)).toBeLessThan(1e-5)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
