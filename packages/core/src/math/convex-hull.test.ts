import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areaUnderHull, createConvexHull, hullHeight } from './convex-hull.ts'

// (1, 0.4) and (4, 0.8) span the hull; (2, 0.7) lies above the line between them (0.4 + 1/3 * 0.4 = 0.533), (3, 0.5) below; (5, 0.6) is
// costlier and worse than (4, 0.8).
const cost = [3, 1, 5, 2, 4]
const quality = [0.5, 0.4, 0.6, 0.7, 0.8]

const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })), {
  minLength: 1,
  maxLength: 40,
})

describe('createConvexHull', () => {
  const hull = createConvexHull(cost, quality)

  it('keeps the worked vertices', () => {
    expect([...hull.cost]).toEqual([1, 2, 4])
    expect([...hull.quality]).toEqual([0.4, 0.7, 0.8])
    expect([...hull.point]).toEqual([1, 3, 4])
  })

  it('is the cheapest point alone when nothing is better', () => {
    expect([...createConvexHull([1, 2, 1], [0.5, 0.5, 0.3]).point]).toEqual([0])
  })

  it('has heights: half way from 0.4 to 0.7 at 1.5, flat after the last, none before the first', () => {
    expect(hullHeight(hull, 1.5)).toBeCloseTo(0.55, 12)
    expect(hullHeight(hull, 9)).toBe(0.8)
    expect(hullHeight(hull, 0.9)).toBeUndefined()
  })

  it('has an area: 0.55 from 1 to 2, 1.5 from 2 to 4, 0.8 from 4 to 5', () => {
    expect(areaUnderHull(hull, 1, 5)).toBeCloseTo(0.55 + 1.5 + 0.8, 12)
    expect(areaUnderHull(hull, 1.5, 1.5)).toBe(0)
  })

  it('lies on or above every point, rises, is concave, whatever the order', () => {
    fc.assert(
      fc.property(points, (list) => {
        const found = createConvexHull(
          list.map(([c]) => c),
          list.map(([, q]) => q),
        )
        const backwards = createConvexHull(
          list.toReversed().map(([c]) => c),
          list.toReversed().map(([, q]) => q),
        )
        expect([...backwards.cost]).toEqual([...found.cost])
        for (const [c, q] of list) expect(hullHeight(found, c)).toBeGreaterThanOrEqual(q - 1e-9)
        let slope = Infinity
        for (let i = 1; i < found.cost.length; i++) {
          const next =
            ((found.quality[i] ?? 0) - (found.quality[i - 1] ?? 0)) /
            ((found.cost[i] ?? 0) - (found.cost[i - 1] ?? 0))
          expect(next).toBeGreaterThan(0)
          expect(next).toBeLessThan(slope)
          slope = next
        }
      }),
    )
  })
})
