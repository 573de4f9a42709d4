// A call of a model: its options, and the way from padded inputs to padded outputs around the packed call.
// What a head does with labels is in lib/labels.ts.
import type { Answer } from './answer.js'
import type { PackedBatch } from './batch.js'
import type { NativeRequest } from './native.js'
import { type Packing, type PackingNeeds, type PaddedBatch, packPadded } from './padded.js'
import type { FloatTensor } from './tensor.js'

/** Options of `model(inputs, options)`. */
export interface CallOptions {
  /** Also answer `hidden_states`: the input of the first block and the output of each. */
  output_hidden_states?: boolean
  /** Also answer `attentions`: the attention probabilities of each block. */
  output_attentions?: boolean
  /** Compute positions that the mask hides, too, as transformers does; else their rows are zero. */
  compute_padding?: boolean
  /** Stops the call between two layers; it rejects with the signal's reason. */
  signal?: AbortSignal
}

/** What a packed call computes; nothing else is. Fields beside `outputs` and `signal` are described in lib/native.ts. */
export interface ForwardOptions extends Omit<NativeRequest, keyof PackedBatch> {
  signal?: AbortSignal
}

/** What every answer to padded inputs may have. */
export interface ModelOutput {
  /** One [B,S,H] for the input of the first block and for the output of each; with `output_hidden_states`. */
  hidden_states?: FloatTensor[]
  /** One [B,A,S,S] a block; with `output_attentions`. */
  attentions?: FloatTensor[]
}

export interface LogitsOutput extends ModelOutput {
  /** Mean loss, where labels were given; a tensor without dimensions. NaN if no label counts. */
  loss?: FloatTensor
  logits: FloatTensor
}

/** Runs one packed call and leaves the results in native memory. */
export type Execute = (batch: PackedBatch, options: ForwardOptions) => Promise<Answer>

/** What a head asks of the packed call; labels may depend on where positions went. */
export type HeadRequest = (packing: Packing) => Omit<ForwardOptions, 'signal'>

export class PaddedCall {
  readonly padded: PaddedBatch
  readonly #options: CallOptions
  readonly #execute: Execute

  constructor(padded: PaddedBatch, options: CallOptions, execute: Execute) {
    this.padded = padded
    this.#options = options
    this.#execute = execute
  }

  /** Packs, runs what the head asks for, and lets `read` copy the outputs; afterwards native memory is free again. */
  async run<Output>(
    needs: Omit<PackingNeeds, 'all'>,
    request: HeadRequest,
    read: (answer: PaddedAnswer) => Promise<Output>,
  ): Promise<Output> {
    const { output_hidden_states, output_attentions, compute_padding = false, signal } = this.#options
    const packing = packPadded(this.padded, { ...needs, all: compute_padding })
    const { outputs, ...labels } = request(packing)
    const extras = [...(output_hidden_states ? ['hidden_states'] : []), ...(output_attentions ? ['attentions'] : [])]
    const options: ForwardOptions = { outputs: [...outputs, ...extras], ...labels }
    if (signal) options.signal = signal
    const answer = await this.#execute(packing.batch, options)
    try {
      return await read(new PaddedAnswer(answer, packing, extras))
    } finally {
      answer.release()
    }
  }
}

/** The outputs of one call, read one by one. */
export class PaddedAnswer {
  readonly packing: Packing
  readonly #answer: Answer
  readonly #extras: string[]

  constructor(answer: Answer, packing: Packing, extras: string[]) {
    this.packing = packing
    this.#answer = answer
    this.#extras = extras
  }

  /** [B,S] or [B,S,W]: an output a token; `fill` where the token was left out. */
  tokens(name: string, fill = 0): Promise<FloatTensor> {
    return this.#answer.padded(name, this.packing, fill)
  }

  /** [B,W]: an output a text. */
  texts(name: string, dims?: readonly number[]): Promise<FloatTensor> {
    return this.#answer.whole(name, dims)
  }

  /** `{ [name]: loss }`, empty if none was asked for. */
  losses<Name extends string>(...names: Name[]): { [N in Name]?: FloatTensor } {
    const losses: { [N in Name]?: FloatTensor } = {}
    for (const name of names) {
      const loss = this.#answer.loss(name)
      if (loss) losses[name] = loss
    }
    return losses
  }

  /** Hidden states and attentions, where the caller wants them. */
  async extras(): Promise<ModelOutput> {
    const output: ModelOutput = {}
    if (this.#extras.includes('hidden_states')) output.hidden_states = await this.#answer.hiddenStates(this.packing)
    if (this.#extras.includes('attentions')) output.attentions = await this.#answer.attentions(this.packing)
    return output
  }
}
