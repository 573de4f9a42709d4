// The packed batch: sequences one after another, no padding. The only form in which tokens reach the addon.
// Padded arrays become packed ones in lib/padded.ts.
import { isDetached } from './detached.js'
import { AlbertError } from './errors.js'
import type { NativeArray, NativeDtype, NativeRequest } from './native.js'
import { shown } from './options.js'

/** T tokens of N sequences. Letters as in docs/architecture.md. */
export interface PackedBatch {
  /** [T] token ids; exactly one of ids and embeds. */
  ids?: Int32Array
  /** [T,E] input embeddings, Float64Array for a model of dtype `fp64`. */
  embeds?: NativeArray
  /** [T] token types. */
  types: Int32Array
  /** [T] positions in the text, from 0. */
  positions: Int32Array
  /** [N+1] where each sequence starts; the last entry is T. */
  starts: Int32Array
  /** [T] 0 = no token may attend to this one; absent = all may be attended to. */
  visible?: Uint8Array
}

/** What the sizes of a model allow; a part of its configuration. */
export interface BatchLimits {
  readonly vocab_size: number
  readonly embedding_size: number
  readonly max_position_embeddings: number
  readonly type_vocab_size: number
}

/** Ids and token types of one text, as a tokenizer encodes it; two lists of one length. */
export interface TokenIds {
  ids: ArrayLike<number>
  types: ArrayLike<number>
}

/** Token ids of N texts as one batch. Positions count from 0 in each text. */
export function packEncodings(encodings: readonly TokenIds[]): PackedBatch {
  if (!Array.isArray(encodings)) throw notEncodings(`it got ${shown(encodings)}`)
  for (const [i, encoding] of encodings.entries()) {
    const { ids, types }: Partial<TokenIds> = encoding ?? {}
    for (const [name, list] of Object.entries({ ids, types }))
      if (ArrayBuffer.isView(list) && isDetached(list))
        throw notEncodings(`encodings[${i}].${name} was detached: its memory is gone`)
    if (!isIds(ids) || !isIds(types) || ids.length !== types.length)
      throw notEncodings(`encodings[${i}] is ${shown(encoding)}`)
  }
  const starts = new Int32Array(encodings.length + 1)
  for (const [i, { ids }] of encodings.entries()) starts[i + 1] = starts[i]! + ids.length
  const total = starts[encodings.length]!
  const batch = { ids: new Int32Array(total), types: new Int32Array(total), positions: new Int32Array(total), starts }
  for (const [i, { ids, types }] of encodings.entries()) {
    const start = starts[i]!
    batch.ids.set(ids, start)
    batch.types.set(types, start)
    for (let p = 0; p < ids.length; p++) batch.positions[start + p] = p
  }
  return batch
}

/** What an Int32Array would hold as something else (2.5, NaN, 2 ** 32) is no id. */
function isIds(value: unknown): value is ArrayLike<number> {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof DataView))) return false
  const list = value as ArrayLike<unknown>
  for (let i = 0; i < list.length; i++) {
    const id = list[i]
    if (typeof id !== 'number' || (id | 0) !== id) return false
  }
  return true
}

function notEncodings(problem: string): AlbertError {
  const rule = 'packEncodings takes a list of { ids, types }, two arrays of whole numbers of one length'
  return new AlbertError('INVALID_INPUT', `${rule}; ${problem}.`)
}

/** Number of sequences. */
export function sequenceCount(batch: PackedBatch): number {
  return batch.starts.length - 1
}

/** Number of tokens. */
export function tokenCount(batch: PackedBatch): number {
  return batch.starts[batch.starts.length - 1] ?? 0
}

/** What is asked of a batch, in one object: only that is checked, and the same goes to the addon. */
export function requestOf(batch: PackedBatch, asked: Omit<NativeRequest, keyof PackedBatch>): NativeRequest {
  if (typeof batch !== 'object' || batch === null) {
    throw new AlbertError(
      'INVALID_INPUT',
      `A packed batch is an object such as packEncodings gives, not ${shown(batch)}.`,
    )
  }
  return { ...batch, ...asked }
}

/** Refuses a batch that the model cannot run, naming the sequence and the token. Packed by hand or by this package. */
export function checkBatch(batch: PackedBatch, limits: BatchLimits, dtype: NativeDtype): void {
  checkStarts(batch.starts, limits.max_position_embeddings)
  const tokens = tokenCount(batch)
  if ((batch.ids === undefined) === (batch.embeds === undefined)) {
    throw new AlbertError('INVALID_INPUT', 'A packed batch has exactly one of ids and embeds.')
  }
  if (batch.ids !== undefined) checkRange('ids', batch.ids, batch.starts, limits.vocab_size)
  if (batch.embeds !== undefined) checkEmbeds(batch.embeds, tokens * limits.embedding_size, dtype)
  checkRange('types', batch.types, batch.starts, limits.type_vocab_size)
  checkRange('positions', batch.positions, batch.starts, limits.max_position_embeddings)
  const { visible } = batch
  if (visible !== undefined && (!(visible instanceof Uint8Array) || visible.length !== tokens)) {
    throw new AlbertError(
      'INVALID_INPUT',
      `visible must be a Uint8Array with one entry for each of the ${tokens} tokens.`,
    )
  }
}

/** Rows of row-wise outputs: packed rows, strictly rising. */
export function checkRows(rows: NativeRequest['rows'], tokens: number): void {
  if (rows !== undefined && !(rows instanceof Int32Array))
    throw new AlbertError('INVALID_INPUT', 'rows must be an Int32Array.')
  if (rows && isDetached(rows)) throw new AlbertError('INVALID_INPUT', 'rows was detached: its memory is gone.')
  rows?.forEach((row, i) => {
    if (row >= 0 && row < tokens && (i === 0 || row > rows[i - 1]!)) return
    const message = `rows[${i}] is ${row}; rows must rise strictly within 0 to ${tokens - 1}.`
    throw new AlbertError('INVALID_INPUT', message)
  })
}

/** Layers of each sequence. What cannot be asked for together with them is refused by the addon. */
export function checkLayers(layers: NativeRequest['layers'], sequences: number, most: number): void {
  if (layers === undefined) return
  if (!(layers instanceof Int32Array)) throw new AlbertError('INVALID_INPUT', 'layers must be an Int32Array.')
  if (isDetached(layers)) throw new AlbertError('INVALID_INPUT', 'layers was detached: its memory is gone.')
  if (layers.length !== sequences) {
    throw new AlbertError('INVALID_INPUT', `layers has ${layers.length} entries; the batch has ${sequences} sequences.`)
  }
  layers.forEach((count, i) => {
    if (count >= 1 && count <= most) return
    throw new AlbertError('INVALID_INPUT', `layers[${i}] is ${count}; it must be from 1 to ${most}.`)
  })
}

const INTEGERS = ['sentenceOrderLabels', 'startPositions', 'endPositions'] as const
const REALS = ['excluded', 'impossible'] as const
const COUNTS = ['choices', 'startTop', 'endTop'] as const
const PROBLEMS = ['single_label', 'multi_label', 'regression'] satisfies NativeRequest['problem'][]

/** Refuses labels, and what goes with them, of a wrong kind. Their sizes and values are checked by the addon. */
export function checkLabels(request: NativeRequest, dtype: NativeDtype): void {
  const reals = dtype === 'fp64' ? Float64Array : Float32Array
  const check = (name: string, value: unknown, kinds: (typeof Int32Array | typeof reals)[]): void => {
    const right = kinds.some(kind => value instanceof kind) && !isDetached(value as NativeArray)
    if (value === undefined || right) return
    throw wrongField(name, kinds.map(kind => kind.name).join(' or '), value)
  }
  check('labels', request.labels, [Int32Array, reals])
  for (const name of INTEGERS) check(name, request[name], [Int32Array])
  for (const name of REALS) check(name, request[name], [reals])
  for (const name of COUNTS) {
    const value: unknown = request[name]
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 1))
      throw wrongField(name, 'whole number from 1 on', value)
  }
  const { problem, multipliers } = request
  if (problem !== undefined && !PROBLEMS.includes(problem))
    throw wrongField('problem', `word of ${PROBLEMS.join(', ')}`, problem)
  if (multipliers === undefined) return
  if (typeof multipliers !== 'object' || multipliers === null)
    throw wrongField('multipliers', 'map of arrays by place', multipliers)
  for (const [place, values] of Object.entries(multipliers)) check(`multipliers['${place}']`, values, [reals])
}

function wrongField(name: string, right: string, value: unknown): AlbertError {
  const what = ArrayBuffer.isView(value) ? value.constructor.name : shown(value)
  const detached = ArrayBuffer.isView(value) && isDetached(value) ? ' that was detached' : ''
  const article = /^[AEIO]/.test(right) ? 'an' : 'a'
  return new AlbertError('INVALID_INPUT', `${name} must be ${article} ${right}, not ${what}${detached}.`)
}

function checkStarts(starts: Int32Array, limit: number): void {
  if (!(starts instanceof Int32Array) || starts.length < 2 || starts[0] !== 0) {
    throw new AlbertError('EMPTY_INPUT', 'A packed batch needs starts [0, …, T] with at least one sequence.')
  }
  for (let n = 1; n < starts.length; n++) {
    const length = starts[n]! - starts[n - 1]!
    if (length < 1) throw new AlbertError('EMPTY_INPUT', `Sequence ${n - 1} of the packed batch has no token.`)
    if (length > limit) {
      throw new AlbertError('TOO_LONG', `Sequence ${n - 1} has ${length} tokens, but the model has ${limit} positions.`)
    }
  }
}

function checkEmbeds(embeds: NativeArray, size: number, dtype: NativeDtype): void {
  const wanted = dtype === 'fp64' ? Float64Array : Float32Array
  if (embeds instanceof wanted && embeds.length === size) return
  const message = `embeds must be a ${wanted.name} of ${size} numbers: tokens × embedding_size.`
  throw new AlbertError('INVALID_INPUT', message)
}

function checkRange(name: string, values: Int32Array, starts: Int32Array, end: number): void {
  const tokens = starts[starts.length - 1]!
  if (!(values instanceof Int32Array) || values.length !== tokens) {
    const message = `${name} of the packed batch must be an Int32Array with one entry for each of the ${tokens} tokens.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  const bad = values.findIndex(value => value < 0 || value >= end)
  if (bad < 0) return
  const sequence = starts.findIndex(start => start > bad) - 1
  const where = `${name}[${bad}] (sequence ${sequence}, token ${bad - starts[sequence]!})`
  throw new AlbertError('INVALID_INPUT', `${where} is ${values[bad]}; it must lie within 0 to ${end - 1}.`)
}
