/**
 * Fits the cascade of an artifact: an answer reader for the small model's answers, the family of cut-offs, and its quality levels in both
 * modes. Each query's place in the family is one number (decide/cascade-family.ts), so levels, promises and curves are made by the code
 * that makes the router's.
 */
import type { Calibration, LabelMethod } from '../contract/artifact.ts'
import type { Pair } from '../contract/candidate.ts'
import { WeirError } from '../contract/errors.ts'
import type { EncoderSpec } from '../contract/features.ts'
import type { CascadeArtifact } from '../contract/service-artifact.ts'
import { NEVER_KEPT, scoreCascade } from '../decide/cascade-family.ts'
import type { Reading, Seen } from '../estimate/components.ts'
import { toStoredForest } from '../estimate/stored-forest.ts'
import { toStoredTextReader } from '../estimate/stored-text-reader.ts'
import { auroc } from '../math/auroc.ts'
import { averagePgr } from '../math/average-pgr.ts'
import { expectedCalibrationError } from '../math/calibration-error.ts'
import { logLoss } from '../math/log-loss.ts'
import { createQualityCurve } from '../math/quality-curve.ts'
import { createCalibration } from './calibration.ts'
import { MIN_ROWS, type Example, type ReadAnswer } from './examples.ts'
import { fitAnswerReader, type FittedAnswerReader } from './fit-answer-reader.ts'
import { fitDraft } from './fit-draft.ts'
import { makeLabels } from './labels.ts'
import { createTrainingCurve } from './threshold-sequence.ts'

/** What training the router leaves behind; columns of equal length, one entry per training row. */
export interface Routed {
  readonly examples: readonly Example[]
  readonly seen: readonly Seen[]
  /** Out of fold. */
  readonly readings: readonly Reading[]
  readonly foldOf: Uint8Array
  /** Ex ante pSmall, cross-fitted. */
  readonly scores: ArrayLike<number>
  readonly isUnfamiliar: readonly boolean[]
}

export interface FitCascadeOptions extends Pick<Calibration, 'dataHash' | 'date' | 'seed' | 'delta'> {
  readonly pair: Pair
  readonly method: LabelMethod
  /** Of the trans label. */
  readonly relaxation: number
  readonly spec: EncoderSpec
  readonly onStep: (step: string) => Promise<void>
}

interface Row {
  readonly at: number
  readonly example: Example
  readonly answer: ReadAnswer
}

/** Throws `data.too_few` when hardly any row holds an answer of the small model. */
export async function fitCascade(routed: Routed, options: FitCascadeOptions): Promise<CascadeArtifact> {
  const rows = findRows(routed, options.pair)
  const pick = <T>(column: ArrayLike<T>): T[] => rows.map(({ at }) => column[at] as T)
  const pairs = rows.map(({ example: { outcome }, answer }) => ({
    smallScores: [answer.quality],
    largeScores: outcome.largeScores,
  }))
  const small = rows.map(({ answer }) => answer.quality)
  const large = rows.map(({ example }) => example.outcome.largeQuality)
  const labels = makeLabels(pairs, options.method, options.relaxation)
  const fitted = await fitAnswerReader(
    {
      answers: rows.map(({ answer }) => answer.features),
      questionReadings: pick(routed.readings),
      questionDense: pick(routed.seen).map(({ dense }) => dense),
      exchanges: rows.map(({ answer }) => answer.exchange),
      signals: rows.map(({ answer }) => answer.signals),
      smallQualities: Float64Array.from(small),
      largeQualities: Float64Array.from(large),
      labels,
      foldOf: Uint8Array.from(pick(routed.foldOf)),
    },
    options,
  )
  const costs = meanCosts(rows)
  const pSmall = pick(routed.scores)
  const unfamiliar = pick(routed.isUnfamiliar)
  const { probabilities } = fitted
  const plain = createTrainingCurve({ scores: probabilities, small, large })
  const family = fitDraft(
    { pSmall, pGoodEnough: probabilities },
    plain.thresholds,
    costs === null || costs.largeUsd === 0 ? null : costs.smallUsd / costs.largeUsd,
  )
  const scores = pSmall.map((p, row) =>
    unfamiliar[row] === true
      ? NEVER_KEPT
      : scoreCascade(family, { pSmall: p, pGoodEnough: probabilities[row] ?? 0 }),
  )
  const trials = { scores, small, large }
  const curve = createTrainingCurve(trials)
  const { dataHash, date, seed, delta } = options
  const meanQuality = { small: mean(small), large: mean(large) }
  return {
    rows: rows.length,
    meanQuality,
    signals: fitted.reader.signals.map(({ signal }) => signal),
    family,
    costs,
    crossValidation: {
      folds: new Set(routed.foldOf).size,
      apgr: averagePgr(createQualityCurve({ scores: probabilities, small, large })) ?? null,
      routerApgr: averagePgr(createQualityCurve({ scores: pSmall, small, large })) ?? null,
      auroc:
        auroc(
          probabilities,
          labels.map((label) => (label >= 0.5 ? 1 : 0)),
        ) ?? null,
      logLoss: logLoss(probabilities, labels),
      expectedCalibrationError: expectedCalibrationError(probabilities, labels),
    },
    trainingCurve: curve,
    calibration: createCalibration(trials, {
      source: 'cross-fitted',
      prior: { curve, rows: rows.length, meanQuality },
      dataHash,
      date,
      seed,
      delta,
    }),
    estimator: { name: 'answer-reader', parameters: toStored(fitted) },
  }
}

function findRows({ examples }: Routed, { small }: Pair): readonly Row[] {
  const rows = examples.flatMap((example, at) =>
    example.answer === undefined ? [] : [{ at, example, answer: example.answer }],
  )
  if (rows.length >= MIN_ROWS) return rows
  throw new WeirError(
    'data.too_few',
    `${rows.length} of ${examples.length} rows hold an answer of ${small} (response, answer or signals) with its score; a cascade reads ` +
      `answers and needs at least ${MIN_ROWS} of them: record with storeText, or train with --policy route`,
  )
}

function meanCosts(rows: readonly Row[]): CascadeArtifact['costs'] {
  const known = rows.flatMap(({ example: { outcome } }) =>
    outcome.smallCostUsd === undefined || outcome.largeCostUsd === undefined
      ? []
      : [{ small: outcome.smallCostUsd, large: outcome.largeCostUsd }],
  )
  if (known.length === 0) return null
  return {
    smallUsd: mean(known.map(({ small }) => small)),
    largeUsd: mean(known.map(({ large }) => large)),
    rows: known.length,
  }
}

function toStored({ view, linear, reader }: FittedAnswerReader): unknown {
  return { ...reader, text: toStoredTextReader({ view, linear }), forest: toStoredForest(reader.forest) }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
