// The model classes, with the names of transformers for what goes in and what comes out: the bare encoder here,
// heads that answer for each token, heads that answer for each text, and the SQuAD 2 head in files of their own.
import { AlbertPreTrainedModel } from './albert.js'
import type { CallOptions, ModelOutput } from './call.js'
import type { ModelInputs } from './padded.js'
import type { FloatTensor } from './tensor.js'

export * from './squad2.js'
export * from './text-heads.js'
export * from './token-heads.js'

export interface BaseModelOutput extends ModelOutput {
  /** [B,S,H] */
  last_hidden_state: FloatTensor
  /** [B,H] */
  pooler_output: FloatTensor
}

/** The encoder with its pooler, without a head. */
export class AlbertModel extends AlbertPreTrainedModel<ModelInputs, BaseModelOutput> {
  static readonly head = 'none'

  protected async invoke(inputs: ModelInputs, options: CallOptions = {}): Promise<BaseModelOutput> {
    const call = this.begin(inputs, options)
    return call.run(
      { first: true },
      () => ({ outputs: ['last_hidden_state', 'pooler_output'] }),
      async answer => ({
        last_hidden_state: await answer.tokens('last_hidden_state'),
        pooler_output: await answer.texts('pooler_output'),
        ...(await answer.extras()),
      }),
    )
  }
}
