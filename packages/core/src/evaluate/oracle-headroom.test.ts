import { describe, expect, it } from 'vitest'
import { createOracle } from './oracle.ts'
import { createOracleHeadroom } from './oracle-headroom.ts'

const small = Float64Array.of(1, 1, 0, 0)
const large = Float64Array.of(0, 1, 1, 1)

describe('createOracleHeadroom', () => {
  it('is the worked headroom of four queries', () => {
    // gaps 1, 0, -1, -1, mean -1/4. Oracle: 1, 1, 1, 1. Deviations 5/4, 1/4, -3/4, -3/4: positive part 6/4, over 4 queries 3/8.
    // Kept at no drop from Q(large) = 3/4: gaps may sum to 0 or more: 1 + 0 - 1 = 0, so three of four.
    const { quality, best, keptAtDrop } = createOracleHeadroom({ small, large })(Uint16Array.of(1, 1, 1, 1))
    expect(quality).toBe(1)
    expect(best).toBeCloseTo(3 / 8, 12)
    expect(keptAtDrop['0']).toBe(3 / 4)
    expect(quality).toBe(createOracle({ small, large }).quality)
  })

  it('holds the small model against itself where it is the better one', () => {
    // Exchanged, the small model has 3/4 and the oracle 1.
    const { best, keptAtDrop } = createOracleHeadroom({ small: large, large: small })(
      Uint16Array.of(1, 1, 1, 1),
    )
    expect(best).toBeCloseTo(1 / 4, 12)
    expect(keptAtDrop['0']).toBe(1)
  })

  it('counts copies of a draw', () => {
    // The first query twice, the third twice: gaps 1, 1, -1, -1; all four may be kept.
    const { quality, keptAtDrop } = createOracleHeadroom({ small, large })(Uint16Array.of(2, 0, 2, 0))
    expect([quality, keptAtDrop['0']]).toEqual([1, 1])
  })
})
