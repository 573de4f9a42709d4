import { describe, expect, it } from 'vitest'
import { type ModelInputs, packPadded, readPadded } from '../../lib/padded.js'
import { Tensor } from '../../lib/tensor.js'

const limits = { vocab_size: 10, embedding_size: 2, max_position_embeddings: 4, type_vocab_size: 2 }
const read = (inputs: ModelInputs, rank: 2 | 3 = 2) => readPadded(inputs, limits, 'fp32', rank)
const pack = (inputs: ModelInputs, needs: Partial<Parameters<typeof packPadded>[1]> = {}) =>
  packPadded(read(inputs), { first: false, all: false, ...needs })
const refusal = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

describe('readPadded takes', () => {
  const expected = Int32Array.of(1, 2, 3, 4, 5, 6)

  it.each([
    [
      'nested arrays',
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['rows of typed arrays', [Int32Array.of(1, 2, 3), Int32Array.of(4, 5, 6)]],
    ['rows of BigInt64Array', [BigInt64Array.of(1n, 2n, 3n), BigInt64Array.of(4n, 5n, 6n)]],
    [
      'nested bigints',
      [
        [1n, 2n, 3n],
        [4n, 5n, 6n],
      ],
    ],
    ['whole floats', [Float64Array.of(1, 2, 3), Float32Array.of(4, 5, 6)]],
    ['an int64 tensor', new Tensor('int64', BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n), [2, 3])],
    ['an int32 tensor', new Tensor('int32', expected, [2, 3])],
    ['a float tensor of whole numbers', new Tensor('float32', Float32Array.from(expected), [2, 3])],
  ])('%s', (_, input_ids) => {
    const padded = read({ input_ids })
    expect(padded).toMatchObject({ dims: [2, 3], texts: 2, columns: 3 })
    expect(padded.ids).toEqual(expected)
    expect(padded.types).toEqual(new Int32Array(6))
    expect(padded.positions).toEqual(Int32Array.of(0, 1, 2, 0, 1, 2))
    expect(padded.visible).toBeUndefined()
  })

  it.each([
    ['a plain array', [1, 2]],
    ['an Int32Array', Int32Array.of(1, 2)],
    ['a BigInt64Array', BigInt64Array.of(1n, 2n)],
  ])('one text as %s', (_, input_ids) => {
    expect(read({ input_ids, attention_mask: [1, 0] })).toMatchObject({
      dims: [1, 2],
      ids: Int32Array.of(1, 2),
      visible: Uint8Array.of(1, 0),
    })
  })

  it('any non-zero number and true as visible', () => {
    const bools = new Tensor('bool', Uint8Array.of(1, 0, 1), [1, 3])
    for (const attention_mask of [bools, [[2, 0, -0.5]], [[true, false, true]] as never]) {
      expect(read({ input_ids: [[1, 2, 3]], attention_mask }).visible).toEqual(Uint8Array.of(1, 0, 1))
    }
  })

  it('positions for each text, or for all', () => {
    const input_ids = [
      [1, 2],
      [3, 4],
    ]
    expect(read({ input_ids, position_ids: [[3, 1]] }).positions).toEqual(Int32Array.of(3, 1, 3, 1))
    expect(read({ input_ids, position_ids: [3, 1] }).positions).toEqual(Int32Array.of(3, 1, 3, 1))
    expect(
      read({
        input_ids,
        position_ids: [
          [3, 1],
          [0, 0],
        ],
      }).positions,
    ).toEqual(Int32Array.of(3, 1, 0, 0))
  })

  it('embeddings of width E', () => {
    const padded = read({
      inputs_embeds: [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ],
      token_type_ids: [[0, 1, 1]],
    })
    expect(padded).toMatchObject({
      dims: [1, 3],
      embeds: Float32Array.of(1, 2, 3, 4, 5, 6),
      types: Int32Array.of(0, 1, 1),
    })
    expect(padded.ids).toBeUndefined()
    const exact = readPadded({ inputs_embeds: [[[0.1, 0.2]]] }, limits, 'fp64', 2)
    expect(exact.embeds).toEqual(Float64Array.of(0.1, 0.2))
  })

  it('questions with choices', () => {
    expect(
      read(
        {
          input_ids: [
            [
              [1, 2],
              [3, 4],
              [5, 6],
            ],
          ],
        },
        3,
      ),
    ).toMatchObject({ dims: [1, 3, 2], texts: 3, columns: 2 })
  })
})

describe('readPadded refuses', () => {
  it.each<[string, ModelInputs, string, string]>([
    ['nothing', {}, 'INVALID_INPUT', 'exactly one of input_ids and inputs_embeds'],
    ['both', { input_ids: [[1]], inputs_embeds: [[[1, 2]]] }, 'INVALID_INPUT', 'exactly one of'],
    [
      'an id beyond the vocabulary',
      {
        input_ids: [
          [1, 2],
          [3, 10],
        ],
      },
      'INVALID_INPUT',
      'input_ids[1][1] is 10; it must be a token id, 0 to 9.',
    ],
    ['a negative id', { input_ids: [[-1]] }, 'INVALID_INPUT', 'input_ids[0][0] is -1'],
    ['a huge bigint', { input_ids: [[2n ** 40n]] }, 'INVALID_INPUT', 'input_ids[0][0] is 1099511627776'],
    ['a fraction', { input_ids: [[1.5]] }, 'INVALID_INPUT', 'input_ids[0][0] is 1.5'],
    ['NaN', { input_ids: [[Number.NaN]] }, 'INVALID_INPUT', 'input_ids[0][0] is NaN'],
    ['a string', { input_ids: [['3']] as never }, 'INVALID_INPUT', 'input_ids[0][0] is "3"'],
    ['null in a row', { input_ids: [[1, null]] as never }, 'INVALID_INPUT', 'input_ids[0][1] is null'],
    ['an array among numbers', { input_ids: [1, [2]] as never }, 'INVALID_INPUT', 'input_ids[0][1] is 2'],
    [
      'a text',
      { input_ids: 'hello' as never },
      'INVALID_INPUT',
      'input_ids must be an array or a Tensor, not "hello" (string).',
    ],
    [
      'ragged rows',
      { input_ids: [[1, 2], [3]] },
      'INVALID_INPUT',
      'input_ids[1] has 1 entries where the first has 2; pad all rows',
    ],
    [
      'a number for a row',
      { input_ids: [[1, 2], 3] as never },
      'INVALID_INPUT',
      'input_ids[1] is 3; it must be an array of 2 numbers.',
    ],
    [
      'three dimensions',
      { input_ids: [[[1]]] },
      'INVALID_INPUT',
      'input_ids has the shape [1, 1, 1]; it must be [texts, positions].',
    ],
    ['no text', { input_ids: [] }, 'EMPTY_INPUT', 'no token'],
    ['empty texts', { input_ids: [[], []] }, 'EMPTY_INPUT', 'input_ids has the shape [2, 0]: no token.'],
    [
      'too many columns',
      { input_ids: [[1, 2, 3, 4, 5]] },
      'TOO_LONG',
      'input_ids has 5 columns, but the model has 4 positions.',
    ],
    [
      'too many columns, whatever the positions',
      { input_ids: [[1, 2, 3, 4, 5]], position_ids: [[0, 0, 0, 0, 0]] },
      'TOO_LONG',
      '5 columns',
    ],
    [
      'a token type',
      { input_ids: [[1, 2]], token_type_ids: [[0, 2]] },
      'INVALID_INPUT',
      'token_type_ids[0][1] is 2; it must be a token type, 0 to 1.',
    ],
    [
      'a mask of another shape',
      { input_ids: [[1, 2]], attention_mask: [[1]] },
      'INVALID_INPUT',
      'attention_mask has the shape [1, 1]; it must be as input_ids, here [1, 2].',
    ],
    [
      'NaN in a mask',
      { input_ids: [[1, 2]], attention_mask: [[1, Number.NaN]] },
      'INVALID_INPUT',
      'attention_mask[0][1] is NaN',
    ],
    [
      'a position',
      { input_ids: [[1, 2]], position_ids: [[0, 4]] },
      'INVALID_INPUT',
      'position_ids[0][1] is 4; it must be a position, 0 to 3.',
    ],
    [
      'positions of another shape',
      { input_ids: [[1, 2]], position_ids: [[0, 1, 2]] },
      'INVALID_INPUT',
      'position_ids has the shape [1, 3]',
    ],
    [
      'embeddings of width H',
      { inputs_embeds: [[[1, 2, 3]]] },
      'INVALID_INPUT',
      'it must be [texts, positions, 2], the width being embedding_size.',
    ],
    [
      'infinite embeddings',
      { inputs_embeds: [[[1, Number.POSITIVE_INFINITY]]] },
      'INVALID_INPUT',
      'inputs_embeds[0][0][1] is Infinity',
    ],
  ])('%s', (_, inputs, code, message) => {
    expect(() => read(inputs)).toThrow(refusal(code, message))
  })
})

describe('packPadded', () => {
  const input_ids = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]

  it('keeps all without a mask', () => {
    const { batch, places } = pack({ input_ids })
    expect(batch).toEqual({
      ids: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      types: new Int32Array(8),
      positions: Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3),
      starts: Int32Array.of(0, 4, 8),
    })
    expect(places).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7))
  })

  it('leaves out what the mask hides; positions do not shift', () => {
    const { batch, places } = pack({
      input_ids,
      attention_mask: [
        [1, 1, 0, 0],
        [0, 1, 0, 1],
      ],
    })
    expect(batch.ids).toEqual(Int32Array.of(1, 2, 6, 8))
    expect(batch.positions).toEqual(Int32Array.of(0, 1, 1, 3))
    expect(batch.starts).toEqual(Int32Array.of(0, 2, 4))
    expect(batch.visible).toBeUndefined()
    expect(places).toEqual(Int32Array.of(0, 1, 5, 7))
  })

  it('keeps column 0 for the pooler, as a query that no one attends to', () => {
    const { batch } = pack(
      {
        input_ids,
        attention_mask: [
          [1, 1, 0, 0],
          [0, 1, 0, 1],
        ],
      },
      { first: true },
    )
    expect(batch.ids).toEqual(Int32Array.of(1, 2, 5, 6, 8))
    expect(batch.visible).toEqual(Uint8Array.of(1, 1, 0, 1, 1))
  })

  it('keeps labelled positions', () => {
    const labelled = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0)
    const { batch } = pack(
      {
        input_ids,
        attention_mask: [
          [1, 1, 0, 0],
          [1, 1, 1, 1],
        ],
      },
      { labelled },
    )
    expect(batch.ids).toEqual(Int32Array.of(1, 2, 4, 5, 6, 7, 8))
    expect(batch.visible).toEqual(Uint8Array.of(1, 1, 0, 1, 1, 1, 1))
  })

  it('keeps everything on request', () => {
    const { batch } = pack(
      {
        input_ids,
        attention_mask: [
          [1, 1, 0, 0],
          [1, 1, 1, 1],
        ],
      },
      { all: true },
    )
    expect(batch.ids).toHaveLength(8)
    expect(batch.visible).toEqual(Uint8Array.of(1, 1, 0, 0, 1, 1, 1, 1))
  })

  it('packs a text whole when nothing of it is visible', () => {
    const { batch } = pack({
      input_ids,
      attention_mask: [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
      ],
    })
    expect(batch.ids).toEqual(Int32Array.of(1, 2, 3, 4, 5))
    expect(batch.visible).toEqual(Uint8Array.of(0, 0, 0, 0, 1))
  })

  it('takes rows of embeddings along', () => {
    const { batch } = pack({
      inputs_embeds: [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ],
      attention_mask: [[1, 0, 1]],
    })
    expect(batch.embeds).toEqual(Float32Array.of(1, 2, 5, 6))
    expect(batch.ids).toBeUndefined()
  })
})

it('refuses a list that holds itself', () => {
  const endless: unknown[] = []
  endless.push(endless)
  expect(() => read({ input_ids: endless as never })).toThrow(
    refusal('INVALID_INPUT', 'input_ids is nested more than 8 arrays deep'),
  )
})
