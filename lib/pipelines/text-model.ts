// A model with its tokenizer: takes any number of texts to the model in batches and brings the answers back in order.
// What is asked of the model and what becomes of the answer is the task's business.
import type { AlbertPreTrainedModel } from '../albert.js'
import { packEncodings } from '../batch.js'
import type { ForwardOptions } from '../call.js'
import { AlbertError } from '../errors.js'
import { checkOptions } from '../options.js'
import type { FloatTensor } from '../tensor.js'
import type { AlbertTokenizer, EncodeIdsOptions, Encoding } from '../tokenizer/index.js'
import { Pace } from '../tokenizer/slices.js'
import { warn } from '../warnings.js'
import { placeOf } from './list-part.js'
import type { TaskName } from './tasks.js'
import { checkTextOptions, nameOf, type TextOptions, type TextOrPair, type TruncatedText } from './text-input.js'
import { tokenBatches, tokenBudget, WINDOW } from './token-batches.js'
import { TokenPlaces } from './token-places.js'

/** Any model class, whatever it takes and answers when called by itself. */
export type AnyModel = AlbertPreTrainedModel<never, unknown>

/** A sequence as the model reads it. */
export interface EncodedText extends Encoding {
  /** Place in the list that was given. */
  index: number
  /** Place among the sequences of its text; 0 where there is only one. */
  window: number
}

/** Which of the caller's texts an input of the model was made from. */
export interface Origin {
  /** For `onTruncated`. */
  index: number
  /** For messages. */
  name: string
}

/** What only some heads are asked. */
export type HeadRequest = Pick<ForwardOptions, 'excluded' | 'startTop' | 'endTop'>

export interface TextBatch {
  texts: EncodedText[]
  /** Row of the first token of each text; the last entry is the number of rows. */
  starts: Int32Array
  /** Computes these outputs, row-wise ones for these rows (all if not given), and nothing else. */
  forward(outputs: string[], rows?: Int32Array, more?: HeadRequest): Promise<Record<string, FloatTensor>>
}

/** The answer of one text of a batch; called once for each, in order, and the event loop has its turns in between. */
export type ReadAnswer<Answer> = (place: number) => Answer

/** Asks the model about a batch. */
type Ask<Answer> = (batch: TextBatch) => Promise<ReadAnswer<Answer>>

export class TextModel {
  readonly task: TaskName
  readonly model: AnyModel
  readonly tokenizer: AlbertTokenizer
  readonly #owned: boolean
  readonly #places: TokenPlaces
  /** Calls that have not answered yet. */
  readonly #open = new Set<Promise<unknown>>()
  #disposal: Promise<void> | undefined
  #warned = false

  constructor(task: TaskName, model: AnyModel, tokenizer: AlbertTokenizer, owned: boolean) {
    this.task = task
    this.model = model
    this.tokenizer = tokenizer
    this.#owned = owned
    this.#places = new TokenPlaces(tokenizer)
  }

  /** Runs a call of the pipeline. It may take many batches: the model stays until all are answered. */
  async whileOpen<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const running = call()
    this.#open.add(running)
    try {
      return await running
    } finally {
      this.#open.delete(running)
    }
  }

  /**
   * One answer an input, in the order of the inputs. While the model works on a batch, the next is made ready.
   * `originOf`: for inputs that are not the caller's texts one by one.
   */
  async each<Answer>(
    inputs: readonly TextOrPair[],
    options: TextOptions,
    ask: Ask<Answer>,
    originOf: (index: number) => Origin = index => ({ index: placeOf(inputs, index), name: nameOf(inputs, index) }),
  ): Promise<Answer[]> {
    const answers = await this.#run(inputs, options, ask, true, (encoding, limit, i) => {
      if (encoding.ids.length > limit) throw tooLong(originOf(i).name, encoding.ids.length, limit)
      if (encoding.truncated) this.tellTruncated({ index: originOf(i).index, limit }, options)
      return [encoding]
    })
    return answers.map(([only]) => only!)
  }

  /**
   * For texts of any length: `windowsOf` makes of a whole text the sequences that the model reads, each within `limit`.
   * Lists of answers come back, one answer a sequence. `truncation: false` refuses texts that need more than one.
   */
  async eachWindow<Answer>(
    inputs: readonly TextOrPair[],
    options: TextOptions,
    ask: Ask<Answer>,
    windowsOf: (whole: Encoding, limit: number, index: number) => Encoding[],
    nameOfInput: (index: number) => string = index => nameOf(inputs, index),
  ): Promise<Answer[][]> {
    return this.#run(inputs, options, ask, false, (whole, limit, i) => {
      const refused = options.truncation === false && whole.ids.length > limit
      if (refused) throw tooLong(nameOfInput(i), whole.ids.length, limit)
      return windowsOf(whole, limit, i)
    })
  }

  /** Says that a text was cut: to `onTruncated`, else once in a warning. */
  tellTruncated(cut: TruncatedText, options: TextOptions): void {
    if (options.onTruncated) options.onTruncated(cut)
    else if (!this.#warned) {
      this.#warned = true
      warn(
        `A text was cut to ${cut.limit} tokens. Give onTruncated to be told of each, or truncation: false to refuse them.`,
      )
    }
  }

  async dispose(): Promise<void> {
    if (!this.#owned) return
    this.#disposal ??= Promise.allSettled(this.#open).then(() => this.model.dispose())
    await this.#disposal
  }

  async #run<Answer>(
    inputs: readonly TextOrPair[],
    options: TextOptions,
    ask: Ask<Answer>,
    cuts: boolean,
    sequencesOf: SequencesOf,
  ): Promise<Answer[][]> {
    checkOptions(options)
    checkTextOptions(options, this.model.config.max_position_embeddings)
    options.signal?.throwIfAborted()
    // Said at the beginning only: a call that is open already goes on.
    if (this.#disposal && inputs.length > 0)
      throw new AlbertError('DISPOSED', `This pipeline '${this.task}' was disposed.`)
    const answers = Array.from(inputs, (): Answer[] => [])
    const pace = new Pace()
    let running: Promise<void> = Promise.resolve()
    for await (const texts of this.#batches(inputs, options, cuts, sequencesOf)) {
      const next = this.#answer(texts, ask, options.signal, answers)
      next.catch(() => {}) // Awaited below, after `running`: the first failure is the one that is told.
      await running
      running = next
      // A model that is faster than what becomes of its answers would leave the event loop no turn between them.
      if (pace.due) await pace.pause()
    }
    await running
    return answers
  }

  /** Puts the answers of one batch into their places. */
  async #answer<Answer>(
    texts: EncodedText[],
    ask: Ask<Answer>,
    signal: AbortSignal | undefined,
    answers: Answer[][],
  ): Promise<void> {
    const read = await ask(this.#batchOf(texts, signal))
    const pace = new Pace()
    for (const [i, { index, window }] of texts.entries()) {
      if (pace.due) {
        await pace.pause()
        signal?.throwIfAborted()
      }
      answers[index]![window] = read(i)
    }
  }

  async *#batches(
    inputs: readonly TextOrPair[],
    options: TextOptions,
    cuts: boolean,
    sequencesOf: SequencesOf,
  ): AsyncGenerator<EncodedText[]> {
    const limit = options.max_length ?? this.model.config.max_position_embeddings
    const truncation = cuts && (options.truncation ?? true)
    const tokens = tokenBudget(this.model.threads)
    const encode = (at: number): Promise<Encoding[]> => {
      const encodings = this.#encode(inputs.slice(at, at + WINDOW).map(textsOf), {
        truncation,
        max_length: truncation ? limit : null,
        ...(options.signal && { signal: options.signal }),
      })
      encodings.catch(() => {}) // Awaited when its turn comes, if it does.
      return encodings
    }
    let next = encode(0)
    for (let at = 0; at < inputs.length; at += WINDOW) {
      const encodings = await next
      // Made while the model is busy with this window; at its end there may be too little left to do.
      if (at + WINDOW < inputs.length) next = encode(at + WINDOW)
      const texts = encodings.flatMap((encoding, i) =>
        sequencesOf(encoding, limit, at + i).map((each, window) => ({ ...each, index: at + i, window })),
      )
      const lengths = texts.map(text => text.ids.length)
      for (const batch of tokenBatches(lengths, tokens, options.batch_size)) yield batch.map(i => texts[i]!)
    }
  }

  /** Texts or pairs to sequences whose offsets are places in these very texts. */
  async #encode(inputs: string[][], options: EncodeIdsOptions & { signal?: AbortSignal }): Promise<Encoding[]> {
    const vanished = inputs.map(texts => texts.map(text => this.#places.vanishing(text)))
    const read = inputs.map((texts, i) => {
      const [first = '', second] = texts.map((text, part) => text.slice(vanished[i]![part]))
      return second === undefined ? first : ([first, second] as const)
    })
    const encodings = await this.tokenizer.encodeBatch(read, options)
    for (const [i, encoding] of encodings.entries()) this.#places.correct(encoding, inputs[i]!, vanished[i]!)
    return encodings
  }

  #batchOf(texts: EncodedText[], signal: AbortSignal | undefined): TextBatch {
    const packed = packEncodings(texts)
    return {
      texts,
      starts: packed.starts,
      forward: (outputs, rows, more) =>
        this.model.forward(packed, { outputs, ...(rows && { rows }), ...more, ...(signal && { signal }) }),
    }
  }
}

type SequencesOf = (encoding: Encoding, limit: number, index: number) => Encoding[]

function textsOf(input: TextOrPair): string[] {
  if (typeof input === 'string') return [input]
  return input.text_pair == null ? [input.text] : [input.text, input.text_pair]
}

function tooLong(name: string, tokens: number, limit: number): AlbertError {
  const message = `${name} has ${tokens} tokens, special tokens included; at most ${limit} are allowed.`
  return new AlbertError('TOO_LONG', message, { hint: 'Shorten it, or leave truncation on.' })
}
