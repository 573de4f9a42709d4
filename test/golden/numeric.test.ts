// Every forward case of test/golden/numeric through the public API: float32 on every usable instruction set within 1e-5,
// and the float64 reference within 1e-12. Gradients wait for training.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import * as heads from '../../lib/heads.js'
import { nativeAddon } from '../../lib/native-loader.js'
import { packPadded, readPadded } from '../../lib/padded.js'
import { Tensor } from '../../lib/tensor.js'
import { caseNames, errorOf, type NumericCase, readCase, writeCheckpoint } from './numeric-case.js'

const classes = {
  ...heads,
  // Names of classes that golden.py made up where transformers has none.
  BertModel: heads.AlbertModel,
  SharedModel: heads.AlbertModel,
  DropoutModel: heads.AlbertModel,
  Squad2: heads.AlbertForSquad2,
}

const usable = nativeAddon()
  .machine()
  .isas.filter(({ usable }) => usable)
const engines = [
  ...usable.map(({ name }) => ({ name: `fp32 ${name}`, dtype: 'fp32' as const, isa: name, tolerance: 1e-5 })),
  { name: 'fp64', dtype: 'fp64' as const, isa: 'reference', tolerance: 1e-12 },
]

const folder = mkdtempSync(join(tmpdir(), 'albert-golden-'))
afterAll(() => rmSync(folder, { recursive: true }))
const checkpoints = new Map(caseNames.map(name => [name, writeCheckpoint(name, folder)]))

type Outputs = Record<string, Tensor | Tensor[]>
interface AnyModel {
  (inputs: Record<string, Tensor>, options?: object): Promise<Outputs>
  dispose(): Promise<void>
}

async function withModel<T>(
  golden: NumericCase,
  engine: (typeof engines)[number],
  use: (model: AnyModel) => Promise<T>,
) {
  const { dtype, isa } = engine
  const Model = classes[golden.cls as 'AlbertModel']
  const model = await Model.from_pretrained(checkpoints.get(golden.name)!, { dtype, isa })
  try {
    return await use(model as unknown as AnyModel)
  } finally {
    await model.dispose()
  }
}

/** `hidden_states.2` of the case is entry 2 of the array `hidden_states`. */
function find(outputs: Outputs, name: string): Tensor {
  const [list, index] = name.split('.')
  const found = outputs[list!]
  return Array.isArray(found) ? found[Number(index)]! : found!
}

function expectClose(actual: Tensor, wanted: Tensor, tolerance: number, what: string): void {
  expect(actual.dims.join(), `${what}: dims`).toBe(what.endsWith('_loss') ? '' : wanted.dims.join())
  expect(errorOf(actual.data, wanted.data), what).toBeLessThanOrEqual(tolerance)
}

const ordinary = caseNames.filter(name => !name.startsWith('dropout_'))
const headless = ordinary.filter(name => readCase(name).outputs['last_hidden_state'] && name !== 'squad2_head')

describe.each(engines)('$name', engine => {
  it.each(ordinary)('%s', name => {
    const golden = readCase(name)
    return withModel(golden, engine, async model => {
      const outputs = await model(golden.inputs, {
        compute_padding: true,
        output_hidden_states: true,
        output_attentions: true,
        ...golden.beams,
      })
      outputs['last_hidden_state'] ??= (outputs['hidden_states'] as Tensor[]).at(-1)!
      expect(Object.keys(golden.outputs).length).toBeGreaterThan(0)
      for (const [key, wanted] of Object.entries(golden.outputs)) {
        expectClose(find(outputs, key), wanted, engine.tolerance, key)
      }
      if (golden.loss === undefined) return expect(outputs['loss']).toBeUndefined()
      const loss = (outputs['loss'] as Tensor).item() as number
      if (golden.loss === 'nan') return expect(loss).toBeNaN()
      expect(Math.abs(loss / (golden.loss as number) - 1), 'loss').toBeLessThanOrEqual(engine.tolerance)
      for (const [part, wanted] of Object.entries(golden.loss_parts ?? {})) {
        const value = find(outputs, part === 'masked_lm' ? 'mlm_loss' : 'sop_loss').item() as number
        expect(Math.abs(value / wanted - 1), part).toBeLessThanOrEqual(engine.tolerance)
      }
    })
  })

  it.each(headless)('%s without the hidden positions', name => {
    const golden = readCase(name)
    return withModel(golden, engine, async model => {
      const wanted = golden.outputs['last_hidden_state']!
      const outputs = await model(golden.inputs)
      const actual = outputs['last_hidden_state'] as Tensor
      const width = wanted.dims.at(-1)!
      const mask = Array.from(
        golden.inputs['attention_mask']?.data ?? new Float32Array(wanted.size / width).fill(1),
        Number,
      )
      const columns = wanted.dims[1]!
      const expected = Float64Array.from(wanted.data as Float64Array)
      for (let place = 0; place < mask.length; place++) {
        const text = place - (place % columns)
        const whole = !mask.slice(text, text + columns).some(visible => visible !== 0)
        // Column 0 is computed for the pooler even where it is hidden.
        if (mask[place] === 0 && !whole && place !== text) expected.fill(0, place * width, (place + 1) * width)
      }
      expectClose(actual, new Tensor('float64', expected, wanted.dims), engine.tolerance, 'last_hidden_state')
      expectClose(
        outputs['pooler_output'] as Tensor,
        golden.outputs['pooler_output']!,
        engine.tolerance,
        'pooler_output',
      )
    })
  })

  it.each(['dropout_hf', 'dropout_reference'])('%s with the stored multipliers', name => {
    const golden = readCase(name)
    return withModel(golden, engine, async model => {
      const albert = model as unknown as heads.AlbertModel
      const padded = readPadded(golden.inputs, albert.config, engine.dtype, 2)
      const { batch } = packPadded(padded, { first: true, all: true })
      const multipliers = Object.fromEntries(
        Object.entries(golden.multipliers).map(([place, values]) => [
          place,
          engine.dtype === 'fp64' ? Float64Array.from(values) : values,
        ]),
      )
      const outputs = await albert.forward(batch, { outputs: ['last_hidden_state', 'pooler_output'], multipliers })
      for (const [key, wanted] of Object.entries(golden.outputs)) {
        expect(errorOf(outputs[key]!.data, wanted.data), key).toBeLessThanOrEqual(engine.tolerance)
      }
    })
  })
})
