import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addRowColumns,
  dotRow,
  dotRowColumns,
  dotSparseColumns,
  squaredNormRow,
  stackRows,
  type SparseRow,
} from './sparse.ts'

const COLUMNS = 7
const whole = fc.integer({ min: -9, max: 9 })
/** A dense row of small whole numbers, so that sums are exact in any order. */
const denseRow = fc.array(whole, { minLength: COLUMNS, maxLength: COLUMNS })

function toSparse(dense: readonly number[]): SparseRow {
  const indices = Uint32Array.from(dense.keys()).filter((c) => dense[c] !== 0)
  return { indices, values: Float32Array.from(indices, (c) => dense[c]!) }
}

const dot = (a: readonly number[], b: ArrayLike<number>): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0)

describe('sparse rows do what dense rows do', () => {
  it('dotRow, addRowColumns, dotRowColumns, squaredNormRow', () => {
    fc.assert(
      fc.property(fc.array(denseRow, { minLength: 1, maxLength: 5 }), denseRow, (rows, vector) => {
        const matrix = stackRows(rows.map(toSparse), COLUMNS)
        expect([matrix.rows, matrix.columns]).toEqual([rows.length, COLUMNS])
        for (const [i, row] of rows.entries()) {
          expect(dotRow(matrix, i, Float32Array.from(vector))).toBe(dot(row, vector))
          expect(squaredNormRow(matrix, i)).toBe(dot(row, row))
          // Two columns side by side: the vector, and its double.
          const target = Float32Array.from(vector.flatMap((v) => [v, 2 * v]))
          const into = new Float64Array(2)
          dotRowColumns(matrix, i, { dense: target, width: 2, into })
          expect([...into]).toEqual([dot(row, vector), 2 * dot(row, vector)])
          addRowColumns(matrix, i, { dense: target, width: 2, factors: Float64Array.of(3, -1) })
          expect([...target].map(Number)).toEqual(
            vector.flatMap((v, c) => [v + 3 * row[c]!, 2 * v - row[c]!]),
          )
        }
      }),
    )
  })
})

describe('dotSparseColumns', () => {
  it('adds up each column over the entries of a row, from its bias', () => {
    // Rows of weights (1, 10), (2, 20), (3, 30); entries 0.5 at 0 and 2 at 2: 0.5 + 6 and 5 + 60.
    const row = { indices: Uint32Array.of(0, 2), values: Float32Array.of(0.5, 2) }
    const weights = Float32Array.of(1, 10, 2, 20, 3, 30)
    expect([...dotSparseColumns(row, weights, Float32Array.of(0.25, -1))]).toEqual([6.75, 64])
  })
})
