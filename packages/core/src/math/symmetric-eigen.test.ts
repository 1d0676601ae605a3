import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decomposeSymmetric } from './symmetric-eigen.ts'

describe('decomposeSymmetric', () => {
  it('finds the worked pairs of a 2 x 2 matrix', () => {
    // [[2, 1], [1, 2]]: (1, 1) is stretched by 3, (1, -1) by 1.
    const { values, vectors } = decomposeSymmetric(Float64Array.of(2, 1, 1, 2), 2)
    const large = values.indexOf(Math.max(...values))
    expect(Math.max(...values)).toBeCloseTo(3, 12)
    expect(Math.min(...values)).toBeCloseTo(1, 12)
    expect(vectors[large]! / vectors[2 + large]!).toBeCloseTo(1, 12)
  })

  it('gives orthonormal vectors that put the matrix together again', () => {
    const n = 5
    const entries = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), {
      minLength: n * n,
      maxLength: n * n,
    })
    fc.assert(
      fc.property(entries, (list) => {
        const a = Float64Array.from({ length: n * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n]
          return list[Math.min(i, j) * n + Math.max(i, j)]!
        })
        const { values, vectors } = decomposeSymmetric(a, n)
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let [entry, dot] = [0, 0]
            for (let k = 0; k < n; k++) {
              entry += values[k]! * vectors[i * n + k]! * vectors[j * n + k]!
              dot += vectors[k * n + i]! * vectors[k * n + j]!
            }
            expect(entry).toBeCloseTo(a[i * n + j]!, 8)
            expect(dot).toBeCloseTo(i === j ? 1 : 0, 8)
          }
        }
      }),
    )
  })
})
