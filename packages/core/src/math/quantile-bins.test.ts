import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binColumns } from './quantile-bins.ts'

describe('binColumns', () => {
  it('keeps every comparison with a cut', () => {
    const values = fc.array(fc.float({ noNaN: true, min: -3, max: 3 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(values, (column) => {
        const x = Float32Array.from(column)
        const { codes, cuts, count } = binColumns({ x, columns: 1 }, [...x.keys()])
        for (const [k, cut] of cuts[0]!.entries()) {
          expect(cut).toBeGreaterThan(Math.min(...x))
          for (const row of x.keys()) expect(codes[row]! <= k).toBe(x[row]! < cut)
        }
        expect(Math.max(...codes)).toBeLessThan(count)
      }),
    )
  })

  it('has bins of equal size, worked by hand', () => {
    // 64 different numbers in 32 bins: two each.
    const x = Float32Array.from({ length: 64 }, (_, i) => i)
    expect([...binColumns({ x, columns: 1 }, [...x.keys()]).codes]).toEqual([...x.keys()].map((i) => i >> 1))
  })
})
