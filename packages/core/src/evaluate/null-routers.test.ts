import { describe, expect, it } from 'vitest'
import type { Draw } from './bootstrap.ts'
import { costColumns, createCostRedraw, everyRow } from './efficiency.ts'
import { createNullReader, type NullRouters } from './null-routers.ts'
import { createRedraw } from './redraw.ts'
import type { TrialLog } from './trial-log.ts'

// Four queries; type a (first two) is easy, type b hard.
//   score   0.9  0.5  0.6  0.1
//   small    1    1    0    0     mean 0.5, costs 1 each
//   large    1    0    1    1     mean 0.75, costs 3 each
// The level keeps the queries scoring 0.6 or more: the first and the third, so quality (1 + 0 + 0 + 1) / 4 = 0.5 at cost 2.
const none = [undefined, undefined, undefined, undefined]
const log: TrialLog = {
  pair: { small: 's', large: 'l' },
  scores: [0.9, 0.5, 0.6, 0.1],
  small: [1, 1, 0, 0],
  large: [1, 0, 1, 1],
  labels: [1, 1, 0, 0],
  categories: ['a', 'a', 'b', 'b'],
  smallCosts: [1, 1, 1, 1],
  largeCosts: [3, 3, 3, 3],
  smallLatencies: none,
  largeLatencies: none,
  levels: [{ asked: 0.9, mode: 'estimate', threshold: 0.6, kept: [1, 0, 1, 0], paths: none }],
  readsAnswers: false,
}

function readNulls(rows: TrialLog, draw: Draw, taskScores?: readonly number[]): NullRouters {
  const costs = costColumns(rows)
  const redraw = (scores: readonly number[]): ReturnType<ReturnType<typeof createCostRedraw>> =>
    createCostRedraw(rows, scores, costs)(draw, createRedraw({ ...rows, scores })(draw))
  const router = redraw(rows.scores)
  if (router === undefined) throw new Error('no row knows its costs')
  return createNullReader(rows, taskScores, costs)(draw, { router, table: taskScores && redraw(taskScores) })
}

const TYPES = [0.5, 0.5, -1, -1]

describe('createNullReader', () => {
  const found = readNulls(log, everyRow(4), TYPES)

  it('sends each type to its better model: a small, b large, all right at cost 2', () => {
    expect(found.bestPerTaskType).toEqual({ quality: 1, cost: 2, costAdvantage: 0.5 })
  })

  it('compares at equal cost: 0.5 against a mix of 0.625 and the table with 1', () => {
    const [level] = found.levels
    expect(level).toMatchObject({ asked: 0.9, cost: 2, quality: 0.5, randomMix: 0.625, taskTable: 1 })
    expect(level?.leadOverRandomMix).toBeCloseTo(-0.125, 12)
    expect(level?.leadOverTaskTable).toBeCloseTo(-0.5, 12)
    expect(level?.leadOverBestSingle).toBeCloseTo(-0.25, 12)
  })

  it('reads a draw as if its queries were copied: the first twice, the fourth not', () => {
    // small 1 1 1 0, large 1 1 0 1: means 0.75 and 0.75, so the mix is the small model alone; kept 1 1 0 1: quality (1 + 1 + 0 + 0) / 4
    const [level] = readNulls(log, Uint16Array.of(2, 1, 1, 0), TYPES).levels
    expect(level).toMatchObject({ quality: 0.5, cost: 1.5, randomMix: 0.75 })
  })

  it('mixes nothing when the small model is as good: the cheaper point alone is the hull', () => {
    const even = { ...log, large: [1, 0, 1, 0] }
    const [level] = readNulls(even, everyRow(4)).levels
    expect(level).toMatchObject({ randomMix: 0.5, taskTable: undefined, leadOverTaskTable: undefined })
  })

  it('counts only rows that know their costs', () => {
    const partly = { ...log, smallCosts: [1, 1, undefined, undefined] }
    expect(costColumns(partly)).toMatchObject({ axis: 'costUsd', rows: 2 })
    expect(readNulls(partly, everyRow(4)).levels[0]).toMatchObject({ quality: 0.5, cost: 2 })
    expect(() => readNulls(partly, Uint16Array.of(0, 0, 2, 2))).toThrow('no row knows')
  })
})
