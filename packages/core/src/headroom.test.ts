/** Headroom of rows of which the truth is known: each verdict where it belongs, few false ones, and what is refused. */
import { describe, expect, it } from 'vitest'
import { isWeirError } from './contract/errors.ts'
import type { Outcome } from './contract/outcome.ts'
import { createHeadroom, createSight, type HeadroomInput } from './evaluate/headroom.ts'
import { measureHeadroom, seeQuestions } from './headroom.ts'
import { createRng, type Rng } from './math/rng.ts'
import { createPlantedRows, PLANTED_PAIR, type PlantedOptions } from './suites/planted-rows.ts'

const OPTIONS = { pair: PLANTED_PAIR, seed: 1, resamples: 100 }

const rowsOf = (options: PlantedOptions): Outcome[] => createPlantedRows(options).map(({ row }) => row)

/** The rows' texts with other scores. */
function rescore(rows: readonly Outcome[], scores: (row: number) => readonly [number, number]): Outcome[] {
  return rows.map((row, i) => {
    const [little, big] = scores(i)
    return { ...row, models: { little: { score: little }, big: { score: big } } }
  })
}

describe('measureHeadroom', () => {
  it('routes where topic and difficulty decide, and says what it found', async () => {
    const report = await measureHeadroom(rowsOf({ rows: 600, seed: 1, categories: false }), OPTIONS)
    expect(report.verdict.name).toBe('route')
    expect(report).toMatchObject({ rows: 600, rowsWithText: 600, rowsWithCategory: 0, table: null })
    expect(report.tests.anything?.pValue).toBe(1 / 400)
    expect(report.probe!.best).toBeGreaterThan(0.05)
    expect(report.intervals['probe.best']![0]).toBeGreaterThan(0.03)
    expect(report.probe!.best).toBeLessThan(report.oracle.best)
    expect(report.undefinedBecause['table']).toMatch(/categories/)
  })

  it('finds the table enough where only the category decides', async () => {
    const rng = createRng(2)
    const rows = rowsOf({ rows: 600, seed: 2 })
    const isEasy = (row: number): boolean =>
      ['addition', 'spelling', 'calendar'].includes(rows[row]?.category ?? '')
    const decided = rescore(rows, (row) => [rng.next() < (isEasy(row) ? 0.95 : 0.5) ? 1 : 0, 1])
    const { verdict, table } = await measureHeadroom(decided, OPTIONS)
    expect(verdict.name).toBe('task-table')
    expect(table!.best).toBeGreaterThan(0.05)
  })

  it('pins the small model where both are equal, and the large one where not even an oracle gains', async () => {
    const rows = rowsOf({ rows: 400, seed: 3 })
    const equal = await measureHeadroom(
      rescore(rows, (row) => [row % 2, row % 2]),
      OPTIONS,
    )
    expect(equal.verdict.name).toBe('pin-small')
    const oneClass = await measureHeadroom(
      rescore(rows, () => [0, 1]),
      OPTIONS,
    )
    expect(oneClass.verdict.name).toBe('pin-large')
    expect(oneClass.tests.anything?.pValue).toBe(1)
  })

  it('asks for more where there are few rows or no text', async () => {
    const few = await measureHeadroom(rowsOf({ rows: 20, seed: 4 }), OPTIONS)
    expect(few.verdict).toMatchObject({ name: 'collect-more', rowsNeeded: 1000 })
    expect(few.intervals).toEqual({})
    const mute = rowsOf({ rows: 300, seed: 5, categories: false }).map(({ id, models }) => ({ id, models }))
    const { verdict, rowsWithText } = await measureHeadroom(mute, OPTIONS)
    expect(rowsWithText).toBe(0)
    expect(verdict).toMatchObject({
      name: 'collect-more',
      because: expect.stringMatching(/no row holds text/) as string,
    })
  })

  it('merges equal texts, and tells luck where models answered several times', async () => {
    const rows = rowsOf({ rows: 200, seed: 6, samples: 6 })
    const { rows: questions, noise, undefinedBecause } = await measureHeadroom([...rows, ...rows], OPTIONS)
    expect(questions).toBe(200)
    expect(noise!.rows).toBe(200)
    expect(noise!.luckyQuality).toBeGreaterThan(noise!.honestQuality)
    expect(undefinedBecause['noise']).toBeUndefined()
    const single = await measureHeadroom(rowsOf({ rows: 100, seed: 6 }), OPTIONS)
    expect(single.undefinedBecause['noise']).toMatch(/repetition/)
  })

  it('gives the same report for the same seed', async () => {
    const rows = rowsOf({ rows: 120, seed: 7 })
    expect(await measureHeadroom(rows, OPTIONS)).toEqual(await measureHeadroom(rows, OPTIONS))
  })

  it('refuses rows that do not hold the pair, naming the models there are', async () => {
    const failure: unknown = await measureHeadroom(rowsOf({ rows: 5, seed: 8 }), {
      ...OPTIONS,
      pair: { small: 'little', large: 'huge' },
    }).catch((error: unknown) => error)
    expect(isWeirError(failure) && failure.code).toBe('data.model')
    expect(String(failure)).toMatch(/big \(5\)/)
  })
})

/** A small version of scripts/headroom-simulation.ts: 9 points planted in 250 questions tell as much as 3 in some 2,000. */
describe('false and missed verdicts', () => {
  const rows = rowsOf({ rows: 250, seed: 9 })
  const seen = seeQuestions(rows, { pair: PLANTED_PAIR, seed: 9 })
  const isTricky = (row: number): boolean => rows[row]?.prompt?.includes('tricky') ?? false

  function answer(rng: Rng, chanceOf: (row: number) => number): HeadroomInput {
    const questions = seen.questions.map((question, row) => {
      const small = rng.next() < chanceOf(row) ? 1 : 0
      return { ...question, small, large: 1, smallScores: [small], largeScores: [1] }
    })
    return { ...seen, questions }
  }

  async function countWorth(replicates: number, chanceOf: (row: number) => number): Promise<number> {
    const rng = createRng(replicates)
    const sight = createSight(answer(rng, chanceOf), rng)!
    let worth = 0
    for (let i = 0; i < replicates; i++) {
      const input = { ...answer(rng, chanceOf), sight }
      const { verdict } = await createHeadroom(input, { seed: i, resamples: 20 })
      if (verdict.name === 'route' || verdict.name === 'task-table') worth += 1
    }
    return worth
  }

  it('claims worth in about 5% of cases where there is nothing', { timeout: 120_000 }, async () => {
    // 1.2 of 24 expected; 6 or more happen in 0.1% of such tests.
    expect(await countWorth(24, () => 0.75)).toBeLessThan(6)
  })

  it('misses at most 10% of clear chances', { timeout: 120_000 }, async () => {
    // A third of the questions is tricky: 0.9 against 0.5, so the best gain is 1/3 * 2/3 * 0.4 = 0.089.
    expect(await countWorth(12, (row) => (isTricky(row) ? 0.5 : 0.9))).toBeGreaterThanOrEqual(11)
  })
})
