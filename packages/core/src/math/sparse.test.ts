import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotAt, normaliseLength } from './dense.ts'
import { addRow, dotRow, projectSparse, squaredNormRow, stackRows, type SparseRow } from './sparse.ts'

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
  it('dotRow, addRow, squaredNormRow', () => {
    fc.assert(
      fc.property(fc.array(denseRow, { minLength: 1, maxLength: 5 }), denseRow, (rows, vector) => {
        const matrix = stackRows(rows.map(toSparse), COLUMNS)
        expect([matrix.rows, matrix.columns]).toEqual([rows.length, COLUMNS])
        for (const [i, row] of rows.entries()) {
          expect(dotRow(matrix, i, Float32Array.from(vector))).toBe(dot(row, vector))
          expect(squaredNormRow(matrix, i)).toBe(dot(row, row))
          const target = Float32Array.from(vector)
          addRow(matrix, i, { dense: target, factor: 3 })
          expect([...target].map(Number)).toEqual(vector.map((v, c) => v + 3 * row[c]!))
        }
      }),
    )
  })

  it('projectSparse adds row times matrix', () => {
    fc.assert(
      fc.property(denseRow, fc.array(whole, { minLength: COLUMNS * 2, maxLength: COLUMNS * 2 }), (row, m) => {
        const into = Float32Array.of(1, -1)
        projectSparse(toSparse(row), Float32Array.from(m), into)
        const column = (c: number): number[] => m.filter((_, i) => i % 2 === c)
        expect(into[0]).toBe(1 + dot(row, column(0)))
        expect(into[1]).toBe(-1 + dot(row, column(1)))
      }),
    )
  })
})

describe('dense loops', () => {
  it('dotAt is the sum of products, whatever the length modulo four', () => {
    fc.assert(
      fc.property(fc.array(whole, { maxLength: 13 }), fc.nat(5), (values, offset) => {
        const a = Float32Array.of(...Array.from({ length: offset }, () => 99), ...values)
        const b = Float32Array.from(values, (v) => v + 1)
        expect(dotAt(a, offset, b)).toBe(dot(values, b))
      }),
    )
  })

  it('normaliseLength makes length 1 and leaves zero alone', () => {
    const vector = Float32Array.of(3, 0, 4)
    normaliseLength(vector)
    expect([...vector].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([0.6, 0, 0.8])
    const zero = new Float32Array(3)
    normaliseLength(zero)
    expect([...zero]).toEqual([0, 0, 0])
  })
})
