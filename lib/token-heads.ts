// Heads that answer for each token: masked words, token classes, pre-training, question answering.
// How padded inputs become packed calls is in lib/call.ts; what labels mean is in lib/labels.ts.
import { AlbertPreTrainedModel } from './albert.js'
import type { CallOptions, LogitsOutput, ModelOutput } from './call.js'
import type { ArrayInput } from './input.js'
import {
  answerColumns,
  bothOrNone,
  markColumns,
  packedColumns,
  packedLabels,
  textLabels,
  tokenLabels,
} from './labels.js'
import type { ModelInputs } from './padded.js'
import { type FloatTensor, floatTensor } from './tensor.js'

export interface TokenLabelInputs extends ModelInputs {
  /** [B,S] class (masked language model: token id) of each position; -100 does not count. */
  labels?: ArrayInput
}

/** Heads that answer for each token. */
abstract class TokenModel extends AlbertPreTrainedModel<TokenLabelInputs, LogitsOutput> {
  /** Width of the logits. */
  protected abstract get classes(): number

  protected async invoke(inputs: TokenLabelInputs, options: CallOptions = {}): Promise<LogitsOutput> {
    const call = this.begin(inputs, options)
    const labels = tokenLabels(inputs.labels, call.padded, this.classes)
    return call.run(
      { first: false, ...labels?.needs },
      packing => ({ outputs: ['logits'], ...(labels && { labels: packedLabels(labels, packing) }) }),
      async answer => ({ ...answer.losses('loss'), logits: await answer.tokens('logits'), ...(await answer.extras()) }),
    )
  }
}

/** Masked words: logits [B,S,V]. */
export class AlbertForMaskedLM extends TokenModel {
  static readonly head = 'masked_lm'

  protected get classes(): number {
    return this.config.vocab_size
  }
}

/** One class for each token: logits [B,S,C]. */
export class AlbertForTokenClassification extends TokenModel {
  static readonly head = 'token_classification'

  protected get classes(): number {
    return this.labels
  }
}

export interface PreTrainingInputs extends TokenLabelInputs {
  /** [B] 0 = the two segments are in order, 1 = swapped. A loss needs both kinds of labels. */
  sentence_order_label?: ArrayInput
}

export interface PreTrainingOutput extends ModelOutput {
  /** Sum of the two mean losses. */
  loss?: FloatTensor
  mlm_loss?: FloatTensor
  sop_loss?: FloatTensor
  /** [B,S,V] */
  prediction_logits: FloatTensor
  /** [B,2] */
  sop_logits: FloatTensor
}

/** Masked words and sentence order, the two tasks of pre-training. */
export class AlbertForPreTraining extends AlbertPreTrainedModel<PreTrainingInputs, PreTrainingOutput> {
  static readonly head = 'pretraining'

  protected async invoke(inputs: PreTrainingInputs, options: CallOptions = {}): Promise<PreTrainingOutput> {
    const call = this.begin(inputs, options)
    bothOrNone('labels', inputs.labels, 'sentence_order_label', inputs.sentence_order_label)
    const labels = tokenLabels(inputs.labels, call.padded, this.config.vocab_size)
    const sentenceOrderLabels = textLabels(
      'sentence_order_label',
      inputs.sentence_order_label,
      call.padded.texts,
      this.labels,
    )
    return call.run(
      { first: true, ...labels?.needs },
      packing => ({
        outputs: ['prediction_logits', 'sop_logits'],
        ...(labels && sentenceOrderLabels && { labels: packedLabels(labels, packing), sentenceOrderLabels }),
      }),
      async answer => ({
        ...answer.losses('loss', 'mlm_loss', 'sop_loss'),
        prediction_logits: await answer.tokens('prediction_logits'),
        sop_logits: await answer.texts('sop_logits'),
        ...(await answer.extras()),
      }),
    )
  }
}

export interface QuestionAnsweringInputs extends ModelInputs {
  /** [B] columns where the answers begin and end (inclusive); columns beyond the text do not count, negative ones are 0. */
  start_positions?: ArrayInput
  end_positions?: ArrayInput
}

export interface QuestionAnsweringOutput extends ModelOutput {
  loss?: FloatTensor
  /** [B,S] */
  start_logits: FloatTensor
  /** [B,S] */
  end_logits: FloatTensor
}

/** Where the answer begins and ends in the text. */
export class AlbertForQuestionAnswering extends AlbertPreTrainedModel<
  QuestionAnsweringInputs,
  QuestionAnsweringOutput
> {
  static readonly head = 'question_answering'

  protected async invoke(inputs: QuestionAnsweringInputs, options: CallOptions = {}): Promise<QuestionAnsweringOutput> {
    const call = this.begin(inputs, options)
    bothOrNone('start_positions', inputs.start_positions, 'end_positions', inputs.end_positions)
    const start = answerColumns('start_positions', inputs.start_positions, call.padded)
    const end = answerColumns('end_positions', inputs.end_positions, call.padded)
    return call.run(
      { first: false, labelled: markColumns(call.padded, start, end) },
      packing => ({
        outputs: ['logits'],
        ...(start && { startPositions: packedColumns(start, packing) }),
        ...(end && { endPositions: packedColumns(end, packing) }),
      }),
      async answer => {
        const [start_logits, end_logits] = halves(await answer.tokens('logits'))
        return { ...answer.losses('loss'), start_logits, end_logits, ...(await answer.extras()) }
      },
    )
  }
}

/** [B,S,2] to two [B,S]. */
function halves(pairs: FloatTensor): [FloatTensor, FloatTensor] {
  const half = (column: number): FloatTensor =>
    floatTensor(
      pairs.data.filter((_, i) => i % 2 === column),
      pairs.dims.slice(0, -1),
    )
  return [half(0), half(1)]
}
