// A model with its tokenizer: takes any number of texts to the model in batches and brings the answers back in order.
// What is asked of the model and what becomes of the answer is the task's business.
import type { AlbertPreTrainedModel } from '../albert.js'
import { packEncodings } from '../batch.js'
import { AlbertError } from '../errors.js'
import { checkOptions } from '../options.js'
import type { FloatTensor } from '../tensor.js'
import type { AlbertTokenizer } from '../tokenizer/index.js'
import { warn } from '../warnings.js'
import type { TaskName } from './tasks.js'
import { checkTextOptions, nameOf, type TextOptions, type TextOrPair, type TruncatedText } from './text-input.js'
import { tokenBatches, tokenBudget, WINDOW } from './token-batches.js'

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

export interface EncodedText {
  /** Place in the list that was given. */
  index: number
  ids: Int32Array
  types: Uint8Array
  truncated: boolean
}

/** Which of the caller's texts an input of the model was made from. */
export interface Origin {
  /** For `onTruncated`. */
  index: number
  /** For messages. */
  name: string
}

export interface TextBatch {
  texts: EncodedText[]
  /** Row of the first token of each text; the last entry is the number of rows. */
  starts: Int32Array
  /** Computes these outputs, row-wise ones for these rows (all if not given), and nothing else. */
  forward(outputs: string[], rows?: Int32Array): Promise<Record<string, FloatTensor>>
}

export class TextModel {
  readonly task: TaskName
  readonly model: AnyModel
  readonly tokenizer: AlbertTokenizer
  readonly #owned: boolean
  #warned = false

  constructor(task: TaskName, model: AnyModel, tokenizer: AlbertTokenizer, owned: boolean) {
    this.task = task
    this.model = model
    this.tokenizer = tokenizer
    this.#owned = owned
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
    checkOptions(options)
    checkTextOptions(options, this.model.config.max_position_embeddings)
    const answers = new Array<Answer>(inputs.length)
    let running: Promise<void> = Promise.resolve()
    for await (const texts of this.#batches(inputs, options, originOf)) {
      const next = answer(this.#batchOf(texts, options.signal)).then(results => {
        for (const [i, text] of texts.entries()) answers[text.index] = results[i]!
      })
      next.catch(() => {}) // Awaited below, after `running`: the first failure is the one that is told.
      await running
      running = next
    }
    await running
    return answers
  }

  async dispose(): Promise<void> {
    if (this.#owned) await this.model.dispose()
  }

  async *#batches(
    inputs: readonly TextOrPair[],
    options: TextOptions,
    originOf: (index: number) => Origin,
  ): AsyncGenerator<EncodedText[]> {
    const tokens = tokenBudget(this.model.threads)
    for (let at = 0; at < inputs.length; at += WINDOW) {
      const texts = await this.#encode(inputs, at, Math.min(at + WINDOW, inputs.length), options, originOf)
      const lengths = texts.map(text => text.ids.length)
      for (const batch of tokenBatches(lengths, tokens, options.batch_size)) yield batch.map(i => texts[i]!)
    }
  }

  async #encode(
    inputs: readonly TextOrPair[],
    from: number,
    end: number,
    options: TextOptions,
    originOf: (index: number) => Origin,
  ): Promise<EncodedText[]> {
    const limit = options.max_length ?? this.model.config.max_position_embeddings
    const cuts = options.truncation ?? true
    const encodings = await this.tokenizer.encodeBatch(inputs.slice(from, end).map(tokenizerInput), {
      truncation: cuts,
      max_length: cuts ? limit : null,
      ...(options.signal && { signal: options.signal }),
    })
    return encodings.map(({ ids, types, truncated }, i) => {
      const index = from + i
      if (ids.length > limit) throw tooLong(originOf(index).name, ids.length, limit)
      if (truncated) this.#tellTruncated({ index: originOf(index).index, limit }, options)
      return { index, ids, types, truncated }
    })
  }

  #tellTruncated(cut: TruncatedText, options: TextOptions): void {
    if (options.onTruncated) options.onTruncated(cut)
    else if (!this.#warned) {
      this.#warned = true
      warn(
        `A text was cut to ${cut.limit} tokens. Give onTruncated to be told of each, or truncation: false to refuse them.`,
      )
    }
  }

  #batchOf(texts: EncodedText[], signal: AbortSignal | undefined): TextBatch {
    const packed = packEncodings(texts)
    return {
      texts,
      starts: packed.starts,
      forward: (outputs, rows) =>
        this.model.forward(packed, { outputs, ...(rows && { rows }), ...(signal && { signal }) }),
    }
  }
}

function tokenizerInput(input: TextOrPair): string | [string, string] {
  if (typeof input === 'string') return input
  return input.text_pair == null ? input.text : [input.text, input.text_pair]
}

function tooLong(name: string, tokens: number, limit: number): AlbertError {
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
