// spiece.model and tokenizer_config.json beside it. What loads is used: hostile texts, every way to encode them.
import { AlbertTokenizer } from '../../../lib/tokenizer/albert-tokenizer.js'
import { AutoTokenizer } from '../../../lib/tokenizer/auto-tokenizer.js'
import { readSpieceModel } from '../../../lib/tokenizer/spiece-model.js'
import { mutateJson } from '../mutate-json.js'
import { mutateProtobuf } from '../mutate-protobuf.js'
import type { Random } from '../random.js'
import type { Attempt, Target } from '../target.js'
import { useTokenizer } from '../tokenizer-use.js'
import { settingsFile, spieceSeeds } from './tokenizer-seeds.js'

const tokens = { pad: '<pad>', unk: '<unk>', cls: '[CLS]', sep: '[SEP]', mask: '[MASK]' }
const defaults = { modelMaxLength: Infinity, truncationSide: 'right', paddingSide: 'right' } as const

export const spieceTarget: Target = {
  seeds: spieceSeeds().map(file => ({ 'spiece.model': file, 'tokenizer_config.json': settingsFile })),
  codes: ['INVALID_TOKENIZER'],
  mutate: (file: string, bytes: Buffer, random: Random) =>
    file.endsWith('.json') ? mutateJson(bytes, random) : mutateProtobuf(bytes, random),
  async run({ files, folder, random }: Attempt): Promise<string> {
    return useTokenizer(
      folder === undefined ? fromMemory(files['spiece.model']!, random) : await AutoTokenizer.from_pretrained(folder),
      random,
    )
  },
}

function fromMemory(bytes: Buffer, random: Random): AlbertTokenizer {
  const [lowerCase, keepAccents] = [!random.once(4), random.once(4)]
  const definition = readSpieceModel(bytes, 'spiece.model', { lowerCase, keepAccents, tokens })
  return new AlbertTokenizer({ definition, where: 'spiece.model', tokens, defaults, cleanUp: false })
}
