/**
 * Confidence signals of cascades on recorded log-probabilities: escalation curves, calibration from 50 labels, abstention. Every row goes through
 * replay() of a river with the cascade policy; the calibration of each model is fitted on the source's training rows and measured on its test rows.
 *
 * Intervals: 95%, test rows drawn with replacement. Fits and cut-offs never see the test rows; where p = 1 is put
 * (score/confidence.ts) and the self-check's transform were settled with their figures in view, and move no verdict.
 */
import { join } from 'node:path'
import {
  averagePgr,
  bootstrap,
  calibrateConfidence,
  callPerformanceThreshold,
  createQualityCurve,
  createRng,
  fitConfidence,
  shuffle,
  type Draw,
  type LabelledConfidence,
  type Outcome,
  type QualityCurve,
  type Replayed,
  type Trials,
} from '@weir/core'
import { errorOfBins } from '../../packages/core/src/math/calibration-error.ts'
import { equalMassBins } from '../../packages/core/src/math/equal-mass-bins.ts'
import { readOutcomes } from '../../packages/weir/src/record/outcome-file.ts'
import { DATA, hashOf } from '../recorded.ts'
import {
  ABSTAINED,
  ABSTAINING,
  BINS,
  CATEGORIES,
  CURVES,
  DRAWS,
  FITS,
  LABELS,
  OTHERS,
  RESAMPLES,
  SEED,
  TABLED,
  type Abstention,
  type AbstentionResult,
  type AbstentionRow,
  type CalibrationResult,
  type CalibrationRow,
  type CurveCase,
  type CurveResult,
  type CurveStatistics,
  type Fit,
  type Result,
} from './cascade-signals-cases.ts'
import { measureOthers } from './cascade-other-signals.ts'
import { renderCascadeSignals } from './cascade-signals-page.ts'
import { createConfidenceRiver, readConfidences, replayRows } from './confidence-river.ts'
import { createSection, deviation, mean, type Section } from './section.ts'

interface Part {
  readonly training: readonly Outcome[]
  readonly test: readonly Outcome[]
}

/** The source's own split, which its row names tell. */
async function readPart(category: string): Promise<Part> {
  const part = { training: [] as Outcome[], test: [] as Outcome[] }
  for await (const row of readOutcomes([join(DATA, 'rational-cascades-a.jsonl.gz')])) {
    if (row.category === category) part[row.id.includes('-train-') ? 'training' : 'test'].push(row)
  }
  return part
}

/** Quality at a share kept small, on the line between the two nearest points: answers with equal signals at random. */
export function qualityAt({ costAdvantage, quality }: QualityCurve, kept: number): number {
  const after = costAdvantage.findIndex((value) => value >= kept)
  const [left, right] = [costAdvantage[after - 1] ?? 0, costAdvantage[after] ?? 0]
  const along = right > left ? (kept - left) / (right - left) : 1
  const [before, behind] = [quality[Math.max(0, after - 1)] ?? 0, quality[after] ?? 0]
  return before + along * (behind - before)
}

function statisticsOf(curve: QualityCurve): CurveStatistics {
  return { at20: qualityAt(curve, 0.8), at50: qualityAt(curve, 0.5), apgr: averagePgr(curve) ?? Number.NaN }
}

function scoreOf({ attempts: [drafted], row }: Replayed): number {
  const p = drafted?.score?.pGoodEnough
  if (p === undefined || p === null) throw new Error(`row ${row.id} was not judged`)
  return p
}

function qualityOf(replayed: Replayed): number {
  const { accepted, row } = replayed
  if (accepted?.quality === undefined) throw new Error(`row ${row.id} was not answered`)
  return accepted.quality
}

async function measureCurve(of: CurveCase): Promise<CurveResult> {
  const { training, test } = await readPart(of.category)
  const labelled = await readConfidences(training, of.small)
  const calibrations = { [of.small]: fitConfidence(labelled, { signal: 'logprob' }) }
  const replayAt = (accept: number): Promise<readonly Replayed[]> =>
    replayRows(
      createConfidenceRiver(
        [
          { model: of.small, accept },
          { model: of.large, accept: 0 },
        ],
        calibrations,
      ),
      test,
    )
  const all = await replayAt(1)
  const trials: Trials = {
    scores: all.map(scoreOf),
    small: all.map(({ attempts: [drafted] }) => drafted?.quality ?? Number.NaN),
    large: all.map(qualityOf),
  }
  const curve = createQualityCurve(trials)
  const intervals = bootstrap(
    test.length,
    (draw: Draw) => ({ ...statisticsOf(createQualityCurve(trials, draw)) }),
    { seed: SEED, resamples: RESAMPLES },
  )
  const least = callPerformanceThreshold(curve, 1)
  return {
    kind: 'curve',
    of,
    rows: test.length,
    dataHash: hashOf(test),
    labels: labelled.length,
    small: curve.quality.at(-1) ?? Number.NaN,
    large: curve.quality[0] ?? Number.NaN,
    measured: statisticsOf(curve),
    least: least === undefined || least === 1 ? null : least,
    intervals: { at20: intervals.at20 ?? null, at50: intervals.at50 ?? null, apgr: intervals.apgr ?? null },
    ...describeTies(trials),
    ...(await compareWithCuts(curve, replayAt)),
  }
}

/** What an order inside the largest group of equal scores could make of the APGR: the answers that gain most first, or last. */
function describeTies({ scores, small, large }: Trials): Pick<CurveResult, 'tied' | 'apgrOfOrders'> {
  const counts = new Map<number, number>()
  for (const score of Array.from(scores)) counts.set(score, (counts.get(score) ?? 0) + 1)
  const gain = (i: number): number => (large[i] ?? 0) - (small[i] ?? 0)
  const apgrOf = (sign: number): number =>
    averagePgr(
      // A step far below the distance of any two scores, so that only equal ones are parted.
      createQualityCurve({
        scores: Array.from(scores, (score, i) => score - sign * gain(i) * 1e-12),
        small,
        large,
      }),
    ) ?? Number.NaN
  return { tied: Math.max(...counts.values()) / scores.length, apgrOfOrders: [apgrOf(-1), apgrOf(1)] }
}

const CUTS = 9

/** The same rows served again at cut-offs along the curve: what a live cascade would do there, against what the curve says. */
async function compareWithCuts(
  { thresholds, costAdvantage, quality }: QualityCurve,
  replayAt: (accept: number) => Promise<readonly Replayed[]>,
): Promise<Pick<CurveResult, 'cuts' | 'difference'>> {
  let difference = 0
  for (let cut = 1; cut <= CUTS; cut++) {
    const at = Math.round((cut * (thresholds.length - 1)) / (CUTS + 1))
    const replayed = await replayAt(thresholds[at] ?? 1)
    const kept = replayed.filter(({ attempts }) => attempts.length === 1).length / replayed.length
    difference = Math.max(
      difference,
      Math.abs(kept - (costAdvantage[at] ?? Number.NaN)),
      Math.abs(mean(replayed.map(qualityOf)) - (quality[at] ?? Number.NaN)),
    )
  }
  return { cuts: CUTS, difference }
}

function fitAs(rows: readonly LabelledConfidence[], fit: Fit): ReturnType<typeof fitConfidence> {
  return fitConfidence(rows, {
    signal: 'logprob',
    ...(fit === 'isotonic' ? { kind: 'isotonic' } : { transform: fit }),
  })
}

function errorOf(probabilities: readonly number[], test: readonly LabelledConfidence[]): number {
  const labels = test.map(({ label }) => label)
  return errorOfBins(equalMassBins(probabilities, labels, BINS))
}

async function measureCalibration(): Promise<CalibrationResult> {
  const rows: CalibrationRow[] = []
  for (const category of CATEGORIES) {
    const part = await readPart(category)
    for (const model of [...TABLED, ...OTHERS]) {
      const training = await readConfidences(part.training, model)
      const test = await readConfidences(part.test, model)
      const errorsOf = (fit: Fit): readonly [number, number] => {
        const errors = Array.from({ length: DRAWS }, (_, draw) => {
          const calibration = fitAs(shuffle(createRng(SEED + draw), training).slice(0, LABELS), fit)
          return errorOf(
            test.map(({ value }) => calibrateConfidence(calibration, value)),
            test,
          )
        })
        return [mean(errors), deviation(errors) / Math.sqrt(DRAWS)]
      }
      rows.push({
        category,
        model,
        raw: errorOf(
          test.map(({ value }) => Math.exp(value)),
          test,
        ),
        error: Object.fromEntries(FITS.map((fit) => [fit, errorsOf(fit)])) as CalibrationRow['error'],
      })
      process.stderr.write(`calibration: ${category} ${model}\n`)
    }
  }
  return { kind: 'calibration', rows }
}

/** The value below which a share of the others lies. */
function cutAt(scores: readonly number[], share: number): number {
  const sorted = scores.toSorted((a, b) => a - b)
  return sorted[Math.round(share * sorted.length)] ?? 1
}

async function measureAbstention(): Promise<AbstentionResult> {
  const rows: AbstentionRow[] = []
  for (const category of CATEGORIES) {
    const { training, test } = await readPart(category)
    for (const model of ABSTAINING) {
      const calibration = fitConfidence(await readConfidences(training, model), { signal: 'logprob' })
      const replayAt = (cut: number, of: readonly Outcome[]): Promise<readonly Replayed[]> =>
        replayRows(createConfidenceRiver([{ model, accept: cut, reject: cut }], { [model]: calibration }), of)
      const scoresOf = async (of: readonly Outcome[]): Promise<readonly number[]> =>
        (await replayAt(1e-9, of)).map(scoreOf)
      const abstain = async (cut: number): Promise<Abstention> =>
        describeAbstention(await replayAt(cut, test))
      const tested = await abstain(cutAt(await scoresOf(test), ABSTAINED))
      const labelled = await abstain(cutAt(await scoresOf(training), ABSTAINED))
      rows.push({ category, model, error: errorRate(await replayAt(1e-9, test)), tested, labelled })
    }
  }
  return { kind: 'abstention', rows }
}

function errorRate(replayed: readonly Replayed[]): number {
  return 1 - mean(replayed.map(({ attempts: [attempt] }) => attempt?.quality ?? Number.NaN))
}

function describeAbstention(replayed: readonly Replayed[]): Abstention {
  const given = replayed.filter(({ abstained }) => !abstained)
  const error = errorRate(given)
  const quality = replayed.map(({ attempts: [attempt] }) => attempt?.quality ?? 0)
  const isGiven = replayed.map(({ abstained }) => (abstained ? 0 : 1))
  const { reduction } = bootstrap(
    replayed.length,
    (draw: Draw) => ({ reduction: reductionOf(quality, isGiven, draw) }),
    {
      seed: SEED,
      resamples: RESAMPLES,
    },
  )
  return {
    share: 1 - given.length / replayed.length,
    error,
    reduction: 1 - error / errorRate(replayed),
    interval: reduction ?? null,
  }
}

function reductionOf(quality: readonly number[], isGiven: readonly number[], draw: Draw): number | undefined {
  const all = { count: 0, wrong: 0 }
  const given = { count: 0, wrong: 0 }
  for (const [i, one] of quality.entries()) {
    const copies = draw[i] ?? 0
    all.count += copies
    all.wrong += copies * (1 - one)
    given.count += copies * (isGiven[i] ?? 0)
    given.wrong += copies * (isGiven[i] ?? 0) * (1 - one)
  }
  return all.wrong === 0 || given.count === 0
    ? undefined
    : 1 - given.wrong / given.count / (all.wrong / all.count)
}

async function measure(name: string): Promise<Result> {
  if (name === 'calibration') return measureCalibration()
  if (name === 'abstention') return measureAbstention()
  if (name === 'others') return measureOthers()
  const of = CURVES.find((one) => one.name === name)
  if (of === undefined) throw new Error(`no case ${name}`)
  return measureCurve(of)
}

export const cascadeSignals: Section = createSection<Result>({
  name: 'cascade-signals',
  issue: 4,
  cases: [...CURVES.map(({ name }) => name), 'calibration', 'abstention', 'others'],
  measure,
  render: renderCascadeSignals,
})
