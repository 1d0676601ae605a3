/**
 * Training for a pool of any number of models: composes request/, learn/ and the river's own choice, which do not know each other.
 *
 *   rows -> examples -> ground (view, folds, costs) -> method: predictor per fold and on all rows -> calibrated qualities
 *        -> what each cost weight would have done with the rows -> quality levels
 */
import type { Artifact } from './contract/artifact.ts'
import type { Pair } from './contract/candidate.ts'
import type { Embedder } from './contract/embedder.ts'
import { WeirError } from './contract/errors.ts'
import type { EncoderSpec } from './contract/features.ts'
import type { Outcome } from './contract/outcome.ts'
import type { PoolArtifact, PoolMember } from './contract/pool-artifact.ts'
import { readText, readWith, type Reading } from './embed.ts'
import { toStoredPool } from './estimate/stored-pool.ts'
import { DEFAULT_DELTA } from './learn/calibration.ts'
import { createPoolGround, fitPool, POOL_FOLDS, type PoolFit, type PoolGround } from './learn/fit-pool.ts'
import { FALSE_ALARM_RATE } from './learn/fit-familiarity.ts'
import { toPoolExamples, type PoolExample } from './learn/pool-examples.ts'
import { selectPoolLevels } from './learn/select-pool-levels.ts'
import { trySettings, weighings, type SettingRows, type Weighing } from './learn/select-settings.ts'
import { createTrainingCurve } from './learn/threshold-sequence.ts'
import { metricOf, sample, type TrainProgress } from './learn/train.ts'
import { averagePgr } from './math/average-pgr.ts'
import { expectedCalibrationError } from './math/calibration-error.ts'
import { sigmoid } from './math/logistic.ts'
import { logLoss } from './math/log-loss.ts'
import { createQualityCurve, type Trials } from './math/quality-curve.ts'
import type { PoolMethod } from './methods/pool-method.ts'
import { blend } from './methods/pool-blend.ts'
import { chooseAtSettings } from './pool-choice.ts'
import { VERSION } from './version.ts'

export interface TrainPoolOptions {
  /** At least two, each once. */
  readonly models: readonly string[]
  /** What levels are shares of, and where what cannot be decided goes: one of the models. Default: the best on the rows. */
  readonly reference?: string
  /** Default: the blend. */
  readonly method?: PoolMethod
  /**
   * Cost of a call of each model, in any unit, where rows say no money. Default: what the calls of the rows cost; for a pair without costs 0 and 1.
   */
  readonly callCosts?: Readonly<Record<string, number>>
  /** Its vectors join what the router reads; serving then needs the same one. Default: none. */
  readonly embedder?: Embedder
  readonly seed: number
  /** Train on this many rows, drawn by the seed. Default: all. */
  readonly rows?: number
  /** SHA-256 of the rows given, hex. */
  readonly dataHash: string
  /** UTC day of training, ISO 8601. Default: none is stored. */
  readonly date?: string
  /** Chance that the promise of a level is broken. Default 0.05. Range (0, 1). */
  readonly delta?: number
  readonly onProgress?: (progress: TrainProgress) => void | Promise<void>
  readonly signal?: AbortSignal
}

/** A pair as a pool of two in the order named, whatever the calls of the rows cost. */
export function namePair({
  small,
  large,
}: Pair): Pick<TrainPoolOptions, 'models' | 'callCosts' | 'reference'> {
  return { models: [small, large], callCosts: { [small]: 0, [large]: 1 }, reference: large }
}

/** What was learned with the rows it was learned from; `weir compare` fits several methods on one ground. */
export interface PoolLesson {
  readonly models: readonly string[]
  readonly reference: string
  readonly examples: readonly PoolExample[]
  readonly ground: PoolGround
  readonly encoder: EncoderSpec
  readonly costUnit: PoolArtifact['costUnit']
  /** In units of cost. */
  readonly rows: SettingRows
  readonly members: readonly PoolMember[]
}

/** Fits a router for a pool. Throws `data.model`, `data.too_few` when the rows cannot teach. */
export async function trainPool(rows: readonly Outcome[], options: TrainPoolOptions): Promise<Artifact> {
  const { method = blend, seed, signal, onProgress } = options
  let done = -1
  const begin = async (step: string): Promise<void> => {
    done += 1
    signal?.throwIfAborted()
    await onProgress?.({ step, done, total: POOL_FOLDS + 4 })
  }
  await begin('reading queries')
  const drawn = sample(rows, options)
  const reading = await readWith(options.embedder, drawn, (embedded, total) =>
    onProgress?.({ step: 'embedding queries', done: embedded, total }),
  )
  const lesson = createPoolLesson(drawn, { ...options, reading })
  const fit = await fitPool(lesson.ground, method, (fold) =>
    begin(fold < POOL_FOLDS ? `cross-validation, fold ${fold + 1} of ${POOL_FOLDS}` : 'fitting on all rows'),
  )
  await begin('selecting cost weights')
  const artifact = toPoolArtifact(lesson, fit, { ...options, method, metric: metricOf(rows), seed })
  await begin('done')
  return artifact
}

export interface PoolLessonOptions extends Pick<
  TrainPoolOptions,
  'models' | 'seed' | 'callCosts' | 'reference'
> {
  /** How rows are read (readWith). Default: text alone. */
  readonly reading?: Reading
}

/** Throws `cli.usage` for fewer than two models or one named twice, `data.too_few`, `data.model` for a pool of more than two without costs and for a model without one of `callCosts`. */
export function createPoolLesson(
  rows: readonly Outcome[],
  { models, seed, callCosts, reference, reading = readText() }: PoolLessonOptions,
): PoolLesson {
  if (models.length < 2 || new Set(models).size < models.length)
    throw new WeirError('cli.usage', `a pool needs at least two different models, got ${models.join(', ')}`)
  const { spec } = reading.encoder
  const read = toPoolExamples(rows, { models, ...reading })
  const fixed = findFixedCosts(read, models, callCosts)
  const order = sortByMean(models, fixed === undefined ? read.map(({ costsUsd }) => costsUsd ?? []) : [fixed])
  const sorted = order.map((place) => models[place] ?? '')
  const calls = fixed && order.map((place) => fixed[place] ?? 0)
  const examples = read.map((example) => reorder(example, order, fixed === undefined))
  const ground = createPoolGround(examples, { models: sorted, spec, seed })
  const setting: SettingRows = {
    qualities: ground.set.qualities,
    costs: Float64Array.from(examples.flatMap(({ costsUsd }) => calls ?? costsUsd ?? [])),
    models: models.length,
  }
  const members = sorted.map((model, j) => ({
    model,
    meanQuality: meanOfColumn(setting.qualities, j, models.length),
    meanCost: meanOfColumn(setting.costs, j, models.length),
  }))
  return {
    models: sorted,
    reference: reference ?? bestOf(members),
    examples,
    ground,
    encoder: spec,
    costUnit: calls === undefined ? 'usd' : 'calls',
    rows: setting,
    members,
  }
}

/** A pair without costs: the first model named is the small one. */
const CALLS: readonly number[] = [0, 1]

/** In the order of `models`; undefined when the rows say what each call cost. */
function findFixedCosts(
  examples: readonly PoolExample[],
  models: readonly string[],
  callCosts: TrainPoolOptions['callCosts'],
): readonly number[] | undefined {
  if (callCosts !== undefined) return models.map((model) => costOf(model, callCosts))
  if (examples.every(({ costsUsd }) => costsUsd !== null)) return undefined
  if (models.length > 2) throw unmetered(models)
  return CALLS
}

function costOf(model: string, callCosts: Readonly<Record<string, number>>): number {
  const cost = Object.hasOwn(callCosts, model) ? callCosts[model] : undefined
  if (cost !== undefined && cost >= 0 && cost < Infinity) return cost
  throw new WeirError(
    'data.model',
    `${model} needs the cost of a call, a number of at least 0, got ${String(cost)}`,
  )
}

/** Places of the models from cheap to dear. */
function sortByMean(models: readonly string[], costs: readonly (readonly number[])[]): readonly number[] {
  const mean = (place: number): number => costs.reduce((sum, one) => sum + (one[place] ?? 0), 0)
  return [...models.keys()].sort((a, b) => mean(a) - mean(b))
}

function reorder(example: PoolExample, order: readonly number[], keepsCosts: boolean): PoolExample {
  const { qualities, costsUsd } = example
  return {
    ...example,
    qualities: order.map((place) => qualities[place] ?? 0),
    costsUsd: keepsCosts && costsUsd !== null ? order.map((place) => costsUsd[place] ?? 0) : null,
  }
}

function unmetered(models: readonly string[]): WeirError {
  return new WeirError(
    'data.model',
    `a pool of more than two models weighs money, and not every row has the cost of ${models.join(', ')}; record costUsd, or say ` +
      'what a call of each costs',
  )
}

interface ArtifactParts extends Pick<TrainPoolOptions, 'seed' | 'dataHash' | 'date' | 'delta'> {
  readonly method: PoolMethod
  readonly metric: string
}

/** Chooses cost weights and quality levels by the estimates that have not seen the rows. */
export function toPoolArtifact(
  lesson: PoolLesson,
  fit: PoolFit,
  { method, metric, seed, dataHash, date, delta = DEFAULT_DELTA }: ArtifactParts,
): Artifact {
  const { members, reference, costUnit, rows, examples, ground } = lesson
  const place = members.findIndex(({ model }) => model === reference)
  const settings = weighings(members.at(-1)?.meanCost ?? 1)
  const trials = trySettings(rows, settings, createChooser(lesson, fit, settings))
  const levels = selectPoolLevels(trials, rows, { reference: place, delta, seed })
  const pair: Pair = { small: members[place === 0 ? 1 : 0]?.model ?? '', large: reference }
  const pairTrials = toPairTrials(lesson, fit, pair)
  const meanQuality = { small: meanOf(pairTrials.small), large: meanOf(pairTrials.large) }
  return {
    formatVersion: 1,
    method: method.name,
    pair,
    metric,
    encoder: lesson.encoder,
    training: {
      dataHash,
      rows: examples.length,
      seed,
      libraryVersion: VERSION,
      meanQuality,
      unfamiliar: { falseAlarmRate: FALSE_ALARM_RATE },
    },
    relaxation: null,
    crossValidation: {
      folds: POOL_FOLDS,
      apgr: averagePgr(createQualityCurve(pairTrials)) ?? null,
      auroc: null,
      logLoss: logLoss(fit.qualities, ground.set.qualities),
      expectedCalibrationError: expectedCalibrationError(fit.qualities, ground.set.qualities),
      taskTableApgr: null,
    },
    trainingCurve: createTrainingCurve(pairTrials),
    calibration: {
      source: 'cross-fitted',
      guarantee: 'asymptotic',
      rows: examples.length,
      dataHash,
      date: date ?? null,
      seed,
      delta,
      meanQuality,
      levels,
    },
    estimator: { name: 'pool', parameters: toStoredPool(fit.parameters) },
    pool: {
      members,
      reference,
      costUnit,
      settings: trials.map(({ chosen: _chosen, ...setting }) => setting),
    },
  }
}

/** The policy's own choice among estimates that have not seen the row; unfamiliar rows go to the reference, as they will. */
function createChooser(
  { models, members, reference, costUnit, ground }: PoolLesson,
  { qualities, costsUsd }: PoolFit,
  settings: readonly Weighing[],
): (row: number, weighing: Weighing) => number {
  const width = models.length
  const pool = { members, reference, costUnit }
  const { isUnfamiliar } = ground.familiarity
  const chosen = Array.from({ length: qualities.length / width }, (_, row) => {
    const estimates = models.map((model, j) => ({
      model,
      quality: qualities[row * width + j] ?? 0,
      ...(costsUsd === null ? {} : { costUsd: costsUsd[row * width + j] ?? 0 }),
    }))
    return chooseAtSettings(pool, { estimates, isUnfamiliar: isUnfamiliar[row] === true }, settings)
  })
  const placeOf = new Map(settings.map((setting, place) => [setting, place]))
  return (row, weighing) => models.indexOf(chosen[row]?.[placeOf.get(weighing) ?? 0] ?? reference)
}

function toPairTrials(
  { models, rows }: PoolLesson,
  { qualities, strengths }: PoolFit,
  { small, large }: Pair,
): Trials {
  const width = models.length
  const [from, to] = [models.indexOf(small), models.indexOf(large)]
  const column = (values: ArrayLike<number>, place: number): Float64Array =>
    Float64Array.from({ length: values.length / width }, (_, row) => values[row * width + place] ?? 0)
  const believed = strengths ?? qualities
  const [a, b] = [column(believed, from), column(believed, to)]
  return {
    // As createPairView says it of a query.
    scores: a.map((one, row) =>
      strengths === null ? (1 + one - (b[row] ?? 0)) / 2 : sigmoid(one - (b[row] ?? 0)),
    ),
    small: column(rows.qualities, from),
    large: column(rows.qualities, to),
  }
}

/** The cheapest of the best. */
function bestOf(members: readonly PoolMember[]): string {
  return members.reduce((best, one) => (one.meanQuality > best.meanQuality ? one : best)).model
}

function meanOfColumn(values: ArrayLike<number>, column: number, width: number): number {
  let sum = 0
  for (let i = column; i < values.length; i += width) sum += values[i] ?? 0
  return (sum * width) / values.length
}

function meanOf(values: ArrayLike<number>): number {
  return meanOfColumn(values, 0, 1)
}
