// The tokenizer that users hold: called like a function, as in transformers.js, with methods for everything around it.
// The pipelines use its encodeIds and encodeBatch, which make no tensors.
import { Callable } from '../callable.js'
import { AlbertError } from '../errors.js'
import { checkOptions, shown } from '../options.js'
import { Tensor } from '../tensor.js'
import { type BatchEncoding, batchOf, type Rows, type SingleRow } from './batch-encoding.js'
import { type CallOptions, type EncodeOptions, planCall } from './call-options.js'
import { cleanUp, type DecodeOptions, decodeIds } from './decode.js'
import { type LoadedTokenizer, loadTokenizer, type TokenizerLoadOptions } from './directory.js'
import type { Encoding } from './encoding.js'
import { type EncodeSettings, type OffsetUnit, PairEncoder } from './pair-encoder.js'
import { saveTokenizer } from './save.js'
import { atOnce, inSlices, type Steps } from './slices.js'
import { inputOf, inputsOf, type TextInput, type Texts } from './text-input.js'
import { Vocabulary } from './vocabulary.js'

/** Options of the calls that answer ids without tensors. */
export interface EncodeIdsOptions extends EncodeOptions {
  offsets?: OffsetUnit
}

type Answer = BatchEncoding | Rows | SingleRow

/** What a call answers: tensors; without them rows of numbers, for one text a single one. */
export type TokenizerAnswer<T extends Texts, O extends CallOptions> = O extends { return_tensor: false }
  ? O extends { return_overflowing_tokens: true }
    ? Rows
    : T extends string
      ? SingleRow
      : Rows
  : BatchEncoding

interface TokenizerCall {
  /** Encodes one text or several. Throws an `AlbertError` for what is no text, and for rows that make no tensor. */
  // biome-ignore lint/style/useShorthandFunctionType: a call signature can be documented
  <T extends Texts, O extends CallOptions = CallOptions>(text: T, options?: O): TokenizerAnswer<T, O>
}
const CallableTokenizer = Callable as unknown as abstract new () => TokenizerCall

/** The ids of one sequence. */
export type IdSequence = readonly number[] | readonly bigint[] | Int32Array | BigInt64Array | Tensor

/**
 * Text to ids and back, as the published ALBERT files do it. A tokenizer is called like a function:
 * `tokenizer(text, options)` answers tensors [B,S].
 */
export class AlbertTokenizer extends CallableTokenizer {
  /** Longest sequence of the model, special tokens included; Infinity if the files do not say. */
  readonly model_max_length: number
  readonly pad_token: string | null
  readonly unk_token: string | null
  readonly cls_token: string | null
  readonly sep_token: string | null
  readonly mask_token: string | null
  readonly #encoder: PairEncoder
  readonly #vocabulary: Vocabulary
  readonly #loaded: Omit<LoadedTokenizer, 'definition'>

  /** @internal Use `from_pretrained`. */
  constructor(loaded: LoadedTokenizer) {
    super()
    const { definition, ...rest } = loaded
    this.#loaded = rest
    this.#encoder = new PairEncoder(definition, loaded.where)
    this.#vocabulary = new Vocabulary(definition)
    this.model_max_length = loaded.defaults.modelMaxLength
    const roles = this.#vocabulary.roles(loaded.tokens)
    this.pad_token = roles.pad
    this.unk_token = roles.unk
    this.cls_token = roles.cls
    this.sep_token = roles.sep
    this.mask_token = roles.mask
  }

  /**
   * From a folder with tokenizer.json or spiece.model, from one of these files, or from a model on the hub by its id.
   * Without a name: the model in the package.
   */
  static async from_pretrained(model?: string, options: TokenizerLoadOptions = {}): Promise<AlbertTokenizer> {
    return new AlbertTokenizer(await loadTokenizer(model, options))
  }

  /** Copies the files that it was loaded from into a folder, so that the folder of a saved model is whole. */
  async save_pretrained(folder: string): Promise<void> {
    await saveTokenizer(this.#loaded.where, folder)
  }

  /** @internal What `tokenizer(text, options)` does. */
  invoke(text: Texts, options: CallOptions = {}): Answer {
    return atOnce(this.#call(text, options))
  }

  /** The call itself in slices of a few milliseconds, between which the event loop lives. */
  async callAsync<T extends Texts, O extends CallOptions & { signal?: AbortSignal } = CallOptions>(
    text: T,
    options?: O,
  ): Promise<TokenizerAnswer<T, O>> {
    checkOptions(options ?? {})
    return (await inSlices(this.#call(text, options ?? {}), options?.signal)) as TokenizerAnswer<T, O>
  }

  /** One sequence, without tensors: for code that packs its own batches. */
  encodeIds(text: string, pair?: string | null, options: EncodeIdsOptions = {}): Encoding {
    const [first, second] = inputOf(pair == null ? text : [text, pair], 'text')
    return atOnce(this.#encoder.encode(first, second, this.#settings(options)))
  }

  /** The sequence that stays, then those that cover what was cut off. */
  encodeWindows(text: string, pair?: string | null, options: EncodeIdsOptions = {}): Encoding[] {
    const [first, second] = inputOf(pair == null ? text : [text, pair], 'text')
    return atOnce(this.#encoder.encodeAll(first, second, this.#settings(options)))
  }

  /** One sequence for each input, in slices of a few milliseconds. */
  async encodeBatch(
    inputs: readonly TextInput[],
    options: EncodeIdsOptions & { signal?: AbortSignal } = {},
  ): Promise<Encoding[]> {
    const settings = this.#settings(options)
    const list = checkedList('texts', inputs)
    const encoder = this.#encoder
    const steps = function* (): Steps<Encoding[]> {
      const encodings: Encoding[] = []
      for (const [i, input] of list.entries()) {
        const [first, second] = inputOf(input, `texts[${i}]`)
        encodings.push(yield* encoder.encode(first, second, settings))
        yield
      }
      return encodings
    }
    return inSlices(steps(), options.signal)
  }

  /** The tokens as text; an unknown token is the text it stands for. */
  tokenize(text: string, options: { pair?: string | null; add_special_tokens?: boolean } = {}): string[] {
    const [first, second] = inputOf(options.pair == null ? text : [text, options.pair], 'text')
    const lists = [first, second].flatMap(part => (part === undefined ? [] : [this.#tokensOf(part)]))
    const template = this.#encoder.template(second !== undefined, options.add_special_tokens ?? false)
    return template.flatMap(part =>
      'sequence' in part ? lists[part.sequence]! : part.ids.map(id => this.#vocabulary.tokenOf(id)),
    )
  }

  /** The ids of a text or a pair. */
  encode(text: string, options: EncodeOptions & { text_pair?: string | null } = {}): number[] {
    return Array.from(this.encodeIds(text, options.text_pair, options).ids)
  }

  /** One sequence of ids back to text. */
  decode(ids: IdSequence, options: DecodeOptions = {}): string {
    checkOptions(options)
    const text = decodeIds(listOf(ids), this.#vocabulary, options.skip_special_tokens ?? false)
    return (options.clean_up_tokenization_spaces ?? this.#loaded.cleanUp) ? cleanUp(text) : text
  }

  /** Several sequences of ids back to texts. */
  batch_decode(batch: readonly IdSequence[] | Tensor, options: DecodeOptions = {}): string[] {
    const rows = batch instanceof Tensor ? ([...batch] as IdSequence[]) : checkedList('batch', batch)
    return rows.map(ids => this.decode(ids, options))
  }

  /** Unknown tokens have the id of the unknown token. */
  convert_tokens_to_ids(tokens: string): number
  /** One id a token. */
  convert_tokens_to_ids(tokens: readonly string[]): number[]
  convert_tokens_to_ids(tokens: string | readonly string[]): number | number[] {
    return typeof tokens === 'string'
      ? this.#vocabulary.idOf(tokens)
      : checkedList('tokens', tokens).map(token => this.#vocabulary.idOf(token))
  }

  /** The tokens of ids. An id that does not exist is INVALID_INPUT. */
  convert_ids_to_tokens(ids: number): string
  /** One token an id. */
  convert_ids_to_tokens(ids: readonly number[]): string[]
  convert_ids_to_tokens(ids: number | readonly number[]): string | string[] {
    return typeof ids === 'number'
      ? this.#vocabulary.tokenOf(ids)
      : checkedList('ids', ids).map(id => this.#vocabulary.tokenOf(id))
  }

  /** Ids lie below this: a model needs at least so large a vocabulary. */
  get idEnd(): number {
    return this.#vocabulary.idEnd
  }

  /** Whether `id` is that of a token. */
  hasId(id: number): boolean {
    return this.#vocabulary.hasId(id)
  }

  /** Every token with its id, in a map of its own. */
  get_vocab(): Map<string, number> {
    return this.#vocabulary.entries()
  }

  get pad_token_id(): number | null {
    return this.#idOf(this.pad_token)
  }

  get unk_token_id(): number | null {
    return this.#idOf(this.unk_token)
  }

  get cls_token_id(): number | null {
    return this.#idOf(this.cls_token)
  }

  get sep_token_id(): number | null {
    return this.#idOf(this.sep_token)
  }

  get mask_token_id(): number | null {
    return this.#idOf(this.mask_token)
  }

  get all_special_ids(): number[] {
    return [...this.#vocabulary.specialIds]
  }

  get all_special_tokens(): string[] {
    return this.all_special_ids.map(id => this.#vocabulary.tokenOf(id))
  }

  #idOf(token: string | null): number | null {
    return token === null ? null : this.#vocabulary.idOf(token)
  }

  #settings(options: EncodeIdsOptions): EncodeSettings {
    return planCall(options, this.#loaded.defaults).settings
  }

  #tokensOf(text: string): string[] {
    const tokens = atOnce(this.#encoder.tokens(text))
    const names: string[] = []
    for (const { ids } of tokens.blocks(0, tokens.length)) {
      for (const id of ids) names.push(tokens.texts?.get(names.length) ?? this.#vocabulary.tokenOf(id))
    }
    return names
  }

  *#call(text: Texts, options: CallOptions): Steps<Answer> {
    const plan = planCall(options, this.#loaded.defaults)
    const inputs = inputsOf(text, options.text_pair)
    const rows: Encoding[] = []
    const samples: number[] = []
    for (const [i, [first, second]] of inputs.entries()) {
      const encoder = this.#encoder
      if (!plan.overflow) rows.push(yield* encoder.encode(first, second, plan.settings))
      else for (const window of yield* encoder.encodeAll(first, second, plan.settings)) rows.push(window)
      while (samples.length < rows.length) samples.push(i)
      yield
    }
    const answer = yield* batchOf(rows, plan, this.pad_token_id ?? 0)
    if (plan.overflow) answer.overflow_to_sample_mapping = samples
    // As in transformers.js: arrays for one text are not nested.
    return plan.tensors || plan.overflow || typeof text !== 'string' ? answer : firstRow(answer as Rows)
  }
}

function checkedList<T>(name: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return value
  throw new AlbertError('INVALID_INPUT', `${name} must be a list, not ${shown(value)}.`)
}

function firstRow(rows: Rows): SingleRow {
  return Object.fromEntries(Object.entries(rows).map(([name, value]) => [name, value[0]])) as unknown as SingleRow
}

function listOf(ids: IdSequence): number[] {
  const values: ArrayLike<number | bigint> = ids instanceof Tensor ? ids.data : ids
  if (!Array.isArray(ids) && !ArrayBuffer.isView(values)) {
    throw new AlbertError('INVALID_INPUT', `ids is ${typeof ids}; it must be an array of token ids or a tensor.`)
  }
  return Array.from(values as ArrayLike<number>, Number)
}
