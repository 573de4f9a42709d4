// Ask only for what is needed: each output asked for alone, and at chosen rows, has the bits that it has among all others.
import { describe, expect, it } from 'vitest'
import { packEncodings } from '../../lib/batch.js'
import * as heads from '../../lib/heads.js'
import { nativeAddon } from '../../lib/native-loader.js'
import { outputsOf } from '../../lib/outputs.js'
import { tinyConfig } from '../lib/models.js'

const isas = nativeAddon()
  .machine()
  .isas.filter(({ usable }) => usable)
const classes = Object.values(heads)
const batch = packEncodings(
  [1, 17, 40, 8, 3].map((length, text) => ({
    ids: Array.from({ length }, (_, i) => (text * 31 + i * 7) % 99),
    types: Array.from({ length }, (_, i) => (i > length / 2 ? 1 : 0)),
  })),
)
const tokens = batch.types.length
const rowWise = new Set(['last_hidden_state', 'logits', 'prediction_logits'])

describe.each(isas)('on $name', ({ name: isa }) => {
  it.each(classes.map(Model => [Model.name, Model] as const))('%s', async (_, Model) => {
    await using model = await (Model as typeof heads.AlbertModel).from_config(tinyConfig, { isa })
    const names = outputsOf(Model.head).filter(name => name !== 'end_log_probs')
    const all = await model.forward(batch, { outputs: names })
    for (const name of names) {
      const alone = await model.forward(batch, { outputs: [name] })
      const parts = Object.keys(alone)
      expect(parts, name).toEqual(name === 'attentions' ? expect.arrayContaining(['attentions.2.4']) : [name])
      for (const part of parts) expect(alone[part]!.data, part).toEqual(all[part]!.data)
    }
    const rows = Int32Array.of(0, 5, 17, 18, tokens - 1)
    for (const name of names.filter(output => rowWise.has(output) && all[output]!.dims[0] === tokens)) {
      const chosen = await model.forward(batch, { outputs: [name], rows })
      expect(chosen[name]!.tolist(), name).toEqual(Array.from(rows, row => all[name]!.slice(row).tolist()))
      const none = await model.forward(batch, { outputs: [name], rows: Int32Array.of() })
      expect(none[name]!.dims, name).toEqual([0, all[name]!.dims[1]])
    }
  })
})
