/**
 * Cascade routing, learned: outcome rows to parameters (cascade-routing-service.ts serves them).
 *
 * Learning takes two parts that share no row: estimators, and cost weights by replaying the policy. Here every row serves both, in turn: the
 * policy is replayed on a row with estimators that were fitted on the other folds.
 */
import type { Answer } from './contract/answer.ts'
import { WeirError } from './contract/errors.ts'
import type { CandidateEstimate, Estimator } from './contract/estimate.ts'
import type { Encoder, Features } from './contract/features.ts'
import type { Outcome } from './contract/outcome.ts'
import type { AnswerEstimator, SignalName } from './contract/score.ts'
import { spent } from './decide/caps.ts'
import { createCascadeRoutingPolicy } from './decide/cascade-routing.ts'
import {
  createPoolRiver,
  FIRST_POINT,
  familyThresholds,
  policyOptions,
  weightsAt,
  type CascadeRoutingParameters,
} from './cascade-routing-service.ts'
import { fitPoolAnswers, type PoolAnswerFit } from './learn/fit-pool-answers.ts'
import { createPoolGround, fitPool, POOL_FOLDS, type PoolFit } from './learn/fit-pool.ts'
import { toPoolExamples, type PoolExample } from './learn/pool-examples.ts'
import { familyScales, findScale, searchRatios } from './learn/step-weights.ts'
import { areaUnderHull, createConvexHull } from './math/convex-hull.ts'
import { createRng, shuffle } from './math/rng.ts'
import { blend } from './methods/pool-blend.ts'
import { replay } from './replay.ts'
import { createLexicalEncoder } from './request/lexical.ts'
import { queryFromOutcome } from './request/query.ts'
import { stateOf } from './score/pool-answers.ts'
import { readAnswer } from './score/pool-features.ts'
import { answersOf, signalsOf } from './score/recorded.ts'
import type { River, Service } from './serve.ts'
import { fromStoredCascadeRouting, toStoredCascadeRouting } from './stored-cascade-routing.ts'

export interface CascadeRoutingTraining {
  readonly models: readonly string[]
  readonly seed: number
  /** Default 'logprob'. */
  readonly signal?: SignalName
  /** Most models that may answer a query. Default: all. */
  readonly maxDepth?: number
  /** False: one cost weight for all steps. Default true: each step's own is searched for. */
  readonly searchesSteps?: boolean
}

export interface CascadeRoutingFit {
  readonly parameters: CascadeRoutingParameters
  /** Those that taught. */
  readonly rows: readonly Outcome[]
  /** Estimates of one of `rows` by fits that have not seen it, one per model, in a state (score/pool-answers.ts; 0: before any answer). */
  readonly heldOut: (row: number, state: number) => readonly number[]
  /** Replays `rows` at given cost weights, each believed of as by `heldOut`. */
  readonly heldOutRiver: (costWeights: readonly number[]) => River
}

/** Throws `data.too_few` below 50 usable rows, `data.model` when calls were not metered: without money there is nothing to weigh. */
export async function fitCascadeRouting(
  rows: readonly Outcome[],
  options: CascadeRoutingTraining,
): Promise<CascadeRoutingFit> {
  const encoder = createLexicalEncoder()
  const models = sortByCost(rows, options.models)
  const examples = toPoolExamples(rows, { models, encoder, toQuery: queryFromOutcome })
  const ground = createPoolGround(examples, { models, spec: encoder.spec, seed: options.seed })
  const pool = await fitPool(ground, blend)
  const { costs } = pool.parameters
  if (costs === null || pool.costsUsd === null) throw unmetered(models)
  const signal = options.signal ?? 'logprob'
  const answers = fitPoolAnswers(
    examples.map((example, i) => toAnswerRow(example, { models, signal, pool, i })),
    { models, signal, folds: POOL_FOLDS },
  )
  const maxDepth = Math.min(options.maxDepth ?? models.length, models.length)
  const unrounded: CascadeRoutingParameters = {
    models,
    pool: pool.parameters,
    answers: answers.parameters,
    covariances: answers.covariances,
    family: { scales: familyScales(costs.meansUsd.at(-1) ?? 1), ratios: [1] },
    maxDepth,
  }
  const parameters = fromStoredCascadeRouting(toStoredCascadeRouting(unrounded), encoder.spec)
  const learned = { examples, pool, answers }
  const fit = toFit(parameters, learned)
  if (options.searchesSteps === false || maxDepth === 1) return fit
  const ratios = await searchStepRatios(fit, options.seed)
  return toFit({ ...parameters, family: { ...parameters.family, ratios } }, learned)
}

function toFit(parameters: CascadeRoutingParameters, learned: Learned): CascadeRoutingFit {
  const riverAt = createHeldOutRiver(parameters, learned)
  return {
    parameters,
    rows: learned.examples.map(({ row }) => row),
    heldOut: learned.answers.heldOut,
    heldOutRiver: riverAt,
  }
}

function sortByCost(rows: readonly Outcome[], models: readonly string[]): readonly string[] {
  const mean = (model: string): number => {
    const costs = rows.flatMap((row) =>
      Object.hasOwn(row.models, model) ? (row.models[model]?.costUsd ?? []) : [],
    )
    return costs.reduce((sum, cost) => sum + cost, 0) / Math.max(1, costs.length)
  }
  return models.toSorted((a, b) => mean(a) - mean(b))
}

function unmetered(models: readonly string[]): WeirError {
  return new WeirError(
    'data.model',
    `cascade routing weighs money, and not every row has the cost of ${models.join(', ')}; record costUsd, or price the rows`,
  )
}

interface Placed {
  readonly models: readonly string[]
  readonly signal: SignalName
  readonly pool: PoolFit
  readonly i: number
}

function toAnswerRow(
  { row, qualities }: PoolExample,
  { models, signal, pool, i }: Placed,
): Parameters<typeof fitPoolAnswers>[0][number] {
  return {
    prior: models.map((_, j) => pool.qualities[i * models.length + j] ?? 0),
    read: models.map((model, place) => {
      const outcome = row.models[model] ?? {}
      const [answer] = answersOf(outcome) as [Answer?]
      return readAnswer({ place, answer, value: signalsOf(outcome)[signal] }, signal)
    }),
    qualities,
    fold: pool.foldOf[i] ?? 0,
  }
}

interface Learned {
  readonly examples: readonly PoolExample[]
  readonly pool: PoolFit
  readonly answers: PoolAnswerFit
}

/** Rows and settings that a search looks at, and the gain in mean quality that is not noise on so many rows. */
const SEARCH_ROWS = 1000
const SEARCH_STRIDE = 3
const LEAST_GAIN = 0.0005

async function searchStepRatios(
  { parameters, rows, heldOutRiver }: CascadeRoutingFit,
  seed: number,
): Promise<readonly number[]> {
  const { family, pool, maxDepth } = parameters
  // Drawn, not the first ones: files are often sorted by task.
  const drawn = shuffle(createRng(seed), rows).slice(0, SEARCH_ROWS)
  const last = family.scales.length - 1
  const scales = family.scales.filter((_, i) => i % SEARCH_STRIDE === 0 || i === last)
  const [from, to] = [pool.costs?.meansUsd[0] ?? 0, pool.costs?.meansUsd.at(-1) ?? 1]
  return searchRatios({
    steps: maxDepth,
    leastGain: LEAST_GAIN,
    objective: async (ratios) => {
      const points = []
      for (const scale of scales) {
        points.push(meanOf(await replayPool(heldOutRiver(ratios.map((ratio) => scale * ratio)), drawn)))
      }
      const hull = createConvexHull(
        points.map(({ costUsd }) => costUsd),
        points.map(({ quality }) => quality),
      )
      return areaUnderHull(hull, Math.max(from, hull.cost[0] ?? 0), to) / (to - from)
    },
  })
}

/** One number per row. */
export interface PoolTrials {
  /** Quality of the answer given; 0 where none was. */
  readonly quality: Float64Array
  /** Metered cost of all calls, USD. */
  readonly costUsd: Float64Array
  /** Whose answer was given; undefined where none was. */
  readonly answeredBy: readonly (string | undefined)[]
}

/** Every row served at the river's highest level. */
export async function replayPool(river: River, rows: readonly Outcome[]): Promise<PoolTrials> {
  const trials = {
    quality: new Float64Array(rows.length),
    costUsd: new Float64Array(rows.length),
    answeredBy: [] as (string | undefined)[],
  }
  for (const [i, row] of rows.entries()) {
    const replayed = await replay(river, row, { kind: 'quality', quality: 1 })
    trials.quality[i] = replayed?.accepted?.quality ?? 0
    trials.costUsd[i] = spent(replayed?.attempts ?? []).usd
    trials.answeredBy.push(replayed?.accepted?.model)
  }
  return trials
}

/** What each setting of the family makes of the training rows, from dear to cheap, as if it had not seen them: for Learn-then-Test. */
export async function replayFamily({
  parameters,
  rows,
  heldOutRiver,
}: CascadeRoutingFit): Promise<readonly (PoolTrials & { readonly threshold: number })[]> {
  const settings = []
  for (const threshold of familyThresholds(parameters)) {
    const trials = await replayPool(heldOutRiver(weightsAt(parameters, threshold)), rows)
    settings.push({ ...trials, threshold })
  }
  return settings
}

/** Cost weights whose mean cost on the training rows meets a budget; undefined when calling the cheapest model alone does not. */
export async function weightsWithin(
  { parameters, rows, heldOutRiver }: CascadeRoutingFit,
  budgetUsd: number,
): Promise<readonly number[] | undefined> {
  const { scales, ratios } = parameters.family
  const weightsOf = (scale: number): readonly number[] => ratios.map((ratio) => scale * ratio)
  const scale = await findScale({
    costAt: async (at) => meanOf(await replayPool(heldOutRiver(weightsOf(at)), rows)).costUsd,
    budgetUsd,
    highest: scales.at(-1) ?? 0,
  })
  return scale === undefined ? undefined : weightsOf(scale)
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function meanOf({ quality, costUsd }: PoolTrials): { readonly quality: number; readonly costUsd: number } {
  return { quality: mean(quality), costUsd: mean(costUsd) }
}

/** A river at given weights whose beliefs about each training row come from fits that have not seen it. */
function createHeldOutRiver(
  parameters: CascadeRoutingParameters,
  { examples, pool, answers }: Learned,
): (costWeights: readonly number[]) => River {
  const { models } = parameters
  const width = models.length
  const placeOf = new Map(examples.map(({ features }, i) => [features, i]))
  // Rows with one text share their features: their folds are the same.
  const featuresOf = new Map(examples.map(({ query, features }) => [textOf(query), features]))
  const encoder: Encoder = {
    ...createLexicalEncoder(),
    encode: (query) => featuresOf.get(textOf(query)) as Features,
  }
  const believe = (i: number, qualities: readonly number[], ran: number): readonly CandidateEstimate[] =>
    models.map((model, j) => ({
      model,
      quality: qualities[j] ?? 0,
      costUsd: Math.floor(ran / 2 ** j) % 2 === 1 ? 0 : (pool.costsUsd?.[i * width + j] ?? 0),
    }))
  const estimator: Estimator = {
    name: 'held-out',
    estimate: (features) => {
      const i = placeOf.get(features) ?? 0
      return { pSmall: 0.5, candidates: believe(i, answers.heldOut(i, 0), 0) }
    },
  }
  const judging: AnswerEstimator = {
    name: 'held-out',
    signals: [],
    estimate: ({ features, attempts }) => {
      const i = placeOf.get(features) ?? 0
      const state = stateOf(attempts.map(({ model }) => models.indexOf(model)))
      const candidates = believe(i, answers.heldOut(i, state), state)
      return {
        pGoodEnough: candidates.find(({ model }) => model === attempts.at(-1)?.model)?.quality ?? null,
        candidates,
      }
    },
  }
  return (costWeights) => {
    const policy = createCascadeRoutingPolicy({
      ...policyOptions(parameters),
      costWeights,
      onUnfamiliar: 'score',
    })
    const service: Service = {
      levels: { promise: [FIRST_POINT], estimate: [FIRST_POINT] },
      confidence: 0,
      scoring: { scorers: [], estimator: judging },
      estimator,
      createPolicy: () => policy,
    }
    return createPoolRiver(parameters, { service, encoder })
  }
}

function textOf({ turns }: PoolExample['query']): string {
  return turns.map(({ text }) => text).join('\n')
}
