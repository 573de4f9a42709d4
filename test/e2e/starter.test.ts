// The model in the package against reference outputs that transformers computed in float64 on the same weights.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AlbertForPreTraining } from '../../lib/heads.js'
import { nativeAddon } from '../../lib/native-loader.js'
import { packPadded, readPadded } from '../../lib/padded.js'
import type { Tensor } from '../../lib/tensor.js'
import { errorOf, readSafetensors, toTensor } from '../golden/numeric-case.js'

const reference = readSafetensors(join(import.meta.dirname, '../../models/starter-en/reference.safetensors'))
const isas = nativeAddon()
  .machine()
  .isas.filter(({ usable }) => usable)

describe.each(isas)('starter-en on $name', ({ name: isa }) => {
  // The plain reference loops are slow.
  const texts = isa === 'reference' ? 6 : 64
  const tensor = (name: string): Tensor => toTensor(reference.get(name)!).slice([0, texts])
  const inputs = {
    input_ids: tensor('input_ids'),
    attention_mask: tensor('attention_mask'),
    token_type_ids: tensor('token_type_ids'),
  }

  it('gives hidden states, pooled vectors and sentence orders within 1e-5', async () => {
    await using model = await AlbertForPreTraining.from_pretrained(undefined, { isa, dtype: 'fp32' })
    expect(model.missingHead).toEqual([])
    const { batch } = packPadded(readPadded(inputs, model.config, 'fp32', 2), { first: false, all: false })
    const outputs = await model.forward(batch, { outputs: ['last_hidden_state', 'pooler_output', 'sop_logits'] })
    expect(errorOf(outputs['sop_logits']!.data, tensor('sop_logits').data)).toBeLessThanOrEqual(1e-5)
    expect(errorOf(outputs['pooler_output']!.data, tensor('pooler_output').data)).toBeLessThanOrEqual(1e-5)
    const means = Array.from({ length: texts }, (_, text) => {
      const rows = outputs['last_hidden_state']!.slice([batch.starts[text]!, batch.starts[text + 1]!])
      const [tokens, width] = rows.dims as [number, number]
      return Array.from({ length: width }, (_, i) => {
        let sum = 0
        for (let row = 0; row < tokens; row++) sum += rows.data[row * width + i]!
        return sum / tokens
      })
    })
    expect(errorOf(means.flat(), tensor('mean_pooled').data)).toBeLessThanOrEqual(1e-5)
  })

  it('gives the best words at each mask, in order, within 1e-5', async () => {
    await using model = await AlbertForPreTraining.from_pretrained(undefined, { isa, dtype: 'fp32' })
    const { batch } = packPadded(readPadded(inputs, model.config, 'fp32', 2), { first: false, all: false })
    const masks = tensor('masked_position').data
    const rows = Int32Array.from({ length: texts }, (_, text) => batch.starts[text]! + Number(masks[text]))
    const { prediction_logits } = await model.forward(batch, { outputs: ['prediction_logits'], rows })
    const wanted = tensor('masked_logits_top20').tolist() as number[][]
    const best = tensor('masked_logits_top20_ids').tolist() as bigint[][]
    for (let text = 0; text < texts; text++) {
      const logits = prediction_logits!.slice(text).data
      expect(
        errorOf(
          best[text]!.map(id => logits[Number(id)]!),
          wanted[text]!,
        ),
      ).toBeLessThanOrEqual(1e-5)
      expect(logits.indexOf(Math.max(...logits))).toBe(Number(best[text]![0]))
    }
  })
})
