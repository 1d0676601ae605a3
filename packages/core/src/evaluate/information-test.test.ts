import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '../math/rng.ts'
import { createProbe, type Probe } from './headroom-probe.ts'
import { permutationsFor, ratioOf, testInformation } from './information-test.ts'

const ROWS = 200
const FOLDS = 5
const groupOf = Int32Array.from({ length: ROWS }, (_, i) => i % 4)

function makeProbe(rng: Rng, hasCategory: boolean): Probe {
  const z = Float32Array.from({ length: ROWS * 3 }, () => rng.next() - 0.5)
  const foldOf = Uint8Array.from({ length: ROWS }, () => rng.int(FOLDS))
  return createProbe({
    rows: ROWS,
    ...(hasCategory ? { categories: { groupOf, groups: 4 } } : {}),
    blocks: [{ name: 'text', z, columns: 3 }],
    words: {
      count: 1,
      wordsOf: Array.from({ length: ROWS }, (_, i) => Uint16Array.from(i % 3 === 0 ? [0] : [])),
    },
    foldOf,
    folds: FOLDS,
    ratio: 0.05,
  })
}

const drawGaps = (rng: Rng): Float64Array => Float64Array.from({ length: ROWS }, () => rng.int(3) - 1)

describe('testInformation', () => {
  it('rejects noise in about delta of cases', async () => {
    const rng = createRng(1)
    const probe = makeProbe(rng, true)
    let rejected = 0
    for (let i = 0; i < 200; i++) {
      const { pValue } = await testInformation(probe, drawGaps(rng), { delta: 0.2, permutations: 99, rng })
      if (pValue <= 0.2) rejected += 1
    }
    // 40 expected, standard deviation 5.7.
    expect(rejected).toBeGreaterThan(40 - 4 * 5.7)
    expect(rejected).toBeLessThan(40 + 4 * 5.7)
  })

  it('finds a planted category, and nothing beyond it within categories', async () => {
    const rng = createRng(2)
    const options = { delta: 0.05, permutations: permutationsFor(0.05), rng }
    const planted = drawGaps(rng).map((gap, i) => gap + (groupOf[i]! - 1.5) / 2)
    const anything = await testInformation(makeProbe(rng, true), planted, options)
    expect(anything.pValue).toBe(1 / 400)
    expect(anything.viewPValues['category']).toBe(1 / 400)
    const beyond = await testInformation(makeProbe(rng, false), planted, { ...options, strataOf: groupOf })
    expect(beyond.pValue).toBeGreaterThan(0.05)
  })

  it('finds planted chances the more often the larger they are, and asks for more rows the smaller', async () => {
    const rng = createRng(3)
    const test = await testInformation(makeProbe(rng, true), drawGaps(rng), {
      delta: 0.05,
      permutations: 399,
      rng,
    })
    const [small, large] = [await test.measurePower(0.02, 100), await test.measurePower(0.3, 100)]
    expect(small.power).toBeLessThan(0.4)
    expect(large.power).toBeGreaterThan(0.95)
    expect(small.growthFor(0.9)).toBeGreaterThan(large.growthFor(0.9))
    expect(large.growthFor(0.9)).toBeLessThan(1)
  })

  it('has p = 1 where the gap does not vary', async () => {
    const rng = createRng(4)
    const { pValue } = await testInformation(makeProbe(rng, true), new Float64Array(ROWS), {
      delta: 0.05,
      permutations: 19,
      rng,
    })
    expect(pValue).toBe(1)
  })
})

describe('permutationsFor and ratioOf', () => {
  it('meet the level exactly and scale the chance by the noise', () => {
    expect([permutationsFor(0.05), permutationsFor(0.1)]).toEqual([399, 199])
    // Gaps 1 and -1: variance 1; (4 * 0.03)^2 / 3 = 0.0048.
    expect(ratioOf([1, -1], 0.03)).toBeCloseTo(0.0048, 12)
  })
})
