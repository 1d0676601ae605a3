import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OperatingPoint } from '../contract/decision.ts'
import { findOperatingPoint } from './operating-point.ts'

const LEVELS: readonly OperatingPoint[] = Array.from({ length: 100 }, (_, i) => ({
  quality: (i + 1) / 100,
  mode: 'estimate',
  threshold: i / 100,
  expectedCostAdvantage: 1 - i / 100,
  expectedQuality: 1,
}))

describe('findOperatingPoint', () => {
  it('finds every level it has, also the decimals that binary numbers miss', () => {
    for (const level of LEVELS) expect(findOperatingPoint(LEVELS, level.quality)).toBe(level)
    expect(findOperatingPoint(LEVELS, 0.07).quality).toBe(0.07)
    expect(findOperatingPoint(LEVELS, 0.1 + 0.2).quality).toBe(0.3)
  })

  it('rounds up: never less than was asked for', () => {
    expect(findOperatingPoint(LEVELS, 0.951).quality).toBe(0.96)
    expect(findOperatingPoint(LEVELS, 1e-6).quality).toBe(0.01)
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1, noNaN: true }), (quality) => {
        expect(findOperatingPoint(LEVELS, quality).quality).toBeGreaterThan(quality - 1e-8)
      }),
    )
  })

  it('says that an artifact lacks a level', () => {
    expect(() => findOperatingPoint(LEVELS.slice(0, 50), 0.9)).toThrow(
      /no level at or above 0\.9; train it again/,
    )
    expect(() => findOperatingPoint([], 0.9)).toThrow(/no level/)
  })
})
