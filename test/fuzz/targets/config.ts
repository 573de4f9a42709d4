// config.json. From memory it is parsed, written and parsed again; from a folder a model is loaded with weights that fit
// the unchanged file, and where the changed one describes a small model, one of that kind is made and asked.

import { join } from 'node:path'
import { type AlbertConfig, attentionMap, configText, ffnMap, parseConfig, readConfig } from '../../../lib/config.js'
import { parameterCount } from '../../../lib/counts.js'
import { nativeConfig } from '../../../lib/engine.js'
import { isAlbertError } from '../../../lib/errors.js'
import { AlbertModel } from '../../../lib/heads.js'
import { ask, safetensors, silent, tiny, tinyTensors } from '../models.js'
import { mutateBytes } from '../mutate-bytes.js'
import { mutateJson } from '../mutate-json.js'
import type { Random } from '../random.js'
import { type Attempt, check, type Target } from '../target.js'

const weights = { 'model.safetensors': safetensors(tinyTensors('none', 'F32')) }
const small = { ...tiny, other: {} }
const SMALL_MODEL = 50_000

const seeds = [
  small,
  { ...small, num_hidden_layers: 4, num_hidden_groups: 2, id2label: { 0: 'no', 1: 'yes', 2: 'both' }, label2id: {} },
  { ...small, num_hidden_layers: 3, sharing: { attention_groups: 3, ffn_groups: 1 } },
  { ...small, inner_group_num: 2, problem_type: 'multi_label_classification', dtype: 'bfloat16' },
  { ...small, embedding_size: 8, embedding_projection: false },
  {},
].map(config => ({ ...weights, 'config.json': Buffer.from(configText(parseConfig(config))) }))
const bert = { model_type: 'bert', hidden_size: 8, num_attention_heads: 2, num_hidden_layers: 2, intermediate_size: 12 }

export const configTarget: Target = {
  seeds: [
    ...seeds,
    { ...weights, 'config.json': Buffer.from(JSON.stringify({ ...bert, vocab_size: 13, num_labels: 3 })) },
  ],
  codes: ['INVALID_CONFIG', 'INVALID_CHECKPOINT', 'UNSUPPORTED_CHECKPOINT'],
  mutate(file: string, bytes: Buffer, random: Random): Buffer {
    if (file !== 'config.json') return bytes
    return random.once(6) ? mutateBytes(bytes, random) : mutateJson(bytes, random)
  },
  async run({ files, folder }: Attempt): Promise<string> {
    if (folder !== undefined) return load(folder)
    const text = files['config.json']!.toString()
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return 'no JSON'
    }
    checkConfig(parseConfig(json))
    return 'parsed'
  },
}

async function load(folder: string): Promise<string> {
  const config = await readConfig(join(folder, 'config.json'))
  checkConfig(config)
  const size = config.num_hidden_layers * config.inner_group_num
  if (size < 64 && parameterCount(config) < SMALL_MODEL) {
    await using fresh = await AlbertModel.from_config(config, { ...silent, seed: 1 })
    await ask(fresh)
  }
  try {
    await using model = await AlbertModel.from_pretrained(folder, silent)
    return await ask(model)
  } catch (error) {
    // The configuration is right but of another model.
    if (isAlbertError(error) && error.code === 'INVALID_CHECKPOINT') return 'of another model'
    throw error
  }
}

function checkConfig(config: AlbertConfig): void {
  const again = parseConfig(JSON.parse(configText(config)))
  check(sortedJson(again) === sortedJson(config), 'the configuration changes when it is written and read')
  for (const map of [attentionMap(config), ffnMap(config)]) {
    check(map.length === config.num_hidden_layers && map[0] === 0, 'the map of the layers does not begin with set 0')
  }
  const { hiddenSize, heads, labels } = nativeConfig(config, 'sequence_classification')
  check(hiddenSize % heads === 0 && labels >= 1, 'sizes that do not fit each other')
}

/** JSON that does not depend on the order of keys. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
