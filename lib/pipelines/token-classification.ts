// Labels for the tokens of a text, or the entities that they make, with their places in the caller's text.
import { AlbertError } from '../errors.js'
import { checkOptions, shown } from '../options.js'
import type { Encoding, OffsetUnit } from '../tokenizer/index.js'
import {
  type Entity,
  groups,
  labelledTokens,
  labelledWords,
  type ScoredToken,
  type WordStrategy,
  withoutOverlaps,
} from './entity-groups.js'
import { softmax } from './scores.js'
import { checkWhole, stringList, type TextOptions } from './text-input.js'
import type { EncodedText, ReadAnswer, TextBatch, TextModel } from './text-model.js'
import { checkOffsets, placeIn } from './text-offsets.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'
import type { AnswerStream, InputStream } from './text-stream.js'
import { checkOverlap, roomFor, tokenWindows } from './token-windows.js'

/**
 * What becomes of labelled tokens: `none` answers them as they are, `simple` joins neighbours of one tag; the others decide
 * word by word, by the first token, by the average of all or by the surest one.
 */
export type AggregationStrategy = 'none' | 'simple' | 'first' | 'average' | 'max'
const strategies: readonly AggregationStrategy[] = ['none', 'simple', 'first', 'average', 'max']

const IGNORED: readonly string[] = ['O']
type CutEntity = Entity & { truncated?: true }

/** Options of `token-classification`. */
export interface TokenClassificationOptions extends TextOptions {
  /** Default `none`: tokens. Else entities: of tokens (`simple`), or of words that have one label each. */
  aggregation_strategy?: AggregationStrategy
  /** Labels, or tags of entities, that are not answered. Default `['O']`. */
  ignore_labels?: readonly string[]
  /** Read long texts through windows that share so many tokens, instead of cutting them. Needs entities. */
  stride?: number
  /** How `start` and `end` count. Default `utf16`, as JavaScript's strings do; `codepoint` as Python's. */
  offsets?: OffsetUnit
}

/** A token and its label. */
export interface TokenLabel {
  entity: string
  score: number
  /** Place among the tokens, special ones included. */
  index: number
  /** The piece of the vocabulary. */
  word: string
  /** `text.slice(start, end)` is what the token stands for. */
  start: number
  end: number
  /** True where the text was cut to the model's length; else absent. */
  truncated?: true
}

/** Neighbouring tokens of one tag. */
export interface TokenGroup {
  /** The label without its `B-`, `I-`, `E-` or `S-`. */
  entity_group: string
  score: number
  /** As the tokenizer sees it: in lower case, without accents. */
  word: string
  /** `text.slice(start, end)` is the entity. */
  start: number
  end: number
  /** True where the text was cut to the model's length; else absent. */
  truncated?: true
}

/** Options that answer tokens. */
export type TokenLabelOptions = TokenClassificationOptions & { aggregation_strategy?: 'none' }
/** Options that answer entities. */
export type TokenGroupOptions = TokenClassificationOptions & {
  aggregation_strategy: Exclude<AggregationStrategy, 'none'>
}

export interface TokenClassificationPipeline extends Pipeline {
  /** `aggregation_strategy: 'none'`, the default: labelled tokens; else entities. */
  (text: string, options?: TokenLabelOptions): Promise<TokenLabel[]>
  (text: string, options: TokenGroupOptions): Promise<TokenGroup[]>
  (text: string, options: TokenClassificationOptions): Promise<TokenLabel[] | TokenGroup[]>
  /** One result a text, as they come. */
  (texts: InputStream<string>, options?: TokenLabelOptions): AnswerStream<TokenLabel[]>
  (texts: InputStream<string>, options: TokenGroupOptions): AnswerStream<TokenGroup[]>
  (texts: InputStream<string>, options: TokenClassificationOptions): AnswerStream<TokenLabel[] | TokenGroup[]>
  (texts: readonly string[], options?: TokenLabelOptions): Promise<TokenLabel[][]>
  (texts: readonly string[], options: TokenGroupOptions): Promise<TokenGroup[][]>
  (texts: readonly string[], options: TokenClassificationOptions): Promise<TokenLabel[][] | TokenGroup[][]>
  /** One result a text, each as for that text alone. */
  each(texts: readonly string[], options?: TokenLabelOptions): Promise<TokenLabel[][]>
  /** Entities, one list a text. */
  each(texts: readonly string[], options: TokenGroupOptions): Promise<TokenGroup[][]>
  /** Tokens or entities, as the options say. */
  each(texts: readonly string[], options: TokenClassificationOptions): Promise<TokenLabel[][] | TokenGroup[][]>
}

export function tokenClassification(text: TextModel): TokenClassificationPipeline {
  const answers = async (inputs: unknown, options: TokenClassificationOptions): Promise<unknown[][]> => {
    const list = stringList(inputs) // Two texts have two places to begin at, so a pair is refused.
    checkTaskOptions(options)
    return (options.aggregation_strategy ?? 'none') === 'none'
      ? tokenLabels(text, list, options)
      : tokenGroups(text, list, options)
  }
  const call = async (inputs: unknown, options: TokenClassificationOptions = {}): Promise<unknown> => {
    const results = await answers(inputs, options)
    return Array.isArray(inputs) ? results : results[0]
  }
  const each = async (texts: unknown, options: TokenClassificationOptions = {}): Promise<unknown[][]> =>
    answers(texts, options)
  return pipelineOf<TokenClassificationPipeline>(text, call, { each: each as TokenClassificationPipeline['each'] })
}

async function tokenLabels(
  text: TextModel,
  list: string[],
  options: TokenClassificationOptions,
): Promise<TokenLabel[][]> {
  const ignored = options.ignore_labels ?? IGNORED
  return text.each(list, options, async batch => {
    const scored = await scoredTokens(text, batch, list)
    return i => {
      const encoded = batch.texts[i]!
      const { tokens, indices } = scored(i)
      const place = placeIn(list[encoded.index]!, options.offsets)
      return labelledTokens(tokens).flatMap(({ label, score, pieces, start, end }, at): TokenLabel[] => {
        const entity = labelName(text, label)
        if (ignored.includes(entity)) return []
        const index = indices[at]!
        return [{ entity, score, index, word: pieces[0]!, start: place(start), end: place(end), ...cut(encoded) }]
      })
    }
  })
}

async function tokenGroups(
  text: TextModel,
  list: string[],
  options: TokenClassificationOptions,
): Promise<TokenGroup[][]> {
  const { aggregation_strategy: strategy, ignore_labels: ignored = IGNORED, stride } = options
  const entities = async (batch: TextBatch): Promise<ReadAnswer<CutEntity[]>> => {
    const scored = await scoredTokens(text, batch, list)
    return i => {
      const { tokens } = scored(i)
      const parts = strategy === 'simple' ? labelledTokens(tokens) : labelledWords(tokens, strategy as WordStrategy)
      const found = groups(parts, label => labelName(text, label))
      return found.filter(({ tag }) => !ignored.includes(tag)).map(entity => ({ ...entity, ...cut(batch.texts[i]!) }))
    }
  }
  const found =
    stride === undefined
      ? await text.each(list, options, entities)
      : (await text.eachWindow(list, options, entities, windowsWith(stride))).map(windows =>
          windows.length > 1 ? withoutOverlaps(windows.flat()) : windows[0]!,
        )
  return found.map((each, i) => {
    const place = placeIn(list[i]!, options.offsets)
    return each.map(({ tag, score, word, start, end, ...rest }) => ({
      entity_group: tag,
      score,
      word,
      start: place(start),
      end: place(end),
      ...rest,
    }))
  })
}

function windowsWith(stride: number): (whole: Encoding, limit: number) => Encoding[] {
  return (whole, limit) => {
    const room = roomFor(whole, 0, limit)
    checkOverlap('stride', stride, room)
    return tokenWindows(whole, 0, room, stride)
  }
}

interface Scored {
  tokens: ScoredToken[]
  /** Their places in the sequence. */
  indices: number[]
}

/** The tokens of each text of the batch, without the special ones around them. */
async function scoredTokens(text: TextModel, batch: TextBatch, list: readonly string[]): Promise<ReadAnswer<Scored>> {
  const { logits } = await batch.forward(['logits'])
  const { data, dims } = logits!
  const labels = dims[1]!
  return i => {
    const encoded = batch.texts[i]!
    const indices = Array.from(encoded.ids.keys()).filter(at => encoded.special[at] === 0)
    const tokens = indices.map((at): ScoredToken => {
      const row = (batch.starts[i]! + at) * labels
      const start = encoded.offsets[2 * at]!
      const end = encoded.offsets[2 * at + 1]!
      const known = text.tokenizer.convert_ids_to_tokens(encoded.ids[at]!)
      const piece = encoded.ids[at] === text.tokenizer.unk_token_id ? list[encoded.index]!.slice(start, end) : known
      const scores = softmax(data.subarray(row, row + labels))
      return { piece, opensWord: known.startsWith('\u2581'), scores, start, end }
    })
    return { tokens, indices }
  }
}

function labelName(text: TextModel, label: number): string {
  return text.model.config.id2label[label] ?? `LABEL_${label}`
}

function cut(encoded: EncodedText): { truncated?: true } {
  return encoded.truncated ? { truncated: true } : {}
}

function checkTaskOptions(options: TokenClassificationOptions): void {
  checkOptions(options)
  const { aggregation_strategy: strategy = 'none', ignore_labels, stride } = options
  if (!strategies.includes(strategy))
    throw new AlbertError(
      'INVALID_INPUT',
      `aggregation_strategy must be one of ${strategies.join(', ')}, not ${shown(strategy)}.`,
    )
  const labels: unknown = ignore_labels ?? IGNORED
  if (!Array.isArray(labels) || labels.some(label => typeof label !== 'string'))
    throw new AlbertError('INVALID_INPUT', `ignore_labels must be a list of strings, not ${shown(labels)}.`)
  checkWhole('stride', stride, 0, Number.MAX_SAFE_INTEGER)
  if (stride !== undefined && strategy === 'none')
    throw new AlbertError('INVALID_INPUT', `stride ${stride} needs an aggregation_strategy other than none.`, {
      hint: 'Windows overlap, and only entities can be told apart there.',
    })
  checkOffsets(options.offsets)
}
