import { describe, expect, it } from 'vitest'
import { createRidgeArm } from './ridge-arm.ts'
import { createRng } from './rng.ts'

/** Gauss-Jordan with pivots. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length
  const a = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))])
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column; row < n; row++)
      if (Math.abs(a[row]![column]!) > Math.abs(a[pivot]![column]!)) pivot = row
    ;[a[column], a[pivot]] = [a[pivot]!, a[column]!]
    a[column] = a[column]!.map((value) => value / a[column]![column]!)
    a.forEach((row, i) => {
      if (i === column) return
      const factor = row[column]!
      a[i] = row.map((value, j) => value - factor * a[column]![j]!)
    })
  }
  return a.map((row) => row.slice(n))
}

const DIMENSION = 12

function learn(discount: number) {
  const rng = createRng(7)
  const arm = createRidgeArm({ dimension: DIMENSION, targets: 2, regularisation: 12.94, discount })
  let a: number[][] = Array.from({ length: DIMENSION }, (_, i) =>
    Array.from({ length: DIMENSION }, (__, j) => (i === j ? 12.94 : 0)),
  )
  let b: number[][] = [0, 1].map(() => Array.from({ length: DIMENSION }, () => 0))
  for (let row = 0; row < 1000; row++) {
    const x = Array.from({ length: DIMENSION }, () => rng.next() - 0.3)
    const rewards = [rng.next(), Number(rng.next() < 0.5)]
    arm.update(x, rewards)
    a = a.map((line, i) => line.map((value, j) => discount * value + x[i]! * x[j]!))
    b = b.map((sum, t) => sum.map((value, i) => discount * value + rewards[t]! * x[i]!))
  }
  return { arm, inverse: invert(a), b }
}

describe('ridge arm', () => {
  it.each([1, 0.99])('equals direct inversion to 1e-8 after 1,000 updates, discount %d', (discount) => {
    const { arm, inverse, b } = learn(discount)
    arm.weights().forEach((weights, t) => {
      inverse.forEach((line, i) => {
        const direct = line.reduce((sum, value, j) => sum + value * b[t]![j]!, 0)
        expect(Math.abs(weights[i]! - direct)).toBeLessThan(1e-8)
      })
    })
    const x = Array.from({ length: DIMENSION }, (_, i) => i / DIMENSION)
    const square = inverse.reduce(
      (sum, line, i) => sum + x[i]! * line.reduce((inner, value, j) => inner + value * x[j]!, 0),
      0,
    )
    expect(arm.bonus(x)).toBeCloseTo(Math.sqrt(square), 8)
  })

  it('equals numbers worked by hand', () => {
    // A = 2 + 1 + 9 = 12, b = 0.5 * 1 + 1 * 3 = 3.5: weight 3.5 / 12, bonus at 6 is 6 / sqrt(12).
    const arm = createRidgeArm({ dimension: 1, regularisation: 2 })
    expect(arm.bonus([2])).toBeCloseTo(2 / Math.SQRT2, 12)
    arm.update([1], [0.5])
    arm.update([3], [1])
    expect(arm.weights()[0]![0]).toBeCloseTo(3.5 / 12, 12)
    expect(arm.bonus([6])).toBeCloseTo(6 / Math.sqrt(12), 12)
  })

  it('refuses what it cannot invert', () => {
    expect(() => createRidgeArm({ dimension: 1, regularisation: 0 })).toThrow(RangeError)
    expect(() => createRidgeArm({ dimension: 1, regularisation: 1, discount: 0 })).toThrow(RangeError)
  })
})
