import { describe, expect, it } from 'vitest'
import { COMPONENT_NAMES, toPredictions, type Reading } from '../estimate/components.ts'
import { sigmoid } from '../math/logistic.ts'
import { createRng } from '../math/rng.ts'
import { fitQualities, predictCrossFitted, type RouterRows } from './fit-qualities.ts'

/** The text knows the small model, the table the large one; the forest says nothing. */
function makeRows(count: number): RouterRows {
  const rng = createRng(4)
  const readings = Array.from({ length: count }, (): Reading => {
    const views = [4 * rng.next() - 2, rng.next(), rng.next()]
    return { small: views, large: views, nearest: 0 }
  })
  const draw = (chance: (views: readonly number[]) => number): Float64Array =>
    Float64Array.from(readings, ({ small }) => (rng.next() < chance(small) ? 1 : 0))
  return {
    readings,
    smallQualities: draw(([text = 0]) => sigmoid(2 * text)),
    largeQualities: draw(([, table = 0]) => 0.2 + 0.6 * table),
  }
}

const isUsed = (row: number): boolean => row < 1000

const GAP = COMPONENT_NAMES.indexOf('gap')

describe('fitQualities', () => {
  const rows = makeRows(2000)

  it('gives each model the readers that tell about it', () => {
    const { small, large } = fitQualities(rows, () => true)
    const gapAt = (text: number, table: number): number => {
      const views = [text, table, 0.5]
      return toPredictions({ small: views, large: views, nearest: 0 }, { small, large })[GAP] ?? Number.NaN
    }
    // The small model's chance is 0.88 and 0.12, the large one's 0.7 and 0.3; the ridge holds back a little.
    expect(gapAt(1, 0.5) - gapAt(-1, 0.5)).toBeGreaterThan(0.4)
    expect(gapAt(0, 0.833) - gapAt(0, 0.167)).toBeLessThan(-0.15)
  })

  it('reads only the rows it may use', () => {
    const spoiled = { ...rows, smallQualities: rows.smallQualities.map((q, i) => (i < 1000 ? q : 1 - q)) }
    expect(fitQualities(spoiled, isUsed)).toEqual(fitQualities(rows, isUsed))
  })

  it('cross-fitted: the qualities of a row do not read its own fold', () => {
    const foldOf = Uint8Array.from(rows.readings, (_, i) => i % 4)
    const columns = predictCrossFitted(rows, foldOf, COMPONENT_NAMES.length)
    const spoiled = { ...rows, smallQualities: rows.smallQualities.map((q, i) => (i % 4 === 1 ? 1 - q : q)) }
    const others = predictCrossFitted(spoiled, foldOf, COMPONENT_NAMES.length)
    expect(others[GAP]?.filter((_, i) => i % 4 === 1)).toEqual(columns[GAP]?.filter((_, i) => i % 4 === 1))
    expect(others[GAP]).not.toEqual(columns[GAP])
  })
})
