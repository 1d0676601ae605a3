import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import { createCascadePolicy, type CascadeStage } from '../decide/cascade.ts'
import { createRng } from '../math/rng.ts'
import { createFrontier, type CostedCascade } from './cascade-frontier.ts'
import { cascadeWithin, searchCascades } from './search-cascade.ts'
import { walkCascade, type CandidateRows } from './walk-cascade.ts'

/**
 * Four queries, two models. The small one is right on the first two and is surer of them.
 *
 *   small alone: quality 2/4, cost 1.   large alone: 3/4, cost 10.   cut .6: rows 1, 2 kept, 3 and 4 go on: quality 4/4, cost 1 + 20/4 = 6
 *   cut .4: row 4 alone goes on: 2 kept + row 3 wrong + row 4 right: 3/4, cost 1 + 10/4 = 3.5
 */
const SMALL: CandidateRows = {
  model: 's',
  pGoodEnough: [0.9, 0.6, 0.4, 0.2],
  quality: [1, 1, 0, 0],
  costUsd: [1, 1, 1, 1],
}
const LARGE: CandidateRows = {
  model: 'l',
  pGoodEnough: [0.5, 0.5, 0.5, 0.5],
  quality: [0, 1, 1, 1],
  costUsd: [10, 10, 10, 10],
}

const LABELS = { labelWeight: 1 }

describe('searchCascades', () => {
  it('weighs a label against the chance of the same row', () => {
    const believed = (labelWeight?: number): number | undefined =>
      searchCascades([SMALL], labelWeight === undefined ? {} : { labelWeight })[0]?.quality
    // Labels 2/4; chances .9 + .6 + .4 + .2 = 2.1 of 4.
    expect(believed(1)).toBe(0.5)
    expect(believed(0)).toBeCloseTo(0.525, 12)
    expect(believed()).toBeCloseTo(0.5125, 12)
    const unjudged = { ...SMALL, pGoodEnough: [-1, -1, 0.4, 0.2] }
    expect(searchCascades([unjudged], { labelWeight: 0 })[0]?.quality).toBeCloseTo(
      (1 + 1 + 0.4 + 0.2) / 4,
      12,
    )
  })

  it('finds what is not beaten, worked by hand', () => {
    expect(searchCascades([SMALL, LARGE], LABELS)).toMatchObject([
      {
        stages: [{ model: 's', accept: 0 }],
        quality: 0.5,
        costUsd: 1,
        costErrorUsd: 0,
        shares: [1],
        abstained: 0,
      },
      {
        stages: [
          { model: 's', accept: 0.4 },
          { model: 'l', accept: 0 },
        ],
        quality: 0.75,
        costUsd: 3.5,
        shares: [0.75, 0.25],
        abstained: 0,
      },
      {
        stages: [
          { model: 's', accept: 0.6 },
          { model: 'l', accept: 0 },
        ],
        quality: 1,
        costUsd: 6,
        shares: [0.5, 0.5],
        abstained: 0,
      },
    ])
  })

  it('chooses by budget; too little buys nothing', () => {
    const found = searchCascades([SMALL, LARGE], LABELS)
    expect(cascadeWithin(found, 0.99)).toBeUndefined()
    // The cut .4 costs 1, 1, 1 and 11: standard error sqrt(3 x 2.5^2 + 7.5^2) / 4 = 2.165; the cut .6 1, 1, 11 and 11: 10 / 4.
    expect(cascadeWithin(found, 5.66)?.quality).toBe(0.5)
    expect(cascadeWithin(found, 5.67)?.quality).toBe(0.75)
    expect(cascadeWithin(found, 8.49)?.quality).toBe(0.75)
    expect(cascadeWithin(found, 8.5)?.quality).toBe(1)
    expect(cascadeWithin(found, 5.99, 0)?.quality).toBe(0.75)
    expect(cascadeWithin(found, 6, 0)?.quality).toBe(1)
    expect(cascadeWithin(found, 100)?.quality).toBe(1)
  })

  it('with one stage, only single models', () => {
    const found = searchCascades([SMALL, LARGE], { ...LABELS, maxStages: 1 })
    expect(found.map(({ stages }) => stages.map(({ model }) => model))).toEqual([['s'], ['l']])
  })

  it('cuts nothing apart that is equally confident, and sends on what could not be judged', () => {
    const p = [0.5, 0.5, 0.5, -1]
    const found = searchCascades([{ ...SMALL, pGoodEnough: p }, LARGE])
    const cuts = found.flatMap(({ stages }) => (stages.length === 2 ? [stages[0]] : []))
    expect(cuts).toEqual([{ model: 's', accept: 0.5 }])
    expect(
      searchCascades([{ ...SMALL, pGoodEnough: [-1, -1, -1, -1] }, LARGE]).map(({ stages }) => stages),
    ).toEqual([[{ model: 's', accept: 0 }], [{ model: 'l', accept: 0 }]])
  })

  it('keeps a number of answers per call, and never puts one model twice in a chain', () => {
    const thrice = { ...SMALL, samples: 3, quality: [1, 1, 1, 0], costUsd: [2, 2, 2, 2] }
    const found = searchCascades([SMALL, thrice, LARGE])
    expect(found.some(({ stages }) => stages[0]?.samples === 3 && stages[1]?.model === 'l')).toBe(true)
    for (const { stages } of found) expect(new Set(stages.map(({ model }) => model)).size).toBe(stages.length)
  })

  it('needs rows', () => {
    expect(() => searchCascades([])).toThrow(/at least one candidate and one row/)
    expect(() => searchCascades([{ ...SMALL, quality: [] }])).toThrow(RangeError)
  })
})

const ROWS = 12
const column = (value: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(value, { minLength: ROWS, maxLength: ROWS })
const pool = (size: number): fc.Arbitrary<CandidateRows[]> =>
  fc
    .array(
      fc.record({
        pGoodEnough: column(fc.integer({ min: -1, max: 9 }).map((n) => (n < 0 ? -1 : n / 10))),
        quality: column(fc.integer({ min: 0, max: 2 }).map((n) => n / 2)),
        costUsd: column(fc.integer({ min: 1, max: 20 })),
      }),
      { minLength: size, maxLength: size },
    )
    .map((columns) => columns.map((rows, i) => ({ model: `m${i}`, ...rows })))
const QUICK = { endOnFailure: true, numRuns: 60 }

/** Every chain of two with every cut, and every single. */
function everyPair(candidates: readonly CandidateRows[]): readonly (readonly CascadeStage[])[] {
  return candidates.flatMap((first) => [
    [{ model: first.model, accept: 0 }],
    ...candidates
      .filter(({ model }) => model !== first.model)
      .flatMap((last) =>
        Array.from(first.pGoodEnough)
          .filter((p) => p >= 0)
          .map((accept) => [
            { model: first.model, accept },
            { model: last.model, accept: 0 },
          ]),
      ),
  ])
}

const settings = fc.record({
  gridPoints: fc.integer({ min: 1, max: 12 }),
  labelWeight: fc.constantFrom(0, 0.5, 1),
})

describe('what a search promises of its training rows', () => {
  it('two stages: no cut of no chain is better for its cost', () => {
    fc.assert(
      fc.property(pool(3), (candidates) => {
        const found = searchCascades(candidates, { ...LABELS, gridPoints: ROWS })
        for (const stages of everyPair(candidates)) {
          const { quality, costUsd } = walkCascade(candidates, stages)
          const best = cascadeWithin(found, costUsd + 1e-9, 0)
          expect(best?.quality).toBeGreaterThanOrEqual(quality - 1e-9)
        }
      }),
      QUICK,
    )
  })

  it('quality never falls as the budget grows, and three stages are never worse than two', () => {
    fc.assert(
      fc.property(pool(4), settings, (candidates, options) => {
        const two = searchCascades(candidates, options)
        const three = searchCascades(candidates, { ...options, maxStages: 3 })
        for (const found of [two, three]) {
          for (const [i, one] of found.slice(1).entries()) {
            expect(one.quality).toBeGreaterThan(found[i]?.quality ?? 1)
            expect(one.costUsd).toBeGreaterThan(found[i]?.costUsd ?? Infinity)
          }
        }
        for (const { costUsd, quality } of searchCascades(candidates, { ...options, maxStages: 1 })) {
          expect(cascadeWithin(two, costUsd + 1e-9, 0)?.quality).toBeGreaterThanOrEqual(quality - 1e-9)
          expect(cascadeWithin(three, costUsd + 1e-9, 0)?.quality).toBeGreaterThanOrEqual(quality - 1e-9)
        }
      }),
      QUICK,
    )
  })

  it('foretells what the policy does with the same rows', () => {
    fc.assert(
      fc.property(pool(3), (candidates) => {
        for (const found of searchCascades(candidates, { ...LABELS, maxStages: 3, gridPoints: 4 })) {
          const rows = Array.from({ length: ROWS }, (_, row) => serveRow(candidates, found.stages, row))
          const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / ROWS
          expect(mean(rows.map(({ quality }) => quality))).toBeCloseTo(found.quality, 9)
          expect(mean(rows.map(({ costUsd }) => costUsd))).toBeCloseTo(found.costUsd, 9)
          const byLast = rows.filter(({ calls }) => calls === found.stages.length).length
          expect(byLast / ROWS).toBeCloseTo(found.shares.at(-1) ?? 0, 9)
        }
      }),
      QUICK,
    )
  })
})

/** Queries of known difficulty: the small model is right with the chance that it states, the large one nearly always. */
function plant(seed: number, n: number): readonly CandidateRows[] {
  const rng = createRng(seed)
  const easy = Array.from({ length: n }, () => Math.sqrt(rng.next()))
  const right = (chance: number): number => (rng.next() < chance ? 1 : 0)
  return [
    { model: 's', pGoodEnough: easy, quality: easy.map(right), costUsd: easy.map(() => 1 + rng.next()) },
    {
      model: 'm',
      pGoodEnough: easy.map(() => 0.75),
      quality: easy.map(() => right(0.75)),
      costUsd: easy.map(() => 6),
    },
    {
      model: 'l',
      pGoodEnough: easy.map(() => 0.95),
      quality: easy.map(() => right(0.95)),
      costUsd: easy.map(() => 20),
    },
  ]
}

describe('on planted queries', () => {
  it('beats every model that costs no more, on fresh rows and within the budget', () => {
    const fresh = plant(99, 4000)
    for (let seed = 0; seed < 5; seed++) {
      const found = searchCascades(plant(seed, 800))
      for (const budget of [6, 8, 12]) {
        const best = cascadeWithin(found, budget)
        const { quality, costUsd } = walkCascade(fresh, best?.stages ?? [])
        const singles = fresh.map(({ model }) => walkCascade(fresh, [{ model, accept: 0 }]))
        const affordable = singles.filter((single) => single.costUsd <= budget)
        expect(quality).toBeGreaterThan(Math.max(...affordable.map((single) => single.quality)) + 0.03)
        expect(costUsd).toBeLessThanOrEqual(1.05 * budget)
      }
    }
  })
})

/** One row through decide/cascade.ts. */
function serveRow(
  candidates: readonly CandidateRows[],
  stages: readonly CascadeStage[],
  row: number,
): { readonly quality: number; readonly costUsd: number; readonly calls: number } {
  const policy = createCascadePolicy({ stages })
  const attempts: Attempt[] = []
  let costUsd = 0
  for (;;) {
    const action = policy.next({
      query: { turns: [], tools: 0, images: 0, wantsJson: false },
      candidates: candidates.map(({ model }) => ({ model })),
      attempts,
    })
    if (action.kind !== 'call') {
      const quality = candidates.find(({ model }) => model === attempts.at(-1)?.model)?.quality[row] ?? 0
      return { quality, costUsd, calls: attempts.length }
    }
    const rows = candidates.find(({ model }) => model === action.model)
    const p = rows?.pGoodEnough[row] ?? -1
    costUsd += rows?.costUsd[row] ?? 0
    attempts.push({ model: action.model, score: { signals: {}, pGoodEnough: p < 0 ? null : p, calls: [] } })
  }
}

describe('walkCascade', () => {
  it('lets a row pay for every stage that it reaches', () => {
    const stages = [
      { model: 's', accept: 0.6 },
      { model: 'l', accept: 0 },
    ]
    expect(walkCascade([SMALL, LARGE], stages)).toMatchObject({
      quality: 1,
      costUsd: 6,
      shares: [0.5, 0.5],
      abstained: 0,
    })
  })

  it('declines what is below the reject cut, and asks no later stage about it', () => {
    const stages = [
      { model: 's', accept: 0.6, reject: 0.3 },
      { model: 'l', accept: 0, reject: 0 },
    ]
    // Row 4 is declined by s; row 3 costs 1 + 10.
    expect(walkCascade([SMALL, LARGE], stages)).toMatchObject({
      quality: 1,
      costUsd: 3.5,
      shares: [0.5, 0.25],
      abstained: 0.25,
    })
    const refusing = [{ model: 'l', accept: 0.6, reject: 0.6 }]
    expect(walkCascade([LARGE], refusing)).toMatchObject({ quality: 0, abstained: 1 })
    const unjudged = { ...LARGE, pGoodEnough: [-1, 0.5, 0.5, 0.5] }
    expect(walkCascade([unjudged], refusing)).toMatchObject({ shares: [0.25], abstained: 0.75 })
  })

  it('knows only the models and numbers of answers that it has rows of', () => {
    expect(() => walkCascade([SMALL], [{ model: 'x', accept: 0 }])).toThrow(/no rows of x/)
    expect(() => walkCascade([SMALL], [{ model: 's', samples: 2, accept: 0 }])).toThrow(/s with 2 answers/)
  })
})

function point(costUsd: number, quality: number): CostedCascade {
  return { chain: [costUsd], cuts: [0], costUsd, quality }
}

describe('createFrontier', () => {
  it('keeps what nothing beats; the first of equals', () => {
    const frontier = createFrontier()
    for (const [cost, quality] of [
      [5, 5],
      [3, 2],
      [4, 2],
      [5, 6],
      [1, 1],
      [5, 6],
      [2, 4],
      [9, 6],
    ] as const) {
      frontier.add(point(cost, quality))
    }
    expect(frontier.points().map(({ costUsd, quality }) => [costUsd, quality])).toEqual([
      [1, 1],
      [2, 4],
      [5, 6],
    ])
    expect(frontier.isBeaten(5, 6)).toBe(true)
    expect(frontier.isBeaten(4.9, 4.1)).toBe(false)
  })

  it('is the set of maxima, whatever the order', () => {
    const points = fc.array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 8 })), { maxLength: 20 })
    fc.assert(
      fc.property(points, (drawn) => {
        const frontier = createFrontier()
        for (const [cost, quality] of drawn) frontier.add(point(cost, quality))
        const expected = drawn
          .filter(([c, q]) => !drawn.some(([d, r]) => d <= c && r >= q && (d < c || r > q)))
          .toSorted(([a], [b]) => a - b)
        const kept = frontier.points().map(({ costUsd, quality }) => `${costUsd} ${quality}`)
        expect(kept).toEqual([...new Set(expected.map(([c, q]) => `${c} ${q}`))])
      }),
      { endOnFailure: true },
    )
  })
})
