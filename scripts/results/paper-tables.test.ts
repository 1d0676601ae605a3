import { createQualityCurve } from '@weir/core'
import { describe, expect, it } from 'vitest'
import { dropAt } from './paper-tables.ts'

describe('quality drop at a cost advantage', () => {
  // All large: 1. Keeping the best first: 1, 1, 0.75, 0.5 of 4 rows; the last two share a score, so no point lies between them.
  const curve = createQualityCurve({ scores: [0.9, 0.8, 0.3, 0.3], small: [1, 1, 0, 0], large: [1, 1, 1, 1] })

  it('is read from the curve', () => {
    expect(dropAt(curve, 0.5)).toBe(0)
    expect(dropAt(curve, 1)).toBe(0.5)
  })

  it('takes queries of equal score at random: half of the way, half of the drop', () => {
    expect(dropAt(curve, 0.75)).toBe(0.25)
  })
})
