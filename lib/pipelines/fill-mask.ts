// Masked-word prediction: `[MASK]` in a text, the most likely pieces of the vocabulary out, best first.
import { AlbertError } from '../errors.js'
import { checkOptions, shown } from '../options.js'
import type { FloatTensor } from '../tensor.js'
import { best, softmax } from './scores.js'
import { checkWhole, inputList, nameOf, type TextOptions, type TextOrPair } from './text-input.js'
import type { EncodedText, TextBatch, TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'
import type { AnswerStream, InputStream } from './text-stream.js'

/** Options of `fill-mask`. */
export interface FillMaskOptions extends TextOptions {
  /** Candidates a mask. Default 5; with `targets` all of them. */
  top_k?: number
  /** Compare these words only. Each must be one piece of the vocabulary. Scores stay those over the whole vocabulary. */
  targets?: string | string[]
}

/** A piece of the vocabulary that may stand at a mask. */
export interface FillMaskCandidate {
  /** Probability over the whole vocabulary. */
  score: number
  token: number
  token_str: string
  /** The text with the mask filled in, as the tokenizer decodes it. */
  sequence: string
  /** True where the text was cut to the model's length; else absent. */
  truncated?: true
}

/** One list of candidates for a text with one mask; one list a mask for a text with several. */
export type FillMaskResult = FillMaskCandidate[] | FillMaskCandidate[][]

/** For a text with several masks name the result's type: `fillMask<FillMaskCandidate[][]>('[MASK] [MASK]')`. */
export interface FillMaskPipeline extends Pipeline {
  <Result extends FillMaskResult = FillMaskCandidate[]>(text: TextOrPair, options?: FillMaskOptions): Promise<Result>
  /** One result a text, as they come. */
  <Result extends FillMaskResult = FillMaskCandidate[]>(
    texts: InputStream<TextOrPair>,
    options?: FillMaskOptions,
  ): AnswerStream<Result>
  <Result extends FillMaskResult = FillMaskCandidate[]>(
    texts: readonly TextOrPair[],
    options?: FillMaskOptions,
  ): Promise<Result[]>
  /** One result a text, each as for that text alone. */
  each(texts: readonly TextOrPair[], options?: FillMaskOptions): Promise<FillMaskResult[]>
}

export function fillMask(text: TextModel): FillMaskPipeline {
  const known = knownTokens(text)
  const answers = (inputs: unknown, options: FillMaskOptions): Promise<FillMaskResult[]> => {
    const list = inputList(inputs)
    checkOptions(options)
    checkWhole('top_k', options.top_k, 1, Number.MAX_SAFE_INTEGER)
    const targets = options.targets === undefined ? undefined : targetIds(text, options.targets)
    const count = options.top_k ?? targets?.length ?? 5
    return text.each(list, options, async batch => {
      const masks = batch.texts.map(encoded => masksOf(text, encoded, nameOf(inputs, encoded.index)))
      const logits = await maskedLogits(text, batch, masks)
      const rows = logits[Symbol.iterator]() as Iterator<FloatTensor>
      return i => {
        const lists = masks[i]!.map(place => {
          const scores = softmax((rows.next().value as FloatTensor).data)
          const tokens = bestTokens(scores, count, targets ?? known)
          return candidates(text, batch.texts[i]!, place, tokens, masks[i]!.length === 1)
        })
        return lists.length === 1 ? lists[0]! : lists
      }
    })
  }
  const call = async (inputs: unknown, options: FillMaskOptions = {}): Promise<unknown> => {
    const results = await answers(inputs, options)
    return Array.isArray(inputs) ? results : results[0]
  }
  return pipelineOf<FillMaskPipeline>(text, call, { each: async (texts, options = {}) => answers(texts, options) })
}

/** The decoder over the vocabulary is most of the work, so it runs on the masked rows only. */
async function maskedLogits(text: TextModel, batch: TextBatch, masks: number[][]): Promise<FloatTensor> {
  const rows = Int32Array.from(masks.flatMap((places, i) => places.map(place => batch.starts[i]! + place)))
  const output = text.model.head === 'pretraining' ? 'prediction_logits' : 'logits'
  return (await batch.forward([output], rows))[output]!
}

function masksOf(text: TextModel, encoded: EncodedText, name: string): number[] {
  const { mask_token, mask_token_id } = text.tokenizer
  if (mask_token === null)
    throw new AlbertError('INVALID_TOKENIZER', 'The tokenizer of this model has no mask token, which fill-mask needs.')
  const places = Array.from(encoded.ids.keys()).filter(place => encoded.ids[place] === mask_token_id)
  if (places.length > 0) return places
  const cut = encoded.truncated ? ` among the first ${encoded.ids.length} tokens` : ''
  throw new AlbertError(
    'MASK_NOT_FOUND',
    `${name} has no ${mask_token}${cut}: write ${mask_token} where the word is missing.`,
  )
}

/** The ids that can be offered where the model's vocabulary is padded beyond that of the tokenizer; undefined = every one. */
function knownTokens({ model, tokenizer }: TextModel): number[] | undefined {
  const ids = Array.from({ length: model.config.vocab_size }, (_, id) => id).filter(id => tokenizer.hasId(id))
  return ids.length === model.config.vocab_size ? undefined : ids
}

/** `[token, score]`, best first; of `targets` if there are some. */
function bestTokens(scores: Float64Array, count: number, targets: number[] | undefined): [number, number][] {
  if (!targets) return best(scores, count).map(token => [token, scores[token]!])
  const chosen = targets.map(token => scores[token]!)
  return best(chosen, count).map(at => [targets[at]!, chosen[at]!])
}

function candidates(
  text: TextModel,
  encoded: EncodedText,
  place: number,
  tokens: [number, number][],
  onlyMask: boolean,
): FillMaskCandidate[] {
  return tokens.map(([token, score]) => {
    const ids = Array.from(encoded.ids)
    ids[place] = token
    return {
      score,
      token,
      token_str: text.tokenizer.decode([token]),
      // With several masks the others stay visible, and so do the special tokens around them.
      sequence: text.tokenizer.decode(ids, { skip_special_tokens: onlyMask }),
      ...(encoded.truncated && { truncated: true as const }),
    }
  })
}

function targetIds(text: TextModel, targets: string | string[]): number[] {
  const words = typeof targets === 'string' ? [targets] : targets
  if (!Array.isArray(words) || words.length === 0)
    throw new AlbertError('INVALID_INPUT', `targets must be a word or a list of words, not ${shown(targets)}.`)
  return [...new Set(words.map(word => targetId(text, word)))]
}

function targetId(text: TextModel, word: unknown): number {
  if (typeof word !== 'string') throw new AlbertError('INVALID_INPUT', `A target must be a string, not ${shown(word)}.`)
  const ids = text.tokenizer.encode(word, { add_special_tokens: false })
  if (ids.length === 1 && ids[0] !== text.tokenizer.unk_token_id) return ids[0]!
  const pieces = text.tokenizer.tokenize(word).join(' ')
  throw new AlbertError(
    'INVALID_INPUT',
    `The target '${word}' is not one piece of the vocabulary (${pieces || 'it is empty'}); only single pieces can be compared.`,
  )
}
