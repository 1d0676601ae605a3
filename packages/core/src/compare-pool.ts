/**
 * Comparison of methods over a pool of models: the same splits, the same training rows and one lesson for all of them, decided by the code that
 * serves.
 *
 *   rows -> splits by question -> per split: one lesson; per method: fit, save, load, estimate the tested rows once, choose at every cost weight
 *        -> statistics and tests
 *
 * Composes learn/, the river and evaluate/, which do not know each other. What a method learned is let go of as soon as it has chosen.
 */
import { loadArtifact, saveArtifact } from './contract/artifact-file.ts'
import { WeirError } from './contract/errors.ts'
import type { CandidateEstimate } from './contract/estimate.ts'
import type { Outcome } from './contract/outcome.ts'
import { qualityOf } from './contract/pair-outcome.ts'
import type { PoolArtifact } from './contract/pool-artifact.ts'
import { questionOf } from './contract/question.ts'
import { createPoolComparison } from './evaluate/create-pool-comparison.ts'
import type { ComparisonOptions } from './evaluate/create-comparison.ts'
import type { LabelShare, PoolComparison } from './evaluate/pool-comparison.ts'
import type {
  BudgetTrials,
  PoolComparisonTrials,
  PoolMethodTrials,
  PoolSplitTrials,
} from './evaluate/pool-trials.ts'
import { choiceEntropyBits } from './evaluate/router-eval.ts'
import { splitRows, type Split, type SplitPlan } from './evaluate/splits.ts'
import { fitTaskTable } from './evaluate/task-table.ts'
import { fitPool } from './learn/fit-pool.ts'
import { weightWithin } from './decide/weight-within.ts'
import { weighings } from './learn/select-settings.ts'
import { expectedCalibrationError } from './math/calibration-error.ts'
import { createRng, shuffle } from './math/rng.ts'
import type { PoolMethod } from './methods/pool-method.ts'
import { chooseAtSettings, chooseAtWeight, type Believed } from './pool-choice.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide, type River } from './serve.ts'
import { BUDGET_SHARES, measureStability } from './stability.ts'
import { createPoolLesson, toPoolArtifact, type PoolLesson } from './train-pool.ts'

/** Fewest different questions a split must test: with fewer no interval says anything. */
const MIN_TESTED = 20
/** Decisions made before any is timed: a new estimator is slow until it is warm. */
const WARM_UP = 50

export interface ComparePoolOptions extends ComparisonOptions {
  /** At least two, each once. A pair without costs: the small one first. */
  readonly models: readonly string[]
  /** As TrainPoolOptions.callCosts. */
  readonly callCosts?: Readonly<Record<string, number>>
  /** At least one; the others are held against the first. */
  readonly methods: readonly PoolMethod[]
  /** Each gives the splits of its plan and seeds the training on them. At least one. */
  readonly seeds: readonly number[]
  readonly plan: SplitPlan
  /** Train on this many rows of the training side, drawn by the seed. Default: all. */
  readonly trainingRows?: number
  /** Also train on these shares of each split's training rows, drawn by the seed, each part holding the smaller ones. In (0, 1). Default: none. */
  readonly labelShares?: readonly number[]
  /** Also perturb this many tested rows of each split and see which decisions stay. Default 0. */
  readonly stabilityRows?: number
  /** Identifies the rows. */
  readonly dataHash: string
  /** Milliseconds since any moment; without it nothing is timed. */
  readonly now?: () => number
  /** Called between steps; awaited, so that it may let the event loop turn and may throw to stop. */
  readonly onProgress?: (progress: {
    /** From 0; `splits` when intervals are being computed. */
    readonly split: number
    readonly splits: number
    readonly method: string
    readonly step: string
  }) => void | Promise<void>
}

/**
 * Throws `data.model` when no row has text and a score of every model, or when a pool of more than two has rows without costs, `data.too_few`
 * when a split would test too few questions, and what training throws when a split's rows cannot teach.
 */
export async function comparePool(
  rows: readonly Outcome[],
  options: ComparePoolOptions,
): Promise<PoolComparison> {
  const table = readRows(rows, options)
  const splits = options.seeds.flatMap((seed) => splitRows(table.questions, options.plan, seed))
  checkTested(splits, table)
  const compareShare = async (share: number): Promise<PoolComparison> => {
    const measured: PoolSplitTrials[] = []
    for (const [at, split] of splits.entries()) {
      const report = async (method: string, step: string): Promise<void> =>
        options.onProgress?.({ split: at, splits: splits.length, method, step: nameStep(step, share) })
      measured.push(await runSplit({ table, split, options, share, report }))
    }
    await options.onProgress?.({ split: splits.length, splits: splits.length, method: '', step: 'intervals' })
    return createPoolComparison(
      toTrials(table, measured, options),
      share === 1 ? options : { ...options, resamples: 0 },
    )
  }
  const whole = await compareShare(1)
  const labelShares: LabelShare[] = []
  for (const share of options.labelShares ?? [])
    labelShares.push(toLabelShare(share, await compareShare(share)))
  if (labelShares.length > 0) labelShares.push(toLabelShare(1, whole))
  return { ...whole, labelShares }
}

function nameStep(step: string, share: number): string {
  return share === 1 ? step : `${step} (${share} of the rows)`
}

function toLabelShare(share: number, { splits, systems }: PoolComparison): LabelShare {
  return {
    share,
    trainingRows: splits.map(({ trainingRows }) => trainingRows),
    methods: systems
      .filter(({ kind }) => kind === 'method')
      .map(({ name, statistics }) => ({ name, statistics })),
  }
}

/** Rows that teach and can be tested. */
interface PoolRows {
  /** Cheap to dear by their means on these rows. */
  readonly models: readonly string[]
  readonly costUnit: PoolArtifact['costUnit']
  /** Without costs where `costUnit` is `calls`. */
  readonly rows: readonly Outcome[]
  readonly questions: readonly string[]
  /** Rows x models, row-major. */
  readonly qualities: Float64Array
  readonly costs: Float64Array
  readonly latenciesMs: Float64Array | null
}

function readRows(
  all: readonly Outcome[],
  { models, callCosts }: Pick<ComparePoolOptions, 'models' | 'callCosts'>,
): PoolRows {
  const read = all.flatMap((row) => {
    const query = queryFromOutcome(row)
    const isJudged = models.every(
      (model) => Object.hasOwn(row.models, model) && qualityOf(row.models[model] ?? {}) !== undefined,
    )
    return query === undefined || !isJudged ? [] : [{ row: only(row, models), question: questionOf(query) }]
  })
  if (read.length === 0) throw noRows(all, models)
  const rows = read.map(({ row }) => row)
  const isMetered =
    callCosts === undefined &&
    rows.every((row) => models.every((model) => row.models[model]?.costUsd !== undefined))
  if (!isMetered && callCosts === undefined && models.length > 2) throw unmetered(models)
  const priceOf = (row: Outcome, model: string): number =>
    isMetered ? (row.models[model]?.costUsd ?? 0) : (callCosts?.[model] ?? models.indexOf(model))
  const order = sortByCost(rows, models, priceOf)
  const column = (of: (row: Outcome, model: string) => number): Float64Array =>
    Float64Array.from(rows.flatMap((row) => order.map((model) => of(row, model))))
  const isTimed = rows.every((row) => models.every((model) => row.models[model]?.latencyMs !== undefined))
  return {
    models: order,
    costUnit: isMetered ? 'usd' : 'calls',
    rows: isMetered ? rows : rows.map(withoutCosts),
    questions: read.map(({ question }) => question),
    qualities: column((row, model) => qualityOf(row.models[model] ?? {}) ?? 0),
    costs: column(priceOf),
    latenciesMs: isTimed ? column((row, model) => row.models[model]?.latencyMs ?? 0) : null,
  }
}

function only(row: Outcome, models: readonly string[]): Outcome {
  return { ...row, models: Object.fromEntries(models.map((model) => [model, row.models[model] ?? {}])) }
}

function withoutCosts(row: Outcome): Outcome {
  const models = Object.entries(row.models).map(([model, { costUsd: _costUsd, ...outcome }]) => [
    model,
    outcome,
  ])
  return { ...row, models: Object.fromEntries(models) as Outcome['models'] }
}

function sortByCost(
  rows: readonly Outcome[],
  models: readonly string[],
  priceOf: (row: Outcome, model: string) => number,
): readonly string[] {
  const totals = new Map(
    models.map((model) => [model, rows.reduce((sum, row) => sum + priceOf(row, model), 0)]),
  )
  return models.toSorted((a, b) => (totals.get(a) ?? 0) - (totals.get(b) ?? 0))
}

function noRows(rows: readonly Outcome[], models: readonly string[]): WeirError {
  const known = [...new Set(rows.flatMap((row) => Object.keys(row.models)))].slice(0, 12).join(', ')
  return new WeirError(
    'data.model',
    `no row with text has a score for each of ${models.join(', ')}; models in the data: ${known || 'none'}. Name some of them with --models`,
  )
}

function unmetered(models: readonly string[]): WeirError {
  return new WeirError(
    'data.model',
    `a pool of more than two models weighs money, and not every row has the cost of ${models.join(', ')}; record costUsd, or say ` +
      'what a call of each costs',
  )
}

function checkTested(splits: readonly Split[], { questions }: PoolRows): void {
  for (const { seed, tested } of splits) {
    const different = new Set(tested.map((row) => questions[row])).size
    if (different >= MIN_TESTED) continue
    throw new WeirError(
      'data.too_few',
      `a split of seed ${seed} would test ${different} different texts; at least ${MIN_TESTED} are needed: collect more outcomes, use ` +
        'fewer folds, or train on a smaller share',
    )
  }
}

interface SplitRun {
  readonly table: PoolRows
  readonly split: Split
  readonly options: ComparePoolOptions
  /** Of the training rows. */
  readonly share: number
  readonly report: (method: string, step: string) => Promise<void>
}

async function runSplit({ table, split, options, share, report }: SplitRun): Promise<PoolSplitTrials> {
  const whole = Math.min(options.trainingRows ?? Infinity, split.training.length)
  const training = draw(split, Math.round(share * whole))
  const began = options.now?.()
  await report('', 'reading queries')
  const lesson = createPoolLesson(
    training.flatMap((row) => table.rows[row] ?? []),
    {
      models: table.models,
      seed: split.seed,
      ...(options.callCosts === undefined ? {} : { callCosts: options.callCosts }),
    },
  )
  const lessonSeconds = secondsSince(began, options)
  const methods: PoolMethodTrials[] = []
  for (const method of options.methods)
    methods.push(await runMethod(method, { table, split, options, share, report, lesson }))
  const dearest = lesson.members.at(-1)?.meanCost ?? 1
  return {
    seed: split.seed,
    trainingRows: training.length,
    tested: split.tested,
    costWeights: weighings(dearest).map(({ costWeight }) => costWeight),
    dearest,
    bestSingle: findBestSingle(table, lesson),
    table: chooseByCategory({ table, training, split, lesson }),
    lessonSeconds,
    methods,
  }
}

/** Keeps the drawn rows in the order they had. */
function draw({ training, seed }: Split, rows: number): readonly number[] {
  if (rows >= training.length) return training
  const drawn = new Set(shuffle(createRng(seed), training).slice(0, rows))
  return training.filter((row) => drawn.has(row))
}

function secondsSince(began: number | undefined, { now }: ComparePoolOptions): number | null {
  return began === undefined || now === undefined ? null : (now() - began) / 1000
}

/** Place of the best model on the training rows. */
function findBestSingle({ models }: PoolRows, { members }: PoolLesson): number {
  const best = members.reduce((most, one) => (one.meanQuality > most.meanQuality ? one : most))
  return models.indexOf(best.model)
}

interface MethodRun extends SplitRun {
  readonly lesson: PoolLesson
}

/** Fitted, saved and loaded before it decides: an offline number is about the file that would be served. */
async function runMethod(method: PoolMethod, run: MethodRun): Promise<PoolMethodTrials> {
  const { table, split, options, report, lesson } = run
  await report(method.name, 'fitting')
  const began = options.now?.()
  const fit = await fitPool(lesson.ground, method, () => report(method.name, 'fitting'))
  const saved = saveArtifact(
    toPoolArtifact(lesson, fit, { method, metric: 'quality', seed: split.seed, dataHash: options.dataHash }),
  )
  const trainingSeconds = secondsSince(began, options)
  await report(method.name, 'deciding')
  const artifact = loadArtifact(saved)
  const { pool } = artifact
  if (pool === undefined)
    throw new WeirError('internal.bug', 'an artifact of a pool came back without its pool')
  const tested = split.tested.flatMap((row) => table.rows[row] ?? [])
  const river = createRiver(artifact)
  const { believed, decisionMs } = believe(river, tested, options)
  const settings = pool.settings.map(({ margin = 0, costWeight }) => ({ margin, costWeight }))
  const placeOf = (model: string): number => table.models.indexOf(model)
  const rowChoices = believed.map((one) => chooseAtSettings(pool, one, settings).map(placeOf))
  return {
    chosen: settings.map((_, at) => Uint8Array.from(rowChoices, (choices) => choices[at] ?? 0)),
    budgets: BUDGET_SHARES.map((share) =>
      tryBudget(pool, share, (weight) =>
        Uint8Array.from(believed, (one) => placeOf(chooseAtWeight(pool, one, weight))),
      ),
    ),
    ...judgeEstimates(table, split, believed),
    failures: believed.filter(({ estimates }) => estimates.length === 0).length,
    artifactBytes: new TextEncoder().encode(saved).length,
    trainingSeconds,
    decisionMs,
    stability: measureStability(
      { river, pool, rows: tested.slice(0, options.stabilityRows ?? 0) },
      split.seed,
    ),
  }
}

interface Beliefs {
  readonly believed: readonly Believed[]
  readonly decisionMs: readonly number[] | null
}

/** One decision a row, as live; which level is asked for does not matter, only what was believed is kept. */
function believe(river: River, tested: readonly Outcome[], { now }: ComparePoolOptions): Beliefs {
  const times: number[] = []
  const decideRow = (row: Outcome): Believed => {
    const query = queryFromOutcome(row)
    if (query === undefined) return { estimates: [], isUnfamiliar: false }
    const began = now?.() ?? 0
    const decision = decide(river, query, { kind: 'quality', quality: 0.95, mode: 'estimate' })
    times.push((now?.() ?? 0) - began)
    return { estimates: decision.estimates ?? [], isUnfamiliar: decision.unfamiliar }
  }
  if (now !== undefined) for (const row of tested.slice(0, WARM_UP)) decideRow(row)
  times.length = 0
  const believed = tested.map(decideRow)
  return { believed, decisionMs: now === undefined ? null : times.sort((a, b) => a - b) }
}

/** `share` of the dearest model's mean cost. */
function tryBudget(
  pool: PoolArtifact,
  share: number,
  chooseAll: (costWeight: number) => Uint8Array,
): BudgetTrials {
  const budget = share * (pool.members.at(-1)?.meanCost ?? 0)
  const weight = weightWithin(pool, budget)
  const free = pool.settings.find(({ margin = 0 }) => margin === 0)
  const binds = weight !== undefined && (free?.meanCost ?? 0) > budget
  return { share, budget, chosen: binds ? chooseAll(weight) : null }
}

/** Estimated qualities against what the tested rows scored, all models together. */
function judgeEstimates(
  { models, qualities }: PoolRows,
  { tested }: Split,
  believed: readonly Believed[],
): Pick<PoolMethodTrials, 'expectedCalibrationError' | 'choiceEntropyBits'> {
  const known = [...believed.keys()].filter((i) => (believed[i]?.estimates.length ?? 0) === models.length)
  if (known.length === 0) return { expectedCalibrationError: null, choiceEntropyBits: null }
  const guessed = known.flatMap((i) => models.map((model) => qualityIn(believed[i]?.estimates ?? [], model)))
  const scored = known.flatMap((i) =>
    models.map((_, j) => qualities[(tested[i] ?? 0) * models.length + j] ?? 0),
  )
  return {
    expectedCalibrationError: expectedCalibrationError(guessed, scored),
    choiceEntropyBits: choiceEntropyBits(guessed.map(toLogit), models.length),
  }
}

function qualityIn(estimates: readonly CandidateEstimate[], model: string): number {
  return estimates.find((one) => one.model === model)?.quality ?? 0
}

function toLogit(quality: number): number {
  const inside = Math.min(1 - 1e-9, Math.max(1e-9, quality))
  return Math.log(inside / (1 - inside))
}

interface CategoryRows {
  readonly table: PoolRows
  readonly training: readonly number[]
  readonly split: Split
  readonly lesson: PoolLesson
}

/** The task-type table as a router: shrunken mean quality and cost of each model by the given category, chosen by the same policy. */
function chooseByCategory({
  table,
  training,
  split,
  lesson,
}: CategoryRows): readonly Uint8Array[] | undefined {
  const { models, rows, qualities, costs } = table
  const categories = training.map((row) => rows[row]?.category)
  if (categories.every((category) => category === undefined)) return undefined
  const fit = (of: Float64Array) =>
    models.map((_, j) =>
      fitTaskTable({ categories, gaps: training.map((row) => of[row * models.length + j] ?? 0) }),
    )
  const [qualityTables, costTables] = [fit(qualities), fit(costs)]
  const { members, costUnit } = lesson
  const settings = weighings(members.at(-1)?.meanCost ?? 1)
  const pool = { members, costUnit, reference: models[findBestSingle(table, lesson)] ?? '' }
  const choicesOf = new Map<string | undefined, readonly number[]>()
  const choose = (category: string | undefined): readonly number[] => {
    const known = choicesOf.get(category)
    if (known !== undefined) return known
    const estimates = models.map((model, j) => ({
      model,
      quality: qualityTables[j]?.scoreOf(category) ?? 0,
      ...(costUnit === 'usd' ? { costUsd: costTables[j]?.scoreOf(category) ?? 0 } : {}),
    }))
    const choices = chooseAtSettings(pool, { estimates, isUnfamiliar: false }, settings).map((model) =>
      models.indexOf(model),
    )
    choicesOf.set(category, choices)
    return choices
  }
  return settings.map((_, at) => Uint8Array.from(split.tested, (row) => choose(rows[row]?.category)[at] ?? 0))
}

function toTrials(
  { models, costUnit, questions, qualities, costs, latenciesMs }: PoolRows,
  splits: readonly PoolSplitTrials[],
  { methods }: ComparePoolOptions,
): PoolComparisonTrials {
  const places = new Map<string, number>()
  for (const question of questions) if (!places.has(question)) places.set(question, places.size)
  return {
    models,
    costUnit,
    qualities,
    costs,
    latenciesMs,
    questionOf: Uint32Array.from(questions, (question) => places.get(question) ?? 0),
    questions: places.size,
    methods: methods.map(({ name }) => name),
    splits,
  }
}
