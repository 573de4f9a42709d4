// tokenizer.json and tokenizer_config.json beside it. What loads is used: hostile texts, every way to encode them; in every
// few folders also by a pipeline, with a tiny model beside the tokenizer.

import { configText, parseConfig } from '../../../lib/config.js'
import { pipeline } from '../../../lib/pipelines/pipeline.js'
import { AlbertTokenizer } from '../../../lib/tokenizer/albert-tokenizer.js'
import { AutoTokenizer } from '../../../lib/tokenizer/auto-tokenizer.js'
import { readTokenizerJson } from '../../../lib/tokenizer/tokenizer-json.js'
import { safetensors, silent, tiny, tinyTensors } from '../models.js'
import { mutateBytes } from '../mutate-bytes.js'
import { mutateJson } from '../mutate-json.js'
import type { Random } from '../random.js'
import { type Attempt, check, type Target } from '../target.js'
import { hostileText } from '../texts.js'
import { useTokenizer } from '../tokenizer-use.js'
import { jsonSeeds, settingsFile } from './tokenizer-seeds.js'

const tokens = { pad: '<pad>', unk: '<unk>', cls: '[CLS]', sep: '[SEP]', mask: '[MASK]' }
const defaults = { modelMaxLength: Infinity, truncationSide: 'right', paddingSide: 'right' } as const
const config = parseConfig({ ...tiny, vocab_size: 300, architectures: ['AlbertModel'] })
const model = {
  'config.json': Buffer.from(configText(config)),
  'model.safetensors': safetensors(tinyTensors('none', 'F32', config)),
}

export const tokenizerJsonTarget: Target = {
  seeds: jsonSeeds().map(file => ({ 'tokenizer.json': file, 'tokenizer_config.json': settingsFile, ...model })),
  codes: ['INVALID_TOKENIZER'],
  mutate(file: string, bytes: Buffer, random: Random): Buffer {
    if (file in model) return bytes
    if (file === 'tokenizer.json' && random.once(8)) return withChangedMap(bytes, random)
    return random.once(6) ? mutateBytes(bytes, random) : mutateJson(bytes, random)
  },
  async run({ files, folder, random }: Attempt): Promise<string> {
    if (folder === undefined) {
      const definition = readTokenizerJson(files['tokenizer.json']!, 'tokenizer.json')
      const loaded = { definition, where: 'tokenizer.json', tokens, defaults, cleanUp: false }
      return useTokenizer(new AlbertTokenizer(loaded), random)
    }
    const said = await useTokenizer(await AutoTokenizer.from_pretrained(folder), random)
    return random.once(4) ? `${said} ${await answer(folder, random)}` : said
  },
}

async function answer(folder: string, random: Random): Promise<string> {
  await using extract = await pipeline('feature-extraction', folder, silent)
  const { dims, data } = await extract(hostileText(random), { pooling: 'mean' })
  check(dims.join() === `1,${config.hidden_size}`, `a vector of [${dims}]`)
  check((data as Float32Array).every(Number.isFinite), 'a vector that holds no numbers')
  return 'answers'
}

/** The character map lies in base 64: changed as text it would be noise. */
function withChangedMap(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString()
  const found = /"precompiled_charsmap":\s*"([A-Za-z0-9+/=]+)"/.exec(text)
  if (!found) return mutateJson(bytes, random)
  const map = mutateBytes(Buffer.from(found[1]!, 'base64'), random).toString('base64')
  return Buffer.from(text.replace(found[1]!, map))
}
