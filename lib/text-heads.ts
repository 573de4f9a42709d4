// Heads that answer for each text from the pooled vector: sequence classification and multiple choice.
// How padded inputs become packed calls is in lib/call.ts; what labels mean is in lib/labels.ts.
import { AlbertPreTrainedModel } from './albert.js'
import type { CallOptions, LogitsOutput } from './call.js'
import type { ArrayInput } from './input.js'
import { problemTypeOf, type SequenceLabels, sequenceLabels, textLabels } from './labels.js'
import type { ModelInputs } from './padded.js'

export interface SequenceClassificationInputs extends ModelInputs {
  /** [B] classes, [B,C] zeros to ones (multi label), or [B] or [B,C] numbers (regression); see `problem_type`. */
  labels?: ArrayInput
}

/** One answer for each text: logits [B,C]. */
export class AlbertForSequenceClassification extends AlbertPreTrainedModel<SequenceClassificationInputs, LogitsOutput> {
  static readonly head = 'sequence_classification'

  protected async invoke(inputs: SequenceClassificationInputs, options: CallOptions = {}): Promise<LogitsOutput> {
    const call = this.begin(inputs, options)
    const labels = inputs.labels == null ? undefined : this.#read(inputs.labels, call.padded.texts)
    return call.run(
      { first: true },
      () => ({ outputs: ['logits'], ...labels }),
      async answer => ({ ...answer.losses('loss'), logits: await answer.texts('logits'), ...(await answer.extras()) }),
    )
  }

  /** Which loss the labels mean: as the configuration says, else settled by the first labels that come. */
  #read(labels: ArrayInput, texts: number): SequenceLabels {
    const problem_type = this.config.problem_type ?? problemTypeOf(labels, this.labels)
    const read = sequenceLabels(labels, problem_type, texts, this.labels, this.dtype)
    if (this.config.problem_type !== problem_type) this.amendConfig({ problem_type })
    return read
  }
}

export interface MultipleChoiceInputs extends ModelInputs {
  /** [B] the right choice of each question. */
  labels?: ArrayInput
}

/** The best of N texts for each of B questions. Inputs are [B,N,S]; logits [B,N]. */
export class AlbertForMultipleChoice extends AlbertPreTrainedModel<MultipleChoiceInputs, LogitsOutput> {
  static readonly head = 'multiple_choice'

  protected async invoke(inputs: MultipleChoiceInputs, options: CallOptions = {}): Promise<LogitsOutput> {
    const call = this.begin(inputs, options, 3)
    const [questions, choices] = call.padded.dims as [number, number, number]
    const labels = textLabels('labels', inputs.labels, questions, choices)
    return call.run(
      { first: true },
      () => ({ outputs: ['logits'], choices, ...(labels && { labels }) }),
      async answer => {
        const logits = await answer.texts('logits', [questions, choices])
        return { ...answer.losses('loss'), logits, ...(await answer.extras()) }
      },
    )
  }
}
