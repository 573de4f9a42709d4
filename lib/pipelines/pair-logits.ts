// One row of logits for each pair of texts: what zero-shot classification, ranking and multiple choice make scores of.
// All pairs are given at once, so that they share batches whatever text or question they belong to.
import type { NativeArray } from '../native.js'
import type { FloatTensor } from '../tensor.js'
import { type TextOptions, toldOnce } from './text-input.js'
import type { Origin, ReadAnswer, TextBatch, TextModel } from './text-model.js'

/** The logits of `[CLS] text [SEP] text_pair [SEP]`. */
export interface PairLogits {
  logits: NativeArray
  truncated: boolean
}

/** One entry a pair, in their order. `originOf` says which of the caller's texts a pair is made of. */
export function pairLogits(
  text: TextModel,
  pairs: readonly { text: string; text_pair: string }[],
  options: TextOptions,
  originOf: (pair: number) => Origin,
): Promise<PairLogits[]> {
  const answer = async ({ texts, forward }: TextBatch): Promise<ReadAnswer<PairLogits>> => {
    const { logits } = await forward(['logits'])
    const rows = [...logits!] as FloatTensor[]
    return i => ({ logits: rows[i]!.data, truncated: texts[i]!.truncated })
  }
  // A text stands in several pairs, but was cut once as its caller sees it.
  return text.each(pairs, toldOnce(options), answer, originOf)
}
