// The ONNX files that the peers run: they must say what transformers says, else the comparison compares two different models.
// Needs the peers (installed by `npm run bench:peers`); without them the cases are skipped and say so.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { missingPeers } from '../../bench/peers/install.mjs'
import { caseNames, errorOf, readCase, writeCheckpoint } from '../golden/numeric-case.js'

const WANTED = ['input_ids', 'attention_mask', 'token_type_ids']
/** Bare models whose inputs an ONNX file takes; the others give positions or embeddings of their own. */
const cases = caseNames
  .filter(name => name.startsWith('model_'))
  .map(readCase)
  .filter(({ inputs }) => Object.keys(inputs).every(name => WANTED.includes(name)))

const missing = missingPeers()
const load = createRequire(join(import.meta.dirname, '../../bench/package.json'))
const folder = mkdtempSync(join(tmpdir(), 'albert-onnx-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the ONNX file of the peers', () => {
  it('is tried on every activation and sharing it can express', () => {
    expect(cases.map(({ config }) => config['hidden_act'])).toEqual(
      expect.arrayContaining(['gelu', 'gelu_new', 'relu']),
    )
    expect(cases.length).toBeGreaterThan(8)
  })

  it.for(cases)('$name: answers as transformers', async ({ name, inputs, outputs }, context) => {
    if (missing.length > 0) context.skip(`not installed: ${missing.join(', ')}; npm run bench:peers installs them`)
    const { writeOnnx } = await import('../../bench/peers/onnx.mjs')
    const { InferenceSession, Tensor } = load('onnxruntime-node')
    const directory = writeCheckpoint(name, folder)
    const file = join(directory, 'model.onnx')
    writeOnnx(directory, file)
    const session = await InferenceSession.create(file, { logSeverityLevel: 3 })
    const { dims, size } = inputs['input_ids']!
    const filled = (value: bigint) => ({ data: new BigInt64Array(size).fill(value) })
    const given = { attention_mask: filled(1n), token_type_ids: filled(0n), ...inputs }
    const feeds = Object.fromEntries(
      Object.entries(given).map(([key, { data }]) => [key, new Tensor('int64', data, dims)]),
    )
    const answer = await session.run(feeds)
    await session.release()
    for (const output of ['last_hidden_state', 'pooler_output']) {
      expect(errorOf(answer[output].data, outputs[output]!.data), output).toBeLessThan(1e-5)
    }
  })
})
