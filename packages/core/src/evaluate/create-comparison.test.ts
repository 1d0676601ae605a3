import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import type { ComparedSystem, Comparison, PairedTest } from './comparison.ts'
import type { ComparisonTrials, SplitTrials } from './comparison-trials.ts'
import { createComparison } from './create-comparison.ts'

const PAIR = { small: 'little', large: 'big' }

type Columns = Readonly<Record<string, readonly number[]>>

/** One split that tests every row, scored by the named methods. */
function splitOf(scores: Columns, taskScores?: readonly number[]): SplitTrials {
  const [first = []] = Object.values(scores)
  return {
    seed: 1,
    trainingRows: 50,
    tested: [...first.keys()],
    bestSingle: 'large',
    taskScores,
    methods: Object.values(scores).map((one) => ({ scores: one, expectedCalibrationError: 0.1 })),
  }
}

function trialsOf(
  qualities: { readonly small: readonly number[]; readonly large: readonly number[] },
  methods: readonly string[],
  splits: readonly SplitTrials[],
): ComparisonTrials {
  const { small, large } = qualities
  return {
    pair: PAIR,
    small,
    large,
    labels: small.map((quality, i) => (quality >= (large[i] ?? 0) ? 1 : 0)),
    questionOf: [...small.keys()],
    questions: small.length,
    methods,
    splits,
  }
}

function system({ systems }: Comparison, name: string): ComparedSystem {
  const found = systems.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no system ${name}`)
  return found
}

function test({ tests }: Comparison, method: string, against: string): PairedTest {
  const found = tests.find((one) => one.method === method && one.against === against)
  if (found === undefined) throw new Error(`no test of ${method} against ${against}`)
  return found
}

describe('createComparison, worked by hand', () => {
  // Gaps 0, 0, -1, -1: all large 1, all small 0.5. In the order of the rows quality is 1, 1, 1, 0.75, 0.5 with 0 to 4 kept, area 0.875, APGR
  // (0.875 - 0.5) / 0.5 = 0.75; in the opposite order 1, 0.75, 0.5, 0.5, 0.5, area 0.625, APGR 0.25.
  const qualities = { small: [1, 1, 0, 0], large: [1, 1, 1, 1] }
  const [good, bad] = [
    [4, 3, 2, 1],
    [1, 2, 3, 4],
  ]
  const types = [0.1, 0.1, -0.1, -0.1]
  const splits = [splitOf({ a: good, b: bad }, types), splitOf({ a: good, b: good }, types)]
  const comparison = createComparison(trialsOf(qualities, ['a', 'b'], splits), { resamples: 40 })

  it('means and standard deviations over splits', () => {
    const { statistics } = system(comparison, 'b')
    expect(statistics.apgr?.values).toEqual([0.25, 0.75])
    expect(statistics.apgr?.mean).toBeCloseTo(0.5, 12)
    // Two values 0.5 apart: 0.5 / sqrt(2).
    expect(statistics.apgr?.sd).toBeCloseTo(0.5 / Math.SQRT2, 12)
    expect(statistics['costAdvantageAtDrop.0']?.values).toEqual([0, 0.5])
    expect(statistics.cpt50?.values).toEqual([0.75, 0.25])
    expect(statistics.auroc?.values).toEqual([0, 1])
    expect(statistics.expectedCalibrationError?.mean).toBeCloseTo(0.1, 12)
    expect(system(comparison, 'a').statistics.apgr?.sd).toBeCloseTo(0, 12)
  })

  it('differences between methods, and the splits on which one is ahead', () => {
    const { difference, ahead, behind } = test(comparison, 'b', 'a')
    expect(difference?.values).toEqual([-0.5, 0])
    expect([ahead, behind]).toEqual([0, 1])
  })

  it('nulls', () => {
    const at = (name: string): readonly unknown[] => {
      const { quality, costAdvantage, knows } = system(comparison, name)
      return [quality?.mean, costAdvantage?.mean, knows]
    }
    expect(at('allSmall')).toEqual([0.5, 1, 'nothing'])
    expect(at('allLarge')).toEqual([1, 0, 'nothing'])
    expect(at('bestSingle')).toEqual([1, 0, 'nothing'])
    expect(at('bestPerTaskType')).toEqual([1, 0.5, 'category'])
    expect(at('oracle')).toEqual([1, 0.5, 'answers'])
    const { statistics, curve } = system(comparison, 'randomMix')
    expect(statistics.apgr?.mean).toBe(0.5)
    // A drop of 5% of 1 out of a gap of 0.5 is a tenth of the way.
    expect(statistics['costAdvantageAtDrop.0.05']?.mean).toBeCloseTo(0.1, 12)
    expect(curve?.[50]).toEqual({ costAdvantage: 0.5, quality: 0.75 })
  })

  it('mean curve: at half kept 1 and 0.5 on the two splits; between points a straight line', () => {
    const { curve } = system(comparison, 'b')
    expect(curve?.[50]?.quality).toBeCloseTo(0.75, 12)
    // A fifth of the way from 0.5 to 0.75 kept: 0.5 on the first split, 1 - 0.2 * 0.25 on the second.
    expect(curve?.[55]?.quality).toBeCloseTo((0.5 + 0.95) / 2, 12)
  })

  it('says why a number is not there', () => {
    const even = trialsOf({ small: [1, 0], large: [1, 0] }, ['a'], [splitOf({ a: [1, 2] })])
    const { undefinedBecause, tests, ...rest } = createComparison(even, { resamples: 5 })
    expect(Object.keys(undefinedBecause).sort()).toEqual(['apgr', 'auroc', 'bestPerTaskType', 'cpt50'])
    expect(tests).toEqual([])
    expect(rest.systems.map(({ name }) => name)).not.toContain('bestPerTaskType')
  })
})

/** 200 queries of which the small model can do about half; `seen` knows which, with noise. */
function planted(seed: number): {
  readonly qualities: { readonly small: readonly number[]; readonly large: readonly number[] }
  readonly seen: readonly number[]
  readonly blind: () => readonly number[]
} {
  const rng = createRng(seed)
  const small = Array.from({ length: 200 }, () => (rng.next() < 0.5 ? 1 : 0))
  const large = small.map(() => (rng.next() < 0.95 ? 1 : 0))
  const seen = small.map((quality) => quality + 2 * rng.next())
  return { qualities: { small, large }, seen, blind: () => small.map(() => rng.next()) }
}

function fourfold(values: readonly number[]): readonly number[] {
  return values.flatMap((value) => [value, value, value, value])
}

describe('createComparison, what is resampled', () => {
  const { qualities, seen, blind } = planted(3)
  const scores = { seen, blind: blind() }
  const once = createComparison(trialsOf(qualities, ['seen', 'blind'], [splitOf(scores)]), { resamples: 200 })

  it('a split that is repeated tells nothing new: the same interval and p-value', () => {
    const splits = [splitOf(scores), splitOf(scores), splitOf(scores)]
    const thrice = createComparison(trialsOf(qualities, ['seen', 'blind'], splits), { resamples: 200 })
    const [one, three] = [test(once, 'blind', 'seen'), test(thrice, 'blind', 'seen')]
    expect(three.pValue).toBe(one.pValue)
    for (const end of [0, 1] as const)
      expect(three.difference?.interval?.[end]).toBeCloseTo(one.difference?.interval?.[end] ?? Number.NaN, 12)
    expect([three.ahead, three.behind]).toEqual([0, 3])
  })

  it('a question that stands in many rows is one question: the same interval', () => {
    const trials = trialsOf(
      { small: fourfold(qualities.small), large: fourfold(qualities.large) },
      ['seen', 'blind'],
      [splitOf({ seen: fourfold(scores.seen), blind: fourfold(scores.blind) })],
    )
    const questionOf = fourfold([...qualities.small.keys()])
    const repeated = createComparison({ ...trials, questionOf, questions: 200 }, { resamples: 200 })
    const [mine, theirs] = [repeated, once].map((one) => system(one, 'seen').statistics.apgr?.interval)
    for (const end of [0, 1] as const) expect(mine?.[end]).toBeCloseTo(theirs?.[end] ?? Number.NaN, 12)
  })

  it('repeats for a seed', () => {
    const again = createComparison(trialsOf(qualities, ['seen', 'blind'], [splitOf(scores)]), {
      resamples: 200,
    })
    expect(again).toEqual(once)
  })
})

describe('createComparison, verdicts', () => {
  it('tells a router that sees from one that does not, and equal ones not apart', () => {
    const { qualities, seen, blind } = planted(5)
    const scores = { blind: blind(), seen, against: seen.map((score) => -score), same: blind() }
    const comparison = createComparison(trialsOf(qualities, Object.keys(scores), [splitOf(scores, seen)]), {
      resamples: 400,
    })
    expect(test(comparison, 'seen', 'blind').verdict).toBe('better')
    expect(test(comparison, 'against', 'blind').verdict).toBe('worse')
    expect(test(comparison, 'same', 'blind').verdict).toBe('not told apart')
    expect(test(comparison, 'seen', 'bestPerTaskType')).toMatchObject({
      pValue: 1,
      verdict: 'not told apart',
    })
    for (const { pValue, adjustedPValue } of comparison.tests)
      expect(adjustedPValue).toBeGreaterThanOrEqual(pValue ?? 2)
  })

  it('finds something among five blind routers at most about 1 time in 20', () => {
    let found = 0
    for (let seed = 0; seed < 60; seed++) {
      const { qualities, blind } = planted(seed)
      const scores = { a: blind(), b: blind(), c: blind(), d: blind(), e: blind() }
      const { tests } = createComparison(trialsOf(qualities, Object.keys(scores), [splitOf(scores)]), {
        seed,
        resamples: 199,
      })
      if (tests.some(({ verdict }) => verdict !== 'not told apart')) found += 1
    }
    // At most 3 expected of 60, standard deviation 1.7.
    expect(found).toBeLessThan(10)
  })
})
