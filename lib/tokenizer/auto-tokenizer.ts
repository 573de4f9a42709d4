// The tokenizer by the name that programs written for transformers.js ask for. There is one kind.
import { AlbertTokenizer } from './albert-tokenizer.js'
import type { TokenizerLoadOptions } from './directory.js'

/** `AlbertTokenizer` under the name that programs for transformers.js use. */
export const AutoTokenizer = {
  /** See AlbertTokenizer.from_pretrained. */
  from_pretrained(model?: string, options?: TokenizerLoadOptions): Promise<AlbertTokenizer> {
    return AlbertTokenizer.from_pretrained(model, options)
  },
}
