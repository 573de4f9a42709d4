import { describe, expect, it } from 'vitest'
import { Tensor } from '../../lib/tensor.js'

const counting = (...dims: number[]) =>
  new Tensor(
    'float32',
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i),
    dims,
  )

describe('Tensor', () => {
  it('knows its type, dims, size and data', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6)
    const tensor = new Tensor('float32', data, [2, 3])
    expect(tensor.type).toBe('float32')
    expect(tensor.dims).toEqual([2, 3])
    expect(tensor.size).toBe(6)
    expect(tensor.data).toBe(data)
  })

  it('refuses data whose memory is gone, but not data that is empty', () => {
    const data = Float32Array.of(1)
    structuredClone(data.buffer, { transfer: [data.buffer] })
    const gone = expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('detached') })
    expect(() => new Tensor('float32', data, [0])).toThrow(gone)
    expect(new Tensor('float32', new Float32Array(0), [0]).size).toBe(0)
  })

  it('refuses a type that is no word', () => {
    for (const none of [Symbol('x'), Object.create(null), 5])
      expect(() => new Tensor(none as never, Float32Array.of(1) as never, [1])).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT' }),
      )
  })

  it('becomes nested lists, with bigint elements for int64', () => {
    expect(counting(2, 3).tolist()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(new Tensor('int64', BigInt64Array.of(1n, 2n), [1, 2]).tolist()).toEqual([[1n, 2n]])
    expect(new Tensor('float64', Float64Array.of(0.5), []).tolist()).toBe(0.5)
    expect(counting(2, 0).tolist()).toEqual([[], []])
  })

  it('gives the only element of a loss', () => {
    expect(new Tensor('float64', Float64Array.of(2.5), []).item()).toBe(2.5)
    expect(() => counting(2).item()).toThrow(/this one has 2/)
  })

  it('is indexed by number, as in transformers.js: parts that share the data', () => {
    const tensor = counting(2, 3)
    expect(tensor[1]!.dims).toEqual([3])
    expect(tensor[1]!.tolist()).toEqual([3, 4, 5])
    expect(tensor[-2]!.tolist()).toEqual([0, 1, 2])
    expect(tensor[1]![2]!.dims).toEqual([])
    expect(tensor[1]![2]!.item()).toBe(5)
    tensor.data[5] = 7
    expect(tensor[1]![2]!.item()).toBe(7)
    for (const index of [2, -3])
      expect(() => tensor[index]).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(`tensor[${index}]`) }),
      )
    expect(() => new Tensor('float32', Float32Array.of(1), [])[0]).toThrow(/0 entries/)
  })

  it('has no other names for it', () => {
    const names = counting(2) as unknown as Record<string, unknown>
    expect([names['0.5'], names['then'], names['1e0'], names['']]).toEqual([undefined, undefined, undefined, undefined])
    expect(Object.keys(names)).not.toContain('0')
    expect((Tensor.prototype as unknown as Record<string, unknown>)['0']).toBeUndefined()
    expect(String(names)).toBe('[object Object]')
  })

  it('iterates over the first axis', () => {
    expect([...counting(2, 2)].map(row => (row as Tensor).tolist())).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect([...counting(3)]).toEqual([0, 1, 2])
    expect(() => [...new Tensor('float32', Float32Array.of(1), [])]).toThrow(/without dimensions/)
  })
})

describe('slice', () => {
  const tensor = counting(2, 3, 2)

  it.each([
    ['nothing: a copy', [], [2, 3, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['one entry drops the axis', [1], [3, 2], [6, 7, 8, 9, 10, 11]],
    ['a negative entry', [-1, -1], [2], [10, 11]],
    ['all axes: a tensor without dimensions', [1, 2, 0], [], [10]],
    ['a range', [null, [1, 3]], [2, 2, 2], [2, 3, 4, 5, 8, 9, 10, 11]],
    ['a range from the end', [0, [-2, null], 1], [2], [3, 5]],
    ['a range that is cut', [0, [2, 9]], [1, 2], [4, 5]],
    ['an empty range', [0, [2, 2]], [0, 2], []],
  ] as const)('%s', (_, indices, dims, data) => {
    const part = tensor.slice(...indices)
    expect(part.dims).toEqual(dims)
    expect([...part.data]).toEqual(data)
  })

  it('copies', () => {
    const source = counting(2, 2)
    source.slice(0).data[0] = 9
    expect(source.data[0]).toBe(0)
  })

  it('refuses what lies outside', () => {
    expect(() => tensor.slice(2)).toThrow('slice(): 2 does not lie on axis 0, which has 2 entries.')
    expect(() => tensor.slice(0, -4)).toThrow('axis 1')
    expect(() => tensor.slice(0.5)).toThrow('axis 0')
    expect(() => tensor.slice(0, 0, 0, 0)).toThrow('4 arguments')
  })
})

describe('a tensor that cannot be', () => {
  it.each([
    [() => new Tensor('float32', Float32Array.of(1, 2), [3]), 'dims [3] make 3 elements, but the data has 2.'],
    [() => new Tensor('float32', Float32Array.of(1), [-1]), 'whole numbers >= 0'],
    [() => new Tensor('float16' as 'float32', Float32Array.of(1), [1]), 'type "float16" does not exist'],
    [() => new Tensor('int64', Int32Array.of(1) as never, [1]), 'a BigInt64Array, not in Int32Array'],
    [() => new Tensor('float32', [1] as never, [1]), 'a Float32Array, not in Array'],
  ])('%#', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(message) }))
  })

  it('loses its data with dispose()', () => {
    const tensor = counting(2)
    tensor.dispose()
    tensor.dispose()
    expect(() => tensor.data).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
    expect(tensor.dims).toEqual([2])
  })
})
