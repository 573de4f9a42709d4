// The reference library loads what we save, finds nothing missing or unexpected, and saves the same bytes again; but for int8,
// which it must refuse.
// Needs ALBERT_ORACLE_PYTHON: the python of an environment with torch and transformers.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { initialise } from '../../../lib/checkpoint/initialise.js'
import { loadCheckpoint } from '../../../lib/checkpoint/load.js'
import { expectedParameters } from '../../../lib/checkpoint/names.js'
import { type SavedDtype, saveCheckpoint } from '../../../lib/checkpoint/save.js'
import { type HeadName, parseConfig, readConfig } from '../../../lib/config.js'
import { AlbertModel } from '../../../lib/heads.js'
import { MemorySink, temporaryFolder } from './files.js'

const python = process.env['ALBERT_ORACLE_PYTHON']
const parent = temporaryFolder()

const albert = {
  vocab_size: 97,
  embedding_size: 16,
  hidden_size: 24,
  num_hidden_layers: 4,
  num_hidden_groups: 2,
  inner_group_num: 2,
  num_attention_heads: 3,
  intermediate_size: 36,
  max_position_embeddings: 20,
  hidden_dropout_prob: 0,
  layer_norm_eps: 1e-7,
  num_labels: 3,
}
const { embedding_size: _, num_hidden_groups: __, inner_group_num: ___, ...common } = albert
const bert = { ...common, model_type: 'bert' as const }

const cases: [name: string, config: object, head: HeadName, dtype: SavedDtype][] = [
  ['AlbertModel', albert, 'none', 'float32'],
  ['AlbertForMaskedLM', albert, 'masked_lm', 'float32'],
  ['AlbertForPreTraining', albert, 'pretraining', 'float32'],
  ['AlbertForSequenceClassification', albert, 'sequence_classification', 'float32'],
  ['AlbertForTokenClassification', albert, 'token_classification', 'float32'],
  ['AlbertForQuestionAnswering', { ...albert, num_labels: 2 }, 'question_answering', 'float32'],
  ['AlbertForMultipleChoice', albert, 'multiple_choice', 'float32'],
  ['AlbertForPreTraining in bfloat16', albert, 'pretraining', 'bfloat16'],
  ['AlbertForPreTraining in float16', albert, 'pretraining', 'float16'],
  ['BertModel', bert, 'none', 'float32'],
  ['BertModel of one layer', { ...bert, num_hidden_layers: 1 }, 'none', 'float32'],
  ['BertForMaskedLM', bert, 'masked_lm', 'float32'],
]

describe.skipIf(!python)('transformers (needs ALBERT_ORACLE_PYTHON)', () => {
  beforeAll(async () => {
    for (const [name, json, head, dtype] of cases) {
      const config = parseConfig(json)
      const weights = new MemorySink()
      await initialise(expectedParameters(config, head), config, 3, weights)
      // No model in use has biases of 0 and gains of 1: every tensor gets values of its own.
      for (const [tensor, values] of weights.tensors) {
        weights.tensors.set(
          tensor,
          values.map((value, i) => Math.fround(value + ((i * 37 + tensor.length) % 101) / 1000)),
        )
      }
      await saveCheckpoint(join(parent, name), config, head, weights, { dtype })
    }
    const folders = cases.map(([name]) => join(parent, name))
    execFileSync(python!, [join(import.meta.dirname, 'transformers_roundtrip.py'), ...folders], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  }, 240_000)

  it('saves the same files, byte for byte', () => {
    for (const [name] of cases) {
      const ours = readFileSync(join(parent, name, 'model.safetensors'))
      const theirs = readFileSync(join(parent, name, 'again', 'model.safetensors'))
      expect(theirs.equals(ours), name).toBe(true)
    }
  })

  it('saves the same configurations', async () => {
    for (const [name] of cases) {
      const ours = await readConfig(join(parent, name, 'config.json'))
      const theirs = await readConfig(join(parent, name, 'again', 'config.json'))
      expect({ ...theirs, other: null }, name).toEqual({ ...ours, other: null })
    }
  })

  it('saves what loads here without a remark', async () => {
    const nothing = { missing: [], unexpected: [], ignored: [], tied: [] }
    for (const [name, , head] of cases) {
      const folder = join(parent, name, 'again')
      const config = await readConfig(join(folder, 'config.json'))
      expect(await loadCheckpoint(folder, config, head, new MemorySink()), name).toMatchObject(nothing)
    }
  })

  it('refuses a folder in int8, whose scales it does not know', async () => {
    const folder = join(parent, 'int8')
    await using model = await AlbertModel.from_config(albert, { dtype: 'int8' })
    await model.save_pretrained(folder)
    const load = 'import sys, transformers; transformers.AlbertModel.from_pretrained(sys.argv[1])'
    const { status, stderr } = spawnSync(python!, ['-c', load, folder], { encoding: 'utf8' })
    expect(stderr).toContain('ValueError')
    expect(stderr).toContain('int8')
    expect(status).toBe(1)
  })
})
