import { describe, expect, it } from 'vitest'
import type { Decision } from '../contract/decision.ts'
import { createRng } from '../math/rng.ts'
import { createReport } from './create-report.ts'
import { fitTaskTable } from './task-table.ts'
import { createTrialLog, type TrialLog } from './trial-log.ts'

const pair = { small: 's', large: 'l' }

function decisionFor(model: string, threshold: number | null): Decision {
  const rest = {
    reason: 'score_at_or_above_threshold',
    score: 0.5,
    quality: 0.9,
    level: 0.9,
    confidence: null,
    truncated: false,
    unfamiliar: false,
  } as const
  return {
    model,
    threshold,
    ...rest,
    mode: 'estimate',
    propensity: 1,
    ranking: [model],
    policy: 'threshold',
    refused: [],
  }
}

/** Queries whose small model is right with the probability that the score names; the large one always nearly. */
function simulate(rows: number, seed: number): TrialLog {
  const rng = createRng(seed)
  const recorder = createTrialLog({ pair, levels: [0.9] })
  for (let i = 0; i < rows; i++) {
    const p = rng.next()
    const small = { score: rng.next() < p ? 1 : 0, costUsd: 0.01, latencyMs: 100 }
    const large = { score: 1, costUsd: 0.1, latencyMs: 400 }
    const row = { id: String(i), category: p > 0.5 ? 'easy' : 'hard', models: { s: small, l: large } }
    recorder.add(row, p, [decisionFor(p >= 0.5 ? 's' : 'l', 0.5)])
  }
  return recorder.log
}

describe('createReport', () => {
  const log = simulate(2000, 1)
  const report = createReport(log, { seed: 1, resamples: 200 })

  it('agrees with what the simulation is known to give', () => {
    // kept small are p >= 0.5: quality = 1 - E[1 - p; p >= 0.5] = 1 - 1/8 = 0.875 of a large model at 1
    const [level] = report.levels
    expect(level?.delivered).toBeCloseTo(0.875, 1)
    expect(level?.costAdvantage).toBeCloseTo(0.5, 1)
    expect(level?.costUsd).toBeCloseTo(0.5 * 0.01 + 0.5 * 0.1, 2)
    expect(level?.costSaving).toBeCloseTo(0.45, 1)
    // APGR: PGR(c) = 1 - (1 - c)^2 with a gap of 1/2 -> area 2/3
    expect(report.apgr).toBeCloseTo(2 / 3, 1)
    expect(report.calibration?.expectedCalibrationError).toBeLessThan(0.05)
    expect(report.calibration?.auroc).toBeCloseTo(5 / 6, 1)
    expect(report.meanGap.difference).toBeCloseTo(0.5, 1)
    expect(report.baselines.bestSingle.model).toBe('l')
    expect(report.baselines.taskTable).toMatchObject({ types: 2, fittedOn: 'evaluated rows, cross-fitted' })
    expect(report.undefinedBecause).toEqual({})
  })

  it('measures the plane in USD as the simulation is known to', () => {
    // all small: quality 1/2 at 0.01; all large: 1 at 0.1. With share s kept (p >= 1 - s), Q = 1 - s^2 / 2 and the cost is 0.1 - 0.09 s, concave:
    // the hull is the curve, AIQ = AUDC = integral of 1 - s^2 / 2 = 5/6. Equal quality needs all large: nothing saved.
    const { efficiency, nullRouters } = report
    expect(efficiency).toMatchObject({ axis: 'costUsd', rows: 2000 })
    expect(efficiency.averageImprovementInQuality).toBeCloseTo(5 / 6, 1)
    expect(efficiency.areaUnderDeferralCurve).toBeCloseTo(5 / 6, 1)
    expect(efficiency.costSavingAtEqualQuality).toBeLessThan(0.1)
    // at half: router 7/8, random 3/4, oracle keeps the right half of all: 1
    expect(efficiency.oracleGapRecovered).toBeCloseTo(0.5, 1)
    // (1 + 100 / 400) / 2 at cost 1; (1/2 + 1) / 2 at cost 0.1
    expect(efficiency.inferenceEfficiencyScore?.large).toBeCloseTo(0.625, 12)
    expect(efficiency.inferenceEfficiencyScore?.small).toBeCloseTo(7.5, 0)
    expect(nullRouters.bestSingle).toMatchObject({ model: 'l', quality: 1, costAdvantage: 0 })
    expect(nullRouters.bestSingle.cost).toBeCloseTo(0.1, 12)
    expect(nullRouters.randomMix.models).toEqual(['s', 'l'])
    // The large model is never worse, so no type goes to the small one.
    expect(nullRouters.bestPerTaskType).toMatchObject({ quality: 1, costAdvantage: 0 })
    // level 0.9 keeps the easy half: 7/8 against 3/4 by lot, and exactly as the table that knows easy from hard
    const [lead] = nullRouters.levels
    expect(lead?.leadOverRandomMix).toBeCloseTo(1 / 8, 1)
    expect(lead?.leadOverTaskTable).toBeCloseTo(0, 6)
    expect(lead?.leadOverBestSingle).toBeCloseTo(-1 / 8, 1)
    expect(lead?.leadOverRandomMixInterval?.[0]).toBeGreaterThan(0.1)
    expect(lead?.leadOverRandomMixInterval?.[1]).toBeGreaterThan(lead?.leadOverRandomMix ?? 1)
  })

  it('falls back to calls where most rows know no money, and says so', () => {
    const poor = { ...log, smallCosts: log.smallCosts.map((cost, i) => (i < 900 ? cost : undefined)) }
    const { efficiency, nullRouters } = createReport(poor, { seed: 1, resamples: 0 })
    expect(efficiency).toMatchObject({ axis: 'largeShare', rows: 2000, costFrom: 0, costTo: 1 })
    expect(nullRouters.axis).toBe('largeShare')
    // Just enough: the rows that know are measured, and counted.
    const some = { ...log, smallCosts: log.smallCosts.map((cost, i) => (i < 1000 ? cost : undefined)) }
    expect(createReport(some, { seed: 1, resamples: 0 }).efficiency).toMatchObject({
      axis: 'costUsd',
      rows: 1000,
    })
  })

  it('has intervals around its numbers', () => {
    for (const [name, value] of [
      ['efficiency.averageImprovementInQuality', report.efficiency.averageImprovementInQuality],
      ['efficiency.areaUnderDeferralCurve', report.efficiency.areaUnderDeferralCurve],
      ['efficiency.oracleGapRecovered', report.efficiency.oracleGapRecovered],
      ['nullRouters.bestPerTaskType.quality', report.nullRouters.bestPerTaskType?.quality],
      ['apgr', report.apgr],
      ['cpt50', report.cpt50],
      ['small.quality', report.small.quality],
      ['oracle.quality', report.oracle.quality],
      ['meanGap.difference', report.meanGap.difference],
      ['costAdvantageAtDrop.0.05', report.costAdvantageAtDrop['0.05']],
      ['baselines.taskTable.apgr', report.baselines.taskTable?.apgr],
      ['calibration.auroc', report.calibration?.auroc],
      ['calibration.brierScore', report.calibration?.brierScore],
    ] as const) {
      const [low, high] = report.intervals[name] ?? [1, 0]
      expect(low, name).toBeLessThanOrEqual(value ?? Number.NaN)
      expect(high, name).toBeGreaterThanOrEqual(value ?? Number.NaN)
    }
    const [low, high] = report.levels[0]?.deliveredInterval ?? [1, 0]
    expect(low).toBeLessThan(high)
    expect(report.intervals['apgrAboveTaskTable']?.[0]).toBeGreaterThan(0)
  })

  it('repeats for a seed and survives JSON', () => {
    const again = createReport(simulate(2000, 1), { seed: 1, resamples: 200 })
    expect(JSON.stringify(again)).toBe(JSON.stringify(report))
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  it('takes a table fitted on training rows', () => {
    const table = fitTaskTable({ categories: ['easy', 'easy', 'hard', 'hard'], gaps: [0, 0, -1, -1] })
    const { baselines } = createReport(log, { seed: 1, resamples: 0, taskTable: table })
    expect(baselines.taskTable).toMatchObject({ fittedOn: 'training rows', rowsWithCategory: 2000 })
  })
})

describe('createReport where numbers are undefined', () => {
  const recorder = createTrialLog({ pair, levels: [1] })
  const { log } = recorder
  recorder.add({ id: '1', models: { s: { score: 1 }, l: { score: 0 } } }, null, [decisionFor('l', null)])
  recorder.add({ id: '2', models: { s: { score: 1 } } }, 0.5, [])

  it('leaves out rows without both models', () => {
    expect(log.scores).toHaveLength(1)
  })

  it('says why', () => {
    const report = createReport(log, { seed: 1, resamples: 50 })
    expect(report).toMatchObject({
      rows: 1,
      apgr: null,
      cpt50: null,
      calibration: null,
      meanGap: { small: null },
      estimatorFailures: 1,
      baselines: { taskTable: null, random: { apgr: null }, bestSingle: { model: 's' } },
    })
    expect(Object.keys(report.undefinedBecause).sort()).toEqual([
      'apgr',
      'baselines.taskTable',
      'calibration',
      'cpt50',
      'cpt80',
      'efficiency.costSavingAtEqualQuality',
      'efficiency.inferenceEfficiencyScore',
      'efficiency.oracleGapRecovered',
      'efficiency.qualityNeutralCost',
      'large.costUsd',
      'meanGap',
      'reliability',
      'small.costUsd',
    ])
    expect(report.levels[0]).toMatchObject({ delivered: null, costUsd: null, costAdvantage: 0 })
  })
})
