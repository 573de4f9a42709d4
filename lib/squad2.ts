// The SQuAD 2 head of google-research/albert: an end that depends on the start, and whether there is an answer at all.
// transformers has no class for it. Turning the best starts and ends into text is left to the caller.
import { AlbertPreTrainedModel } from './albert.js'
import type { CallOptions, ModelOutput } from './call.js'
import { floatArray } from './dtype.js'
import { AlbertError } from './errors.js'
import { type ArrayInput, checkDims, flatten, toFloats } from './input.js'
import { insideColumns, markColumns, packedColumns } from './labels.js'
import type { NativeArray, NativeDtype } from './native.js'
import type { ModelInputs, Packing, PaddedBatch } from './padded.js'
import { type FloatTensor, Tensor } from './tensor.js'

/** Inputs of `AlbertForSquad2`: B texts of S columns. */
export interface Squad2Inputs extends ModelInputs {
  /** [B,S] 1 = no answer can begin or end here (question, [SEP], padding); [CLS] must be 0. Default: what the mask hides. */
  p_mask?: ArrayInput
  /** [B] column where the answer begins, 0 if there is none; alone it gives `end_log_probs` for this start. */
  start_positions?: ArrayInput
  /** [B] column where the answer ends (inclusive), 0 if there is none. */
  end_positions?: ArrayInput
  /** [B] 1 = the question has no answer. A loss needs it and both positions. */
  is_impossible?: ArrayInput
}

/** Options of a call of `AlbertForSquad2`. */
export interface Squad2Options extends CallOptions {
  /** How many starts are kept; default 5, or S if that is less. */
  start_n_top?: number
  /** How many ends are kept for each start. */
  end_n_top?: number
}

/** What `AlbertForSquad2` answers; log-probabilities are natural ones. */
export interface Squad2Output extends ModelOutput {
  /** (start_loss + end_loss + answer_loss) / 2 */
  loss?: FloatTensor
  start_loss?: FloatTensor
  end_loss?: FloatTensor
  answer_loss?: FloatTensor
  /** [B,S] log-probability of each column to begin the answer. */
  start_log_probs: FloatTensor
  /** [B,S] likewise to end it, given `start_positions`. */
  end_log_probs?: FloatTensor
  /** [B] above 0: rather no answer. */
  cls_logits: FloatTensor
  /** [B,start_n_top] */
  start_top_log_probs: FloatTensor
  /** [B,start_n_top] columns; -1 where the text has fewer tokens. */
  start_top_index: Tensor<'int32'>
  /** [B,start_n_top · end_n_top], the ends of the best start first. */
  end_top_log_probs: FloatTensor
  end_top_index: Tensor<'int32'>
}

/** Log-probability of a column that cannot hold an answer, as the original computes it. */
const EXCLUDED = -1e30
const DEFAULT_TOP = 5

/** ALBERT with the SQuAD 2 head of google-research/albert: the best starts and ends of an answer, and whether there is one. */
export class AlbertForSquad2 extends AlbertPreTrainedModel<Squad2Inputs, Squad2Output, Squad2Options> {
  static readonly head = 'squad2'

  protected async invoke(inputs: Squad2Inputs, options: Squad2Options = {}): Promise<Squad2Output> {
    const call = this.begin(inputs, options)
    const { padded } = call
    const labels = readLabels(inputs, padded, this.dtype)
    const excluded = exclusions(inputs.p_mask, padded, this.dtype)
    const startTop = readTop('start_n_top', options.start_n_top, padded.columns)
    const endTop = readTop('end_n_top', options.end_n_top, padded.columns)
    return call.run(
      { first: true, labelled: labels.marks },
      packing => ({
        outputs: [
          'start_log_probs',
          'cls_logits',
          'start_top_log_probs',
          'start_top_index',
          'end_top_log_probs',
          'end_top_index',
        ],
        ...(excluded && { excluded: gather(excluded, packing) }),
        startTop,
        endTop,
        ...labels.request(packing),
      }),
      async answer => ({
        ...answer.losses('loss', 'start_loss', 'end_loss', 'answer_loss'),
        start_log_probs: await answer.tokens('start_log_probs', EXCLUDED),
        ...(labels.start && { end_log_probs: await answer.tokens('end_log_probs', EXCLUDED) }),
        cls_logits: await answer.texts('cls_logits'),
        start_top_log_probs: await answer.texts('start_top_log_probs'),
        start_top_index: toColumns(await answer.texts('start_top_index'), answer.packing),
        end_top_log_probs: await answer.texts('end_top_log_probs'),
        end_top_index: toColumns(await answer.texts('end_top_index'), answer.packing),
        ...(await answer.extras()),
      }),
    )
  }
}

interface Squad2Labels {
  start: Int32Array | undefined
  /** Positions that must be packed though the mask hides them. */
  marks: Uint8Array
  request(packing: Packing): { startPositions?: Int32Array; endPositions?: Int32Array; impossible?: NativeArray }
}

function readLabels(inputs: Squad2Inputs, padded: PaddedBatch, dtype: NativeDtype): Squad2Labels {
  const { start_positions, end_positions, is_impossible } = inputs
  if ((end_positions == null) !== (is_impossible == null) || (end_positions != null && start_positions == null)) {
    const message = 'A loss needs start_positions, end_positions and is_impossible; start_positions may come alone.'
    throw new AlbertError('INVALID_INPUT', message)
  }
  const start = insideColumns('start_positions', start_positions, padded)
  const end = insideColumns('end_positions', end_positions, padded)
  const impossible = is_impossible == null ? undefined : readImpossible(is_impossible, padded, dtype)
  return {
    start,
    marks: markColumns(padded, start, end),
    request: packing => ({
      ...(start && { startPositions: packedColumns(start, packing) }),
      ...(end && impossible && { endPositions: packedColumns(end, packing), impossible }),
    }),
  }
}

function readImpossible(input: ArrayInput, padded: PaddedBatch, dtype: NativeDtype): NativeArray {
  const array = flatten('is_impossible', input)
  checkDims(array, [padded.texts], 'one entry a text')
  return toFloats(array, floatArray(dtype, padded.texts), 'a number, 0 or 1')
}

/** [B·S] as given; what the mask hides, if nothing is given; undefined if all columns are possible. */
function exclusions(input: ArrayInput | undefined, padded: PaddedBatch, dtype: NativeDtype): NativeArray | undefined {
  const { visible, types, dims } = padded
  if (input == null) return visible && floatArray(dtype, types.length).map((_, place) => 1 - visible[place]!)
  const array = flatten('p_mask', input)
  checkDims(array, dims, 'as the tokens')
  return toFloats(array, floatArray(dtype, types.length), 'a number, 0 or 1')
}

function gather(values: NativeArray, packing: Packing): NativeArray {
  const { places } = packing
  const packed = values instanceof Float64Array ? new Float64Array(places.length) : new Float32Array(places.length)
  return packed.map((_, row) => values[places[row]!]!)
}

function readTop(name: string, given: number | undefined, columns: number): number {
  if (given === undefined) return Math.min(DEFAULT_TOP, columns)
  if (Number.isInteger(given) && given >= 1 && given <= columns) return given
  throw new AlbertError(
    'INVALID_INPUT',
    `${name} is ${given}; it must be a whole number from 1 to the ${columns} columns.`,
  )
}

/** Rows inside each packed text to columns. */
function toColumns(rows: FloatTensor, packing: Packing): Tensor<'int32'> {
  const { places, padded, batch } = packing
  const width = rows.dims[1]!
  const columns = Int32Array.from(rows.data, (row, i) => {
    const text = Math.floor(i / width)
    return row < 0 ? -1 : places[batch.starts[text]! + row]! - text * padded.columns
  })
  return new Tensor('int32', columns, rows.dims)
}
