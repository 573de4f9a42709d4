import { describe, expect, it } from 'vitest'
import {
  checkBatch,
  checkLabels,
  checkLayers,
  checkRows,
  type PackedBatch,
  packEncodings,
  sequenceCount,
  tokenCount,
} from '../../lib/batch.js'

const limits = { vocab_size: 10, embedding_size: 2, max_position_embeddings: 4, type_vocab_size: 2 }
const batch = (changes: Partial<PackedBatch> = {}): PackedBatch => ({
  ids: Int32Array.of(1, 2, 3),
  types: Int32Array.of(0, 0, 1),
  positions: Int32Array.of(0, 1, 0),
  starts: Int32Array.of(0, 2, 3),
  ...changes,
})
const refusal = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

function detached<A extends Int32Array | Float32Array>(array: A): A {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] })
  return array
}

describe('packEncodings', () => {
  it('refuses arrays whose memory is gone', () => {
    const gone = detached(Int32Array.of(1))
    expect(() => packEncodings([{ ids: gone, types: gone }])).toThrow(
      refusal('INVALID_INPUT', 'encodings[0].ids was detached'),
    )
  })

  it.each([
    null,
    5,
    {},
    [null],
    [{}],
    [{ ids: [1n], types: [0n] }],
    [{ ids: [1, 2], types: [0] }],
    [{ ids: [1.5], types: [0] }],
    [{ ids: Float32Array.of(Number.NaN), types: [0] }],
    [{ ids: [2 ** 32 + 5], types: [0] }],
    [{ ids: new Array(1), types: [0] }],
  ])('refuses what are no encodings: case %#', encodings => {
    expect(() => packEncodings(encodings as never)).toThrow(refusal('INVALID_INPUT', 'a list of { ids, types }'))
  })

  it('lays texts one after another, positions from 0 in each', () => {
    const packed = packEncodings([
      { ids: [2, 5, 3], types: [0, 0, 0] },
      { ids: Int32Array.of(2, 3), types: [0, 1] },
    ])
    expect(packed).toEqual({
      ids: Int32Array.of(2, 5, 3, 2, 3),
      types: Int32Array.of(0, 0, 0, 0, 1),
      positions: Int32Array.of(0, 1, 2, 0, 1),
      starts: Int32Array.of(0, 3, 5),
    })
    expect(sequenceCount(packed)).toBe(2)
    expect(tokenCount(packed)).toBe(5)
    expect(() => checkBatch(packed, limits, 'fp32')).not.toThrow()
  })
})

describe('checkBatch', () => {
  it('takes what fits', () => {
    const { ids: _, ...rest } = batch()
    expect(() => checkBatch({ ...rest, embeds: new Float32Array(6) }, limits, 'fp32')).not.toThrow()
    expect(() => checkBatch(batch({ visible: Uint8Array.of(1, 0, 1) }), limits, 'fp32')).not.toThrow()
  })

  it.each([
    [
      'an id too large',
      { ids: Int32Array.of(1, 2, 10) },
      'INVALID_INPUT',
      'ids[2] (sequence 1, token 0) is 10; it must lie within 0 to 9.',
    ],
    ['a negative id', { ids: Int32Array.of(1, -1, 3) }, 'INVALID_INPUT', 'ids[1] (sequence 0, token 1) is -1'],
    ['a type', { types: Int32Array.of(0, 2, 0) }, 'INVALID_INPUT', 'types[1] (sequence 0, token 1) is 2'],
    ['a position', { positions: Int32Array.of(0, 4, 0) }, 'INVALID_INPUT', 'positions[1] (sequence 0, token 1) is 4'],
    ['too few types', { types: Int32Array.of(0) }, 'INVALID_INPUT', 'one entry for each of the 3 tokens'],
    ['plain arrays', { ids: [1, 2, 3] as never }, 'INVALID_INPUT', 'ids of the packed batch must be an Int32Array'],
    ['no text', { starts: Int32Array.of(0) }, 'EMPTY_INPUT', 'at least one sequence'],
    [
      'an empty text',
      { starts: Int32Array.of(0, 0, 3) },
      'EMPTY_INPUT',
      'Sequence 0 of the packed batch has no token.',
    ],
    [
      'a long text',
      { starts: Int32Array.of(0, 5) },
      'TOO_LONG',
      'Sequence 0 has 5 tokens, but the model has 4 positions.',
    ],
    [
      'embeds of another width',
      { ids: undefined as never, embeds: new Float32Array(5) },
      'INVALID_INPUT',
      'embeds must be a Float32Array of 6 numbers: tokens × embedding_size.',
    ],
    [
      'embeds of another dtype',
      { ids: undefined as never, embeds: new Float64Array(6) },
      'INVALID_INPUT',
      'embeds must be a Float32Array',
    ],
    ['a plain mask', { visible: [1, 1, 1] as never }, 'INVALID_INPUT', 'visible must be a Uint8Array'],
    ['both ids and embeds', { embeds: new Float32Array(6) }, 'INVALID_INPUT', 'exactly one of ids and embeds'],
    [
      'a short mask',
      { visible: Uint8Array.of(1) },
      'INVALID_INPUT',
      'visible must be a Uint8Array with one entry for each of the 3 tokens.',
    ],
  ])('refuses %s', (_, changes, code, message) => {
    expect(() => checkBatch(batch(changes), limits, 'fp32')).toThrow(refusal(code, message))
  })
})

describe('checkBatch: null and the like are no arrays', () => {
  it.each([null, Number.NaN, '', 0])('refuses %j', none => {
    for (const name of ['ids', 'types', 'visible', 'positions'])
      expect(() => checkBatch(batch({ [name]: none }), limits, 'fp32')).toThrow(refusal('INVALID_INPUT', name))
    const { ids: _, ...rest } = batch()
    expect(() => checkBatch({ ...rest, embeds: none as never }, limits, 'fp32')).toThrow(
      refusal('INVALID_INPUT', 'embeds must be'),
    )
  })
})

describe('checkLayers', () => {
  it('takes one count from 1 to the number of layers for each sequence', () => {
    expect(() => checkLayers(undefined, 2, 12)).not.toThrow()
    expect(() => checkLayers(Int32Array.of(1, 12), 2, 12)).not.toThrow()
    expect(() => checkLayers(Int32Array.of(1, 13), 2, 12)).toThrow(refusal('INVALID_INPUT', 'layers[1] is 13'))
    expect(() => checkLayers(Int32Array.of(0, 1), 2, 12)).toThrow(refusal('INVALID_INPUT', 'layers[0] is 0'))
    expect(() => checkLayers(Int32Array.of(1), 2, 12)).toThrow(refusal('INVALID_INPUT', 'layers has 1 entries'))
    expect(() => checkLayers([1, 1] as never, 2, 12)).toThrow(refusal('INVALID_INPUT', 'layers must be an Int32Array.'))
    expect(() => checkLayers(detached(Int32Array.of(1)), 1, 12)).toThrow(
      refusal('INVALID_INPUT', 'layers was detached'),
    )
  })
})

describe('checkRows', () => {
  it('wants rows that rise within the batch', () => {
    expect(() => checkRows(undefined, 3)).not.toThrow()
    expect(() => checkRows(Int32Array.of(), 3)).not.toThrow()
    expect(() => checkRows(Int32Array.of(0, 2), 3)).not.toThrow()
    expect(() => checkRows(Int32Array.of(0, 3), 3)).toThrow(refusal('INVALID_INPUT', 'rows[1] is 3'))
    expect(() => checkRows(Int32Array.of(1, 1), 3)).toThrow(refusal('INVALID_INPUT', 'rows[1] is 1'))
    expect(() => checkRows([0] as never, 3)).toThrow(refusal('INVALID_INPUT', 'rows must be an Int32Array.'))
    expect(() => checkRows(detached(Int32Array.of(0)), 3)).toThrow(refusal('INVALID_INPUT', 'rows was detached'))
    expect(() => checkRows(Int32Array.of(-1), 3)).toThrow(refusal('INVALID_INPUT', 'rows[0] is -1'))
  })
})

describe('checkLabels', () => {
  const request = (changes: object) => ({ ...batch(), outputs: [], ...changes })

  it('takes what the addon takes', () => {
    const integers = { labels: Int32Array.of(1), startPositions: Int32Array.of(0), choices: 2, problem: 'regression' }
    expect(() => checkLabels(request(integers), 'fp32')).not.toThrow()
    const reals = { labels: new Float64Array(2), impossible: new Float64Array(1), multipliers: {} }
    expect(() => checkLabels(request(reals), 'fp64')).not.toThrow()
  })

  it.each([
    [{ labels: null }, 'labels must be an Int32Array or Float32Array, not null.'],
    [{ labels: [1] }, 'labels must be an Int32Array or Float32Array, not [1].'],
    [{ labels: new Float64Array(1) }, 'not Float64Array.'],
    [{ labels: detached(new Float32Array(1)) }, 'not Float32Array that was detached.'],
    [{ endPositions: '' }, 'endPositions must be an Int32Array, not "".'],
    [{ excluded: Int32Array.of(1) }, 'excluded must be a Float32Array, not Int32Array.'],
    [{ choices: '2' }, 'choices must be a whole number from 1 on, not "2".'],
    [{ startTop: null }, 'startTop must be a whole number from 1 on, not null.'],
    [{ problem: 'guess' }, 'problem must be a word of single_label, multi_label, regression, not "guess".'],
    [{ multipliers: 5 }, 'multipliers must be a map of arrays by place, not 5.'],
    [{ multipliers: { embeddings: [1] } }, "multipliers['embeddings'] must be a Float32Array, not [1]."],
  ])('refuses %j', (changes, message) => {
    expect(() => checkLabels(request(changes), 'fp32')).toThrow(refusal('INVALID_INPUT', message))
  })
})
