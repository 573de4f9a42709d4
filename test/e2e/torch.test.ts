// A random model of base size against PyTorch, through a checkpoint that transformers wrote.
// Needs ALBERT_ORACLE_PYTHON: the python of an environment with torch and transformers.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { AlbertForPreTraining } from '../../lib/heads.js'
import { errorOf, readSafetensors, toTensor } from '../golden/numeric-case.js'

const python = process.env['ALBERT_ORACLE_PYTHON']
const folder = mkdtempSync(join(tmpdir(), 'albert-torch-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a random model of base size', () => {
  it('answers as torch does, within 1e-5', { timeout: 300_000 }, async context => {
    if (!python) return context.skip('ALBERT_ORACLE_PYTHON is not set')
    execFileSync(python, [join(import.meta.dirname, 'torch_reference.py'), folder], { stdio: ['ignore', 'ignore', 2] })
    const reference = readSafetensors(join(folder, 'reference.safetensors'))
    const tensor = (name: string) => toTensor(reference.get(name)!)
    const inputs = {
      input_ids: tensor('input_ids'),
      attention_mask: tensor('attention_mask'),
      token_type_ids: tensor('token_type_ids'),
    }
    await using model = await AlbertForPreTraining.from_pretrained(folder, { dtype: 'fp32' })
    const outputs = await model(inputs, { compute_padding: true, output_hidden_states: true })
    const last = outputs.hidden_states!.at(-1)!
    expect(errorOf(last.data, tensor('last_hidden_state').data)).toBeLessThanOrEqual(1e-5)
    const first = outputs.prediction_logits.slice(null, [0, 2])
    expect(errorOf(first.data, tensor('prediction_logits').data)).toBeLessThanOrEqual(1e-5)
    expect(errorOf(outputs.sop_logits.data, tensor('sop_logits').data)).toBeLessThanOrEqual(1e-5)
  })
})
