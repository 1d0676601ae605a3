/** Heights in the cost-quality plane, worked by hand. */
import { expect, it } from 'vitest'
import { cheapest, drawnMean, hullOf, meanHeight, type Point } from './plane-heights.ts'

const at = (cost: number, quality: number): Point => ({ cost, quality })

it('mean height runs on straight lines between points, whatever their order, and stays level after the last', () => {
  // From 1 to 3 the line rises from 0.2 to 0.6: mean 0.4. From 3 to 5 it stays at 0.6.
  const points = [at(3, 0.6), at(1, 0.2)]
  expect(meanHeight(points, 1, 3)).toBeCloseTo(0.4, 12)
  expect(meanHeight(points, 1, 5)).toBeCloseTo(0.5, 12)
  expect(meanHeight(points, 0, 3)).toBeNaN()
})

it('the hull keeps what no mixture beats at its cost', () => {
  // (2, 0.3) lies below the line from (1, 0.2) to (3, 0.6), (4, 0.5) costs more than (3, 0.6) and is worse.
  const points = [at(4, 0.5), at(2, 0.3), at(3, 0.6), at(1, 0.2), at(7, 0.7)]
  expect(hullOf(points)).toEqual([at(1, 0.2), at(3, 0.6), at(7, 0.7)])
  expect(hullOf([at(1, 0.2), at(2, 0.45), at(3, 0.6)]).length).toBe(3)
})

it('counts rows as often as they are drawn', () => {
  expect(drawnMean([1, 0, 0.5], [2, 1, 1])).toBeCloseTo(2.5 / 4, 12)
  expect(cheapest([at(3, 0), at(2, 1)])).toBe(2)
})
