// Padded arrays with an attention mask, as transformers.js has them, to a packed batch. The way back is lib/answer.ts.
// A position that the mask hides is left out, unless something needs it; positions of the others never shift.
import type { BatchLimits, PackedBatch } from './batch.js'
import { floatArray } from './dtype.js'
import { AlbertError } from './errors.js'
import { type ArrayInput, checkDims, type FlatArray, flatten, toFlags, toFloats, toIntegers } from './input.js'
import type { NativeArray, NativeDtype } from './native.js'

/** B texts of S positions; [B,N,S] for multiple choice; a flat array is one text. */
export interface ModelInputs {
  /** [B,S] token ids; exactly one of input_ids and inputs_embeds. */
  input_ids?: ArrayInput
  /** [B,S,E] embeddings instead of ids, of width embedding_size. */
  inputs_embeds?: ArrayInput
  /** [B,S] non-zero = may be attended to. Default: everywhere. */
  attention_mask?: ArrayInput
  /** [B,S] Default: zeros. */
  token_type_ids?: ArrayInput
  /** [B,S] or [1,S]. Default: 0 to S-1. */
  position_ids?: ArrayInput
}

/** The checked inputs, flat, before packing. */
export interface PaddedBatch {
  /** [B,S], or [B,N,S] for multiple choice. */
  dims: number[]
  /** Number of texts: all of dims but the last. */
  texts: number
  columns: number
  ids?: Int32Array
  embeds?: NativeArray
  types: Int32Array
  positions: Int32Array
  visible?: Uint8Array
}

/** A packed batch that remembers where its rows come from. */
export interface Packing {
  batch: PackedBatch
  padded: PaddedBatch
  /** [T] place of each packed row in the padded arrays: text · S + column. */
  places: Int32Array
}

export interface PackingNeeds {
  /** [B·S] non-zero = computed though the mask hides it: a label lies there. */
  labelled?: Uint8Array
  /** Column 0 is always computed: the pooler reads it. */
  first: boolean
  /** Every position is computed, as transformers does. */
  all: boolean
}

/** Checks everything that does not depend on the head. `rank`: 2 for [B,S], 3 for [B,N,S]. */
export function readPadded(inputs: ModelInputs, limits: BatchLimits, dtype: NativeDtype, rank: 2 | 3): PaddedBatch {
  if (typeof inputs !== 'object' || inputs === null) {
    const message = `The inputs must be an object with input_ids, such as a tokenizer gives, not ${String(inputs)}.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  if ((inputs.input_ids == null) === (inputs.inputs_embeds == null)) {
    throw new AlbertError('INVALID_INPUT', 'Give exactly one of input_ids and inputs_embeds.')
  }
  const main = inputs.input_ids == null ? embedsOf(inputs, limits, rank) : arrayOf('input_ids', inputs.input_ids, rank)
  const dims = main.dims.slice(0, rank)
  const columns = dims[rank - 1]!
  const count = dims.reduce((a, b) => a * b, 1)
  if (count === 0)
    throw new AlbertError('EMPTY_INPUT', `${main.name} has the shape [${main.dims.join(', ')}]: no token.`)
  if (columns > limits.max_position_embeddings) {
    const message = `${main.name} has ${columns} columns, but the model has ${limits.max_position_embeddings} positions.`
    throw new AlbertError('TOO_LONG', message, { hint: 'Cut the texts: tokenize with truncation: true.' })
  }
  const padded: PaddedBatch = {
    dims,
    texts: count / columns,
    columns,
    types: typesOf(inputs, dims, limits),
    positions: positionsOf(inputs, dims, limits),
  }
  if (inputs.input_ids == null) {
    padded.embeds = toFloats(main, floatArray(dtype, main.values.length), 'a finite number')
  } else {
    const rule = `a token id, 0 to ${limits.vocab_size - 1}`
    padded.ids = toIntegers(main, 0, limits.vocab_size - 1, rule)
  }
  if (inputs.attention_mask != null) {
    const mask = arrayOf('attention_mask', inputs.attention_mask, rank)
    checkDims(mask, dims, `as ${main.name}`)
    padded.visible = toFlags(mask)
  }
  return padded
}

export function packPadded(padded: PaddedBatch, needs: PackingNeeds): Packing {
  const { texts, columns, visible } = padded
  const places = new Int32Array(texts * columns)
  const starts = new Int32Array(texts + 1)
  let tokens = 0
  for (let text = 0; text < texts; text++) {
    const begin = text * columns
    const whole = needs.all || !visible?.subarray(begin, begin + columns).includes(1)
    for (let place = begin; place < begin + columns; place++) {
      const kept = whole || visible?.[place] || needs.labelled?.[place] || (needs.first && place === begin)
      if (kept) places[tokens++] = place
    }
    starts[text + 1] = tokens
  }
  return packPlaces(padded, places.subarray(0, tokens), starts)
}

function packPlaces(padded: PaddedBatch, places: Int32Array, starts: Int32Array): Packing {
  const gather = (source: Int32Array): Int32Array => places.map(place => source[place]!)
  const batch: PackedBatch = { types: gather(padded.types), positions: gather(padded.positions), starts }
  if (padded.ids) batch.ids = gather(padded.ids)
  if (padded.embeds) batch.embeds = gatherRows(padded.embeds, places, padded.embeds.length / padded.types.length)
  const { visible } = padded
  if (visible && places.some(place => visible[place] === 0)) {
    batch.visible = Uint8Array.from(places, place => visible[place]!)
  }
  return { batch, padded, places }
}

function gatherRows(source: NativeArray, places: Int32Array, width: number): NativeArray {
  const rows =
    source instanceof Float64Array ? new Float64Array(places.length * width) : new Float32Array(places.length * width)
  places.forEach((place, row) => {
    rows.set(source.subarray(place * width, (place + 1) * width), row * width)
  })
  return rows
}

/** A flat array of one text counts as [1,S]. */
function arrayOf(name: string, input: ArrayInput, rank: number): FlatArray {
  const array = flatten(name, input)
  if (rank === 2 && array.dims.length === 1) array.dims.unshift(1)
  if (array.dims.length !== rank) {
    const shape = rank === 2 ? '[texts, positions]' : '[questions, choices, positions]'
    const message = `${name} has the shape [${array.dims.join(', ')}]; it must be ${shape}.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  return array
}

function embedsOf(inputs: ModelInputs, limits: BatchLimits, rank: number): FlatArray {
  const array = flatten('inputs_embeds', inputs.inputs_embeds!)
  const width = limits.embedding_size
  if (array.dims.length !== rank + 1 || array.dims[rank] !== width) {
    const shape = rank === 2 ? `[texts, positions, ${width}]` : `[questions, choices, positions, ${width}]`
    const message = `inputs_embeds has the shape [${array.dims.join(', ')}]; it must be ${shape}, the width being embedding_size.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  return array
}

function typesOf(inputs: ModelInputs, dims: number[], limits: BatchLimits): Int32Array {
  if (inputs.token_type_ids == null) return new Int32Array(dims.reduce((a, b) => a * b, 1))
  const array = arrayOf('token_type_ids', inputs.token_type_ids, dims.length)
  checkDims(array, dims, 'as the tokens')
  return toIntegers(array, 0, limits.type_vocab_size - 1, `a token type, 0 to ${limits.type_vocab_size - 1}`)
}

function positionsOf(inputs: ModelInputs, dims: number[], limits: BatchLimits): Int32Array {
  const columns = dims[dims.length - 1]!
  const positions = new Int32Array(dims.reduce((a, b) => a * b, 1))
  if (inputs.position_ids == null) return positions.map((_, place) => place % columns)
  const array = flatten('position_ids', inputs.position_ids)
  const shared = array.dims.slice(0, -1).every(dim => dim === 1) && array.dims[array.dims.length - 1] === columns
  if (!shared) checkDims(array, dims, 'as the tokens, or [1, positions]')
  const last = limits.max_position_embeddings - 1
  const given = toIntegers(array, 0, last, `a position, 0 to ${last}`)
  return shared ? positions.map((_, place) => given[place % columns]!) : given
}
