/**
 * Fits the ex post estimates of a pool (score/pool-answers.ts) on rows where all models answered, and how far each state's estimates are
 * from those made when all have run: the covariances that cascade routing weighs continuations with.
 *
 *   covariance_A = mean of e e',   e_j = (q_j given A - q_j given all) / sqrt(q_j (1 - q_j)),  q_j given A
 *
 * Both on held-out rows: estimates before any answer are the cross-fitted ones given, those after are cross-fitted here.
 * Departures from arXiv:2410.10347: the division (a nearly certain estimate has nowhere to go), and no centring (estimates are calibrated).
 */
import type { StateCovariance } from '../decide/cascade-routing.ts'
import { fitRidgeLogistic } from '../math/ridge-logistic.ts'
import type { SignalName } from '../contract/score.ts'
import { poolFeatures, sharedFeatures, type PoolSight, type ReadAnswer } from '../score/pool-features.ts'
import { estimateQualities, type FeatureFit, type PoolAnswerParameters } from '../score/pool-answers.ts'

/** Models up to which every state has fits of its own: 2^5 - 1 states. */
const MOST_STATES = 5
/** Ridge on the standardised weights: from 0.003 to 0.03 it changes nothing on the recorded rows; above 0.1 estimates get worse. */
const RIDGE = 0.005

/** One row on which every model of the pool answered. */
export interface PoolAnswerRow {
  /** Ex ante estimates that have not seen the row, one per model. */
  readonly prior: readonly number[]
  /** One per model, by place. */
  readonly read: readonly ReadAnswer[]
  readonly qualities: readonly number[]
  /** Rows of a fold are never estimated by fits that saw one of them. */
  readonly fold: number
}

export interface PoolAnswerFit {
  readonly parameters: PoolAnswerParameters
  readonly covariances: readonly StateCovariance[]
  /** Of every row, estimates by fits that have not seen it, given the models of a state. Cost weights are learned on these. */
  readonly heldOut: (row: number, state: number) => readonly number[]
}

export interface PoolAnswerOptions {
  readonly models: readonly string[]
  readonly signal: SignalName
  /** Number of folds of the rows. At least 2. */
  readonly folds: number
}

export function fitPoolAnswers(rows: readonly PoolAnswerRow[], options: PoolAnswerOptions): PoolAnswerFit {
  const states = statesOf(options.models.length)
  const byFold = Array.from({ length: options.folds }, (_, fold) =>
    fitParameters(
      rows.filter((row) => row.fold !== fold),
      states,
      options,
    ),
  )
  const known = rows.map(() => new Map<number, readonly number[]>())
  const heldOut = (at: number, state: number): readonly number[] => {
    const row = rows[at]
    const parameters = byFold[row?.fold ?? -1]
    if (row === undefined || parameters === undefined || state === 0) return row?.prior ?? []
    const qualities = known[at]?.get(state) ?? estimateQualities(parameters, sightOf(row, state))
    known[at]?.set(state, qualities)
    return qualities
  }
  const estimatesAt = (state: number): readonly (readonly number[])[] =>
    rows.map((_, at) => heldOut(at, state))
  const final = estimatesAt(2 ** options.models.length - 1)
  return {
    parameters: fitParameters(rows, states, options),
    covariances: [0, ...states].map((state) => ({ state, values: covarianceOf(estimatesAt(state), final) })),
    heldOut,
  }
}

/** All states of a small pool; of a larger one those of one and of two answers, and all, by the shared fits. */
function statesOf(models: number): readonly number[] {
  const all = Array.from({ length: 2 ** Math.min(models, MOST_STATES) - 1 }, (_, i) => i + 1)
  if (models <= MOST_STATES) return all
  const singles = Array.from({ length: models }, (_, i) => 2 ** i)
  const pairs = singles.flatMap((one, i) => singles.slice(0, i).map((other) => one + other))
  return [...singles, ...pairs, 2 ** models - 1]
}

function sightOf({ prior, read }: PoolAnswerRow, state: number): PoolSight {
  return { prior, read: read.filter(({ place }) => hasPlace(state, place)) }
}

function hasPlace(state: number, place: number): boolean {
  return Math.floor(state / 2 ** place) % 2 === 1
}

function fitParameters(
  rows: readonly PoolAnswerRow[],
  states: readonly number[],
  { models, signal }: PoolAnswerOptions,
): PoolAnswerParameters {
  const targets = models.map((_, j) => Float64Array.from(rows, ({ qualities }) => qualities[j] ?? 0))
  const fitState = (state: number): readonly FeatureFit[] => {
    const features = rows.map((row) => poolFeatures(sightOf(row, state)))
    return targets.map((target) => fitFeatures(features, target))
  }
  const own = models.length <= MOST_STATES ? states : []
  return {
    models,
    signal,
    states: new Map(own.map((state) => [state, fitState(state)])),
    shared: models.map((_, j) =>
      fitShared(rows, states, { place: j, target: targets[j] ?? new Float64Array() }),
    ),
  }
}

interface Shared {
  readonly place: number
  readonly target: Float64Array
}

/** Each row in one state, in turn: all states count alike and no row counts twice. */
function fitShared(
  rows: readonly PoolAnswerRow[],
  states: readonly number[],
  { place, target }: Shared,
): FeatureFit {
  const features = rows.map((row, i) => sharedFeatures(sightOf(row, states[i % states.length] ?? 0), place))
  return fitFeatures(features, target)
}

function fitFeatures(rows: readonly (readonly number[])[], target: Float64Array): FeatureFit {
  const width = rows[0]?.length ?? 0
  const means = Array.from({ length: width }, (_, k) => meanOf(rows.map((row) => row[k] ?? Number.NaN)))
  const columns = means.map((mean, k) =>
    Float64Array.from(rows, (row) => {
      const value = row[k] ?? Number.NaN
      return Number.isNaN(value) ? mean : value
    }),
  )
  return { ...fitRidgeLogistic(columns, target, RIDGE), means }
}

/** Of the numbers there are; 0 without any. */
function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length
}

function covarianceOf(
  estimates: readonly (readonly number[])[],
  final: readonly (readonly number[])[],
): readonly number[] {
  const n = final[0]?.length ?? 0
  const sums = new Float64Array(n * n)
  estimates.forEach((row, i) => {
    const errors = row.map(
      (q, j) => (q - (final[i]?.[j] ?? q)) / Math.sqrt(Math.max(LEAST_SPREAD, q * (1 - q))),
    )
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++)
        sums[a * n + b] = (sums[a * n + b] ?? 0) + (errors[a] ?? 0) * (errors[b] ?? 0)
    }
  })
  return Array.from(sums, (sum) => sum / Math.max(1, estimates.length))
}

/** Keeps an estimate of exactly 0 or 1 from dividing by nothing. */
const LEAST_SPREAD = 1e-6
