/**
 * What the cascade results share: recorded rows with log-probabilities and metered costs, halves of them, calibrated confidences, and policies
 * replayed through the one serve loop, so that money is the sum over every call made, rejected answers and checks among them.
 */
import { join } from 'node:path'
import {
  calibrateConfidence,
  createConfidenceEstimator,
  fitConfidence,
  replay,
  signalsOf,
  spent,
  type CandidateRows,
  type ConfidenceCalibration,
  type Encoder,
  type OperatingPoint,
  type Outcome,
  type Policy,
  type RecordedAttempt,
  type River,
  type Scorer,
} from '@weir/core'
import { readOutcomes } from '../../packages/weir/src/record/outcome-file.ts'
import { DATA, placeOf } from '../recorded.ts'

export const CASCADE_FILE = 'rational-cascades-a'
export const CASCADE_SEEDS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/** `set`: a category of the file, as "mmlu". */
export async function readCascadeRows(set: string): Promise<readonly Outcome[]> {
  const rows: Outcome[] = []
  for await (const row of readOutcomes([join(DATA, `${CASCADE_FILE}.jsonl.gz`)])) {
    if (row.category === set) rows.push(row)
  }
  return rows
}

export interface Halves {
  readonly training: readonly Outcome[]
  readonly tested: readonly Outcome[]
}

/** By question text, so that none is on both sides; in random order inside. The source's own split is pooled. */
export function halve(rows: readonly Outcome[], seed: number): Halves {
  const placed = rows
    .map((row) => ({ row, at: placeOf(row, `cascade ${seed}`) }))
    .toSorted((a, b) => a.at - b.at)
  return {
    training: placed.filter(({ at }) => at < 0.5).map(({ row }) => row),
    tested: placed.filter(({ at }) => at >= 0.5).map(({ row }) => row),
  }
}

export type Calibrations = Readonly<Record<string, ConfidenceCalibration>>

/** Tail-log Platt on the log-probability, each model by itself. */
export function calibrateModels(rows: readonly Outcome[], models: readonly string[]): Calibrations {
  return Object.fromEntries(
    models.map((model) => {
      const labelled = rows.flatMap((row) => {
        const { score } = row.models[model] ?? {}
        const value = signalsOf(row.models[model] ?? {}).logprob
        return score === undefined || value === undefined ? [] : [{ value, label: score }]
      })
      return [model, fitConfidence(labelled, { signal: 'logprob' })]
    }),
  )
}

export function toCandidateRows(
  rows: readonly Outcome[],
  calibrations: Calibrations,
): readonly CandidateRows[] {
  return Object.entries(calibrations).map(([model, calibration]) => ({
    model,
    pGoodEnough: rows.map((row) => {
      const value = signalsOf(row.models[model] ?? {}).logprob
      return value === undefined ? -1 : calibrateConfidence(calibration, value)
    }),
    quality: rows.map((row) => row.models[model]?.score ?? 0),
    costUsd: rows.map((row) => row.models[model]?.costUsd ?? 0),
  }))
}

/** Nothing here decides from the text. */
const BLANK: Encoder = {
  spec: { name: 'blank', version: 1, buckets: 0, channels: [], surface: [] },
  encode: () => ({
    indices: new Uint32Array(),
    values: new Float32Array(),
    surface: new Float32Array(),
    truncated: false,
  }),
}

const POINT: OperatingPoint = {
  quality: 1,
  mode: 'estimate',
  threshold: null,
  expectedCostAdvantage: 0,
  expectedQuality: 1,
}

export interface ReplayOptions {
  readonly models: readonly string[]
  /** Asked anew for every row: a policy with a memory gets its latest one. */
  readonly createPolicy: () => Policy
  /** Default: none, nothing is calibrated. */
  readonly calibrations?: Calibrations
  /** Asked for what the row does not hold. */
  readonly scorers?: readonly Scorer[]
  readonly onServed?: (attempts: readonly RecordedAttempt[]) => void
}

export interface Tally {
  /** Mean over the answered. */
  readonly quality: number
  /** Mean over all, USD. */
  readonly costUsd: number
  /** Share of the queries for which more than the first of `models` was called. */
  readonly escalated: number
  readonly abstained: number
}

export async function replayPolicy(rows: readonly Outcome[], options: ReplayOptions): Promise<Tally> {
  const { models, createPolicy, calibrations = {}, scorers = [], onServed } = options
  const river: River = {
    pair: { small: models[0] ?? '', large: models.at(-1) ?? '' },
    candidates: models.map((model) => ({ model })),
    encoder: BLANK,
    estimator: { name: 'blank', estimate: () => ({ pSmall: 0 }) },
    levels: { promise: [POINT], estimate: [POINT] },
    mode: 'estimate',
    confidence: 0,
    services: {
      cascade: {
        levels: { promise: [POINT], estimate: [POINT] },
        confidence: 0,
        scoring: { scorers, estimator: createConfidenceEstimator(calibrations) },
        createPolicy,
      },
    },
  }
  let [quality, usd, escalated, answered] = [0, 0, 0, 0]
  for (const row of rows) {
    const served = await replay(river, row, { kind: 'quality', quality: 1, policy: 'cascade' })
    if (served === undefined) throw new Error(`row ${row.id} holds no text`)
    onServed?.(served.attempts)
    usd += spent(served.attempts).usd
    if (served.attempts.some(({ model }) => model !== models[0])) escalated += 1
    if (served.accepted === undefined) continue
    answered += 1
    quality += served.accepted.quality ?? 0
  }
  return {
    quality: quality / answered,
    costUsd: usd / rows.length,
    escalated: escalated / rows.length,
    abstained: 1 - answered / rows.length,
  }
}

export function meanOf(rows: readonly Outcome[], read: (row: Outcome) => number | undefined): number {
  return rows.reduce((sum, row) => sum + (read(row) ?? 0), 0) / rows.length
}
