// A model with its tokenizer: takes any number of texts to the model in batches and brings the answers back in order.
// What is asked of the model and what becomes of the answer is the task's business.
import type { AlbertPreTrainedModel } from '../albert.js'
import { packEncodings } from '../batch.js'
import type { ForwardOptions } from '../call.js'
import { AlbertError } from '../errors.js'
import { checkOptions } from '../options.js'
import type { FloatTensor } from '../tensor.js'
import type { AlbertTokenizer, EncodeIdsOptions, Encoding } from '../tokenizer/index.js'
import { warn } from '../warnings.js'
import type { TaskName } from './tasks.js'
import { checkTextOptions, nameOf, type TextOptions, type TextOrPair, type TruncatedText } from './text-input.js'
import { tokenBatches, tokenBudget, WINDOW } from './token-batches.js'
import { TokenPlaces } from './token-places.js'

/** Any model class, whatever it takes and answers when called by itself. */
export type AnyModel = AlbertPreTrainedModel<never, unknown>

/** What every pipeline has beside its call. */
export interface Pipeline {
  readonly task: TaskName
  readonly model: AnyModel
  readonly tokenizer: AlbertTokenizer
  /** Frees the model that the pipeline loaded, once the calls in flight have finished. A model that was given stays. */
  dispose(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

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

export class TextModel {
  readonly task: TaskName
  readonly model: AnyModel
  readonly tokenizer: AlbertTokenizer
  readonly #owned: boolean
  readonly #places: TokenPlaces
  #warned = false
  #running = 0
  #whenIdle = (): void => {}
  #disposal: Promise<void> | undefined

  constructor(task: TaskName, model: AnyModel, tokenizer: AlbertTokenizer, owned: boolean) {
    this.task = task
    this.model = model
    this.tokenizer = tokenizer
    this.#owned = owned
    this.#places = new TokenPlaces(tokenizer)
  }

  /**
   * One answer an input, in the order of the inputs. While the model works on a batch, the next is made ready.
   * `originOf`: for inputs that are not the caller's texts one by one.
   */
  async each<Answer>(
    inputs: readonly TextOrPair[],
    options: TextOptions,
    answer: (batch: TextBatch) => Promise<Answer[]>,
    originOf: (index: number) => Origin = index => ({ index, name: nameOf(inputs, index) }),
  ): Promise<Answer[]> {
    const answers = await this.#run(inputs, options, answer, true, (encoding, limit, i) => {
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
    answer: (batch: TextBatch) => Promise<Answer[]>,
    windowsOf: (whole: Encoding, limit: number, index: number) => Encoding[],
    nameOfInput: (index: number) => string = index => nameOf(inputs, index),
  ): Promise<Answer[][]> {
    return this.#run(inputs, options, answer, false, (whole, limit, i) => {
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

  /** Calls in flight finish: between their batches too, where the model does not know of them. */
  async dispose(): Promise<void> {
    if (!this.#owned) return
    this.#disposal ??= this.#idle().then(() => this.model.dispose())
    await this.#disposal
  }

  #idle(): Promise<void> {
    return this.#running === 0
      ? Promise.resolve()
      : new Promise(resolve => {
          this.#whenIdle = resolve
        })
  }

  async #run<Answer>(...call: Call<Answer>): Promise<Answer[][]> {
    if (this.#disposal) throw new AlbertError('DISPOSED', `This ${this.task} pipeline was disposed.`)
    this.#running++
    try {
      return await this.#answers(...call)
    } finally {
      if (--this.#running === 0) this.#whenIdle()
    }
  }

  async #answers<Answer>(...[inputs, options, answer, cuts, sequencesOf]: Call<Answer>): Promise<Answer[][]> {
    checkOptions(options)
    checkTextOptions(options, this.model.config.max_position_embeddings)
    const answers = Array.from(inputs, (): Answer[] => [])
    let running: Promise<void> = Promise.resolve()
    for await (const texts of this.#batches(inputs, options, cuts, sequencesOf)) {
      const next = answer(this.#batchOf(texts, options.signal)).then(results => {
        for (const [i, { index, window }] of texts.entries()) answers[index]![window] = results[i]!
      })
      next.catch(() => {}) // Awaited below, after `running`: the first failure is the one that is told.
      await running
      running = next
    }
    await running
    return answers
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
    for (let at = 0; at < inputs.length; at += WINDOW) {
      const encodings = await this.#encode(inputs.slice(at, at + WINDOW).map(textsOf), {
        truncation,
        max_length: truncation ? limit : null,
        ...(options.signal && { signal: options.signal }),
      })
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

type Call<Answer> = [
  inputs: readonly TextOrPair[],
  options: TextOptions,
  answer: (batch: TextBatch) => Promise<Answer[]>,
  cuts: boolean,
  sequencesOf: SequencesOf,
]

type SequencesOf = (encoding: Encoding, limit: number, index: number) => Encoding[]

function textsOf(input: TextOrPair): string[] {
  if (typeof input === 'string') return [input]
  return input.text_pair == null ? [input.text] : [input.text, input.text_pair]
}

export function tooLong(name: string, tokens: number, limit: number): AlbertError {
  const message = `${name} has ${tokens} tokens, special tokens included; at most ${limit} are allowed.`
  return new AlbertError('TOO_LONG', message, { hint: 'Shorten it, or leave truncation on.' })
}

/** Gives a function the properties of a pipeline. The one place where a call gets its overloaded type. */
export function pipelineOf<P extends Pipeline>(
  text: TextModel,
  call: (...args: never[]) => Promise<unknown>,
  more: Omit<P, keyof Pipeline>,
): P {
  const parts: Pipeline & { [inspect]: () => string } = {
    task: text.task,
    model: text.model,
    tokenizer: text.tokenizer,
    dispose: () => text.dispose(),
    [Symbol.asyncDispose]: () => text.dispose(),
    [inspect]: () => `pipeline '${text.task}' with ${text.model.constructor.name}`,
  }
  return Object.assign(call, parts, more) as unknown as P
}

const inspect = Symbol.for('nodejs.util.inspect.custom')
