import { describe, expect, it } from 'vitest'
import { createRng } from './rng.ts'
import { stackRows, type SparseMatrix } from './sparse.ts'
import { fitProjection, multiply } from './truncated-svd.ts'

const COLUMNS = 30
const RANK = 3

/** Rows that are sums of RANK fixed directions plus noise. Every entry is stored. */
function makeMatrix(rows: number, noise: number): { matrix: SparseMatrix; directions: number[][] } {
  const rng = createRng(6)
  const draw = (): number => rng.next() - 0.5
  const directions = Array.from({ length: RANK }, () => Array.from({ length: COLUMNS }, draw))
  const sparse = Array.from({ length: rows }, () => {
    const amounts = directions.map(() => 4 * draw())
    const values = Float32Array.from({ length: COLUMNS }, (_, c) =>
      directions.reduce((sum, direction, d) => sum + amounts[d]! * direction[c]!, noise * draw()),
    )
    return { indices: Uint32Array.from({ length: COLUMNS }, (_, c) => c), values }
  })
  return { matrix: stackRows(sparse, COLUMNS), directions }
}

const column = (v: Float64Array, c: number): number[] => [...v].filter((_, i) => i % RANK === c)
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, x, i) => s + x * b[i]!, 0)

function project(matrix: SparseMatrix): Float64Array {
  return fitProjection(matrix, { rank: RANK, iterations: 2, rng: createRng(1) })
}

describe('fitProjection', () => {
  it('has orthonormal columns', () => {
    const v = project(makeMatrix(100, 0.5).matrix)
    for (let a = 0; a < RANK; a++) {
      for (let b = 0; b < RANK; b++) {
        expect(dot(column(v, a), column(v, b))).toBeCloseTo(a === b ? 1 : 0, 6)
      }
    }
  })

  it('recovers a planted subspace: each direction keeps its length when projected', () => {
    const { matrix, directions } = makeMatrix(200, 0.01)
    const v = project(matrix)
    for (const direction of directions) {
      const kept = Math.hypot(...Array.from({ length: RANK }, (_, c) => dot(column(v, c), direction)))
      expect(kept / Math.hypot(...direction)).toBeGreaterThan(0.999)
    }
  })

  it('stays finite where the matrix has fewer directions than asked for', () => {
    const row = { indices: Uint32Array.of(2), values: Float32Array.of(1) }
    const v = project(stackRows([row, row, row], COLUMNS))
    expect(v.every(Number.isFinite)).toBe(true)
    expect(Math.hypot(...v.slice(2 * RANK, 3 * RANK))).toBeGreaterThan(0.99)
  })

  it('repeats for a seed', () => {
    const { matrix } = makeMatrix(20, 0.5)
    expect(project(matrix)).toEqual(project(matrix))
  })
})

describe('multiply', () => {
  it('is the matrix product', () => {
    // [[1, 2], [0, 3]] times [[1, 0], [4, 5]] = [[9, 10], [12, 15]]
    const matrix = stackRows(
      [
        { indices: Uint32Array.of(0, 1), values: Float32Array.of(1, 2) },
        { indices: Uint32Array.of(1), values: Float32Array.of(3) },
      ],
      2,
    )
    expect([...multiply(matrix, Float64Array.of(1, 0, 4, 5), 2)]).toEqual([9, 10, 12, 15])
  })
})
