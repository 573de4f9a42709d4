// The answer of a call: finished sequences side by side, padded to one length, as tensors or as arrays.
import { AlbertError } from '../errors.js'
import { Tensor } from '../tensor.js'
import type { CallPlan } from './call-options.js'
import type { Encoding } from './encoding.js'
import { inParts, type Steps } from './slices.js'

/** Of one sequence: where each token lies in its text, half-open. */
export type OffsetMapping = [start: number, end: number][]

/** What a call answers; each field is there if it was asked for. */
export interface BatchEncoding<Values = Tensor<'int64'>, Offsets = OffsetMapping[]> {
  input_ids: Values
  /** 1 for tokens, 0 for padding. */
  attention_mask: Values
  token_type_ids?: Values
  special_tokens_mask?: Values
  offset_mapping?: Offsets
  /** With return_overflowing_tokens: the text that each row comes from. */
  overflow_to_sample_mapping?: number[]
}

/** One row a sequence. */
export type Rows = BatchEncoding<number[][]>

/** The row of a single text. */
export type SingleRow = BatchEncoding<number[], OffsetMapping>

/** The fields that are numbers, with what stands in the padding. */
const fields = {
  input_ids: (row: Encoding, i: number) => row.ids[i]!,
  attention_mask: () => 1,
  token_type_ids: (row: Encoding, i: number) => row.types[i]!,
  special_tokens_mask: (row: Encoding, i: number) => row.special[i]!,
}
type Field = keyof typeof fields

export function* batchOf(rows: readonly Encoding[], plan: CallPlan, padId: number): Steps<BatchEncoding | Rows> {
  const lengths = rowLengths(rows, plan)
  const padding: { [name in Field]: number } = {
    input_ids: padId,
    attention_mask: 0,
    token_type_ids: 0,
    special_tokens_mask: 1,
  }
  const names: Field[] = ['input_ids', 'attention_mask']
  if (plan.typeIds) names.push('token_type_ids')
  if (plan.specialMask) names.push('special_tokens_mask')
  const columns = lengths[0] ?? 0
  const answer: Partial<BatchEncoding & Rows> = {}
  for (const name of names) {
    const arrays: number[][] = []
    const data = new BigInt64Array(plan.tensors ? rows.length * columns : 0)
    // Ids fit the lower half of each number, and every platform of the addon stores that half first.
    const words = new Int32Array(data.buffer)
    for (const [r, row] of rows.entries()) {
      const length = row.ids.length
      const before = plan.padSide === 'left' ? lengths[r]! - length : 0
      const value = (i: number): number =>
        i < before || i >= before + length ? padding[name] : fields[name](row, i - before)
      const list = new Array<number>(plan.tensors ? 0 : lengths[r]!)
      if (!plan.tensors) arrays.push(list)
      yield* inParts(lengths[r]!, (from, to) => {
        if (plan.tensors) for (let i = from; i < to; i++) words[2 * (r * columns + i)] = value(i)
        else for (let i = from; i < to; i++) list[i] = value(i)
      })
      yield
    }
    Object.assign(answer, { [name]: plan.tensors ? new Tensor('int64', data, [rows.length, columns]) : arrays })
  }
  if (plan.offsetMapping) {
    answer.offset_mapping = []
    for (const [r, row] of rows.entries()) {
      answer.offset_mapping.push(yield* offsetsOf(row, lengths[r]!, plan))
      yield
    }
  }
  return answer as BatchEncoding | Rows
}

function rowLengths(rows: readonly Encoding[], plan: CallPlan): number[] {
  const own = rows.map(row => row.ids.length)
  const longest = own.reduce((a, b) => Math.max(a, b), 0)
  const target = plan.padTo === 0 ? 0 : plan.padTo === Infinity ? longest : plan.padTo
  const padded = Math.ceil(target / plan.padMultiple) * plan.padMultiple
  const lengths = own.map(length => Math.max(length, padded))
  const odd = lengths.findIndex(length => length !== lengths[0])
  if (plan.tensors && odd >= 0) {
    const message = `The sequences have different lengths (${lengths[0]} and ${lengths[odd]} tokens), so they do not make a tensor; pass padding: true, and truncation: true where they exceed max_length, or return_tensor: false.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  return lengths
}

/** Small arrays that are made between two pauses: the garbage collector moves each of them. */
const PAIRS = 4096

function* offsetsOf(row: Encoding, length: number, plan: CallPlan): Steps<OffsetMapping> {
  const before = plan.padSide === 'left' ? length - row.ids.length : 0
  const mapping = new Array<[number, number]>(length)
  const write = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const at = 2 * (i - before)
      mapping[i] = [row.offsets[at] ?? 0, row.offsets[at + 1] ?? 0]
    }
  }
  yield* inParts(length, write, PAIRS)
  return mapping
}
