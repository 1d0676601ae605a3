import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlainKernel, createVectorKernel, kernelOf, toRowTable, type RowTable } from './row-table.ts'

const byte = fc.integer({ min: -128, max: 127 })

const table = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 20 }))
  .chain(([width, rows]) =>
    fc
      .array(byte, { minLength: width * rows, maxLength: width * rows })
      .map((bytes): RowTable => ({ bytes: Int8Array.from(bytes), width, scale: 1 })),
  )

const query = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 70, maxLength: 70 })
const weights = fc.array(fc.float({ noNaN: true, min: -4, max: 4 }), { minLength: 20, maxLength: 20 })

describe('row kernels', () => {
  it('run as WebAssembly here', () => {
    expect(createVectorKernel(toRowTable([1, 2], 2))).toBeDefined()
  })

  it('give the same in both forms to the last bit, twice in a row', () => {
    fc.assert(
      fc.property(table, query, weights, (one, q, w) => {
        const vector = createVectorKernel(one)!
        const plain = createPlainKernel(one)
        const rows = one.bytes.length / one.width
        const used = Int16Array.from(q.slice(0, one.width))
        const indices = Uint32Array.from([...Array(rows).keys()].filter((row) => w[row]! > -1).reverse())
        const entries = { indices, values: Float32Array.from(indices, (row) => w[row]!) }
        for (let round = 0; round < 2; round++) {
          const all = [...plain.dot(used)]
          expect([...vector.dot(used)]).toEqual(all)
          const [from, to] = [rows >> 2, rows - (rows >> 2)]
          for (const kernel of [vector, plain])
            expect([...kernel.dot(used, from, to).subarray(from, to)]).toEqual(all.slice(from, to))
          expect([...vector.sum(entries)]).toEqual([...plain.sum(entries)])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('are the sums they say, worked by hand', () => {
    // Rows (1, -2, 3) and (10, 0, -1).
    const one: RowTable = { bytes: Int8Array.of(1, -2, 3, 10, 0, -1), width: 3, scale: 1 }
    expect([...kernelOf(one).dot(Int16Array.of(100, 10, 1))]).toEqual([83, 999])
    const entries = { indices: Uint32Array.of(1, 0), values: Float32Array.of(0.5, 2) }
    expect([...kernelOf(one).sum(entries).subarray(0, 3)]).toEqual([7, -4, 5.5])
  })
})

describe('toRowTable', () => {
  it('is within half a step of the values', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, min: -9, max: 9 }), { minLength: 1 }), (values) => {
        const { bytes, scale } = toRowTable(values, 1)
        for (const [i, value] of values.entries())
          expect(Math.abs(scale * bytes[i]! - value)).toBeLessThanOrEqual(scale * 0.500_001 + 1e-40)
      }),
    )
  })
})
