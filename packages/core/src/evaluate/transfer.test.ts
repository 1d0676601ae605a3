import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '../math/rng.ts'
import { assessTransfer, type TransferReport } from './transfer.ts'
import { judgeTransfer } from './transfer-verdict.ts'
import type { TrialLog } from './trial-log.ts'

interface World {
  /** How the new pair's outcomes hang on the score: the chance that the new small model is right. */
  readonly chance: (score: number, rng: Rng) => number
  /** Gap before, from the gap after. */
  readonly before?: (gap: number, rng: Rng) => number | undefined
  readonly rows?: number
  /** Cut-off of the one level, 0.9. */
  readonly cut?: number
}

/** The new large model is always right; scores are uniform. */
function transfer({ chance, before = () => undefined, rows = 1500, cut = 0.6 }: World): TransferReport {
  const rng = createRng(9)
  const scores = Array.from({ length: rows }, () => rng.next())
  const small = scores.map((score) => (rng.next() < chance(score, rng) ? 1 : 0))
  const none = scores.map(() => undefined)
  const log: TrialLog = {
    pair: { small: 's', large: 'l' },
    scores,
    small,
    large: scores.map(() => 1),
    labels: small,
    categories: none,
    smallCosts: none,
    largeCosts: none,
    smallLatencies: none,
    largeLatencies: none,
    levels: [
      {
        asked: 0.9,
        mode: 'estimate',
        threshold: cut,
        kept: scores.map((score) => (score >= cut ? 1 : 0)),
        paths: none,
      },
    ],
    readsAnswers: false,
  }
  const gapsBefore = small.map((quality) => before(quality - 1, rng))
  return assessTransfer({ log, gapsBefore, scoredBy: 'router' }, { seed: 1, resamples: 200 })
}

describe('assessTransfer', () => {
  it('reuses a router whose scores, thresholds and gaps hold', () => {
    // kept are scores from 0.6: loss E[1 - p; p >= 0.6] = 0.4^2 / 2 = 0.08, so 0.92 of 0.9 is delivered; gaps are the same ones
    const report = transfer({ chance: (score) => score, before: (gap) => gap })
    expect(report.verdict).toBe('reuse')
    expect(report.pearson?.value).toBeCloseTo(1, 12)
    expect(report.spearman?.value).toBeCloseTo(1, 12)
    expect(report.levels[0]?.delivered).toBeCloseTo(0.92, 1)
    expect(report.apgr).toBeCloseTo(2 / 3, 1)
    expect(report).toMatchObject({ rows: 1500, rowsWithBoth: 1500, undefinedBecause: {} })
  })

  it('recalibrates when the ranking holds and the thresholds do not', () => {
    // The new small model is right half as often: kept lose E[1 - p / 2; p >= 0.6] = 0.24, so 0.76 is delivered
    const report = transfer({ chance: (score) => score / 2, before: (gap) => gap })
    expect(report.verdict).toBe('recalibrate')
    expect(report.because).toContain('thresholds')
    expect(report.checks.find(({ name }) => name === 'levels')).toMatchObject({ passed: false, limit: 0.88 })
  })

  it('recalibrates when the gaps are not shown to correlate, although the scores rank', () => {
    const report = transfer({ chance: (score) => score, before: (_, rng) => -rng.next() })
    expect(report.verdict).toBe('recalibrate')
    expect(report.because).toContain('Pearson')
    expect(Math.abs(report.pearson?.value ?? 1)).toBeLessThan(0.1)
  })

  it('retrains when the scores say nothing about the new outcomes, however well the gaps correlate', () => {
    const report = transfer({ chance: () => 0.5, before: (gap) => gap })
    expect(report.verdict).toBe('retrain')
    expect(report.checks[0]).toMatchObject({ name: 'ranking', passed: false, limit: 0.5 })
    const backwards = transfer({ chance: (score) => 1 - score, before: (gap) => gap })
    expect(backwards.because).toContain('no better than chance')
  })

  it('lets the replayed scores decide alone where no row has both outcomes, and says so', () => {
    const report = transfer({ chance: (score) => score })
    expect(report).toMatchObject({ verdict: 'reuse', pearson: null, spearman: null, rowsWithBoth: 0 })
    expect(report.undefinedBecause['pearson']).toContain('decide alone')
    expect(report.checks.find(({ name }) => name === 'pearson')?.passed).toBeNull()
  })

  it('does not claim on few rows what it could on many', () => {
    expect(transfer({ chance: (score) => 0.4 + 0.2 * score, rows: 40 }).verdict).toBe('retrain')
    expect(transfer({ chance: (score) => 0.4 + 0.2 * score, rows: 4000, cut: 0.95 }).verdict).toBe('reuse')
  })

  it('has no ranking where there is no gap', () => {
    const report = transfer({ chance: () => 1 })
    expect(report).toMatchObject({ verdict: 'retrain', apgr: null, apgrInterval: null })
    expect(report.undefinedBecause['apgr']).toContain('not better')
  })

  it('says false reuse of an unrelated router in at most about one of twenty samples', () => {
    const rng = createRng(3)
    const verdicts = Array.from({ length: 40 }, () => {
      const scores = Array.from({ length: 150 }, () => rng.next())
      const none = scores.map(() => undefined)
      const small = scores.map(() => (rng.next() < 0.7 ? 1 : 0))
      const log: TrialLog = {
        pair: { small: 's', large: 'l' },
        scores,
        small,
        large: scores.map(() => 1),
        labels: small,
        categories: none,
        smallCosts: none,
        largeCosts: none,
        smallLatencies: none,
        largeLatencies: none,
        levels: [],
        readsAnswers: false,
      }
      return assessTransfer({ log, gapsBefore: none, scoredBy: 'router' }, { seed: 1, resamples: 200 })
        .verdict
    })
    expect(verdicts.filter((verdict) => verdict !== 'retrain').length).toBeLessThanOrEqual(4)
  })
})

describe('judgeTransfer', () => {
  const sure = {
    scoredBy: 'router' as const,
    pearson: null,
    spearman: null,
    apgrInterval: [0.6, 0.7] as const,
    levels: [],
  }

  it('looks at the worst level that keeps something small', () => {
    const level = { delivered: 0.95, deliveredInterval: [0.93, 0.97] as const, costAdvantage: 0.5 }
    const kept = judgeTransfer({
      ...sure,
      levels: [
        { ...level, asked: 0.94 },
        { ...level, asked: 0.9 },
      ],
    })
    expect(kept).toMatchObject({ verdict: 'reuse', because: expect.stringContaining('within 2 points') })
    const broken = judgeTransfer({
      ...sure,
      levels: [
        { ...level, asked: 0.9 },
        { ...level, asked: 0.96 },
      ],
    })
    expect(broken.verdict).toBe('recalibrate')
    expect(broken.checks.at(-1)).toMatchObject({ low: 0.93, limit: 0.94, asked: 0.96 })
  })

  it('finds nothing to reuse in thresholds that keep nothing', () => {
    const idle = { asked: 0.9, delivered: 1, deliveredInterval: [1, 1] as const, costAdvantage: 0 }
    expect(judgeTransfer({ ...sure, levels: [idle] }).verdict).toBe('recalibrate')
  })

  it('asks more where gaps are the scores: 0.4 for training on them, 0.7 for calibrating on them, too', () => {
    const gaps = (low: number): string => {
      const found = { value: low + 0.05, interval: [low, low + 0.1] as const }
      return judgeTransfer({ ...sure, scoredBy: 'gaps', pearson: found, spearman: found }).verdict
    }
    expect([0.39, 0.41, 0.69, 0.71].map(gaps)).toEqual(['retrain', 'recalibrate', 'recalibrate', 'reuse'])
    expect(judgeTransfer({ ...sure, scoredBy: 'gaps' }).verdict).toBe('retrain')
  })

  it('reads the lower end of a correlation, not its value', () => {
    const wide = { value: 0.8, interval: [0.65, 0.9] as const }
    const narrow = { value: 0.75, interval: [0.72, 0.78] as const }
    expect(judgeTransfer({ ...sure, pearson: narrow, spearman: narrow }).verdict).toBe('reuse')
    expect(judgeTransfer({ ...sure, pearson: narrow, spearman: wide }).verdict).toBe('recalibrate')
    expect(
      judgeTransfer({ ...sure, pearson: { value: 0.9, interval: null }, spearman: narrow }).verdict,
    ).toBe('recalibrate')
  })
})
