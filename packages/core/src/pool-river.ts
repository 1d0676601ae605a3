/**
 * River of an artifact that was trained for a pool: a quality level names a cost weight, and the query goes to the model with the highest utility.
 */
import type { Artifact } from './contract/artifact.ts'
import type { OperatingPoint } from './contract/decision.ts'
import { WeirError } from './contract/errors.ts'
import type { CandidateEstimate, Estimator } from './contract/estimate.ts'
import type { PoolArtifact, PoolSetting } from './contract/pool-artifact.ts'
import type { Policy } from './contract/policy.ts'
import { createUtilityPolicy } from './decide/utility.ts'
import { weightWithin } from './decide/weight-within.ts'
import { createPoolEstimator, type PoolParameters } from './estimate/pool.ts'
import { estimateProbed } from './estimate/probed.ts'
import { fromStoredPool } from './estimate/stored-pool.ts'
import { sigmoid } from './math/logistic.ts'
import type { RiverOptions } from './river.ts'
import type { River, Service } from './serve.ts'

/** Throws `artifact.pair` when a model of the pool is not a candidate, `artifact.truncated` when its parameters are damaged. */
export function createPoolRouter(
  artifact: Artifact & { readonly pool: PoolArtifact },
  options: RiverOptions,
): Pick<River, 'candidates' | 'estimator' | 'services'> {
  const { pool, pair, calibration } = artifact
  const models = pool.members.map(({ model }) => model)
  const candidates = options.candidates ?? models.map((model) => ({ model }))
  const lacking = models.filter((model) => !candidates.some((one) => one.model === model))
  if (lacking.length > 0) {
    throw new WeirError(
      'artifact.pair',
      `the artifact was trained for ${lacking.join(', ')} too, which the models lack; add them, or take them out of the artifact with weir probe --remove`,
    )
  }
  const parameters = fromStoredPool(artifact.estimator.parameters, artifact.encoder)
  const estimator = withMembers(createPairView(parameters, pair), pool, parameters.costs?.meansUsd)
  const route: Service = {
    levels: calibration.levels,
    // 0: nothing is promised.
    confidence: (pool.removed ?? []).length > 0 ? 0 : 1 - calibration.delta,
    isPool: true,
    stages: models,
    createPolicy: (point) => createPoolPolicy(pool, point, options),
    value: {
      weightOf: (ask) => ('costWeight' in ask ? ask.costWeight : weightOfBudget(pool, ask.budget)),
      createPolicy: (costWeight) => {
        const { onUnfamiliar = 'large', onEstimatorFailure = 'large' } = options
        return createUtilityPolicy({ ...utilityOptions(pool), costWeight, onUnfamiliar, onEstimatorFailure })
      },
    },
  }
  return { candidates, estimator, services: { route } }
}

/**
 * Estimates of all models, and for what asks about a pair: the chance that the small model's answer is preferred, where the method learns from
 * preferences; else half of one plus the gap in quality, which ranks and is no probability.
 */
export function createPairView(parameters: PoolParameters, { small, large }: Artifact['pair']): Estimator {
  const pool = createPoolEstimator(parameters)
  const strengthOf = (model: string, strengths: readonly number[]): number =>
    strengths[pool.models.indexOf(model)] ?? 0
  return {
    name: 'pool',
    estimate(features) {
      const { candidates, strengths, isUnfamiliar } = pool.estimate(features)
      const pSmall =
        strengths === null
          ? (1 + qualityOf(candidates, small) - qualityOf(candidates, large)) / 2
          : sigmoid(strengthOf(small, strengths) - strengthOf(large, strengths))
      return { pSmall, isUnfamiliar, candidates }
    },
  }
}

/** What is believed of the pool's members as they are now, in their order: models may have been added and taken out since training. */
function withMembers(
  trained: Estimator,
  { members, probed = [], removed = [], left = [] }: PoolArtifact,
  meansUsd: readonly number[] | undefined,
): Estimator {
  if (probed.length + removed.length + left.length === 0) return trained
  return {
    name: trained.name,
    estimate(features) {
      const estimates = trained.estimate(features)
      const { candidates = [] } = estimates
      const all = [...candidates, ...estimateProbed(probed, candidates, meansUsd)]
      return {
        ...estimates,
        candidates: members.flatMap(({ model }) => all.find((one) => one.model === model) ?? []),
      }
    },
  }
}

function qualityOf(candidates: readonly CandidateEstimate[], model: string): number {
  return candidates.find((one) => one.model === model)?.quality ?? 0
}

/** The policy at an operating point, whose threshold names a setting. */
export function createPoolPolicy(
  pool: PoolArtifact,
  { threshold, mode }: Pick<OperatingPoint, 'threshold' | 'mode'>,
  {
    onUnfamiliar = 'large',
    onEstimatorFailure = 'large',
  }: Pick<RiverOptions, 'onUnfamiliar' | 'onEstimatorFailure'> = {},
): Policy {
  const { unproven = [] } = pool
  const isProvenOnly = mode === 'promise' && unproven.length > 0
  const members = isProvenOnly ? pool.members.filter(({ model }) => !unproven.includes(model)) : pool.members
  const { costWeight, margin = 0 } = settingAt(pool, threshold)
  return createUtilityPolicy({
    ...utilityOptions({ ...pool, members }),
    costWeight,
    margin,
    noWeightReason: mode === 'promise' ? 'level_not_provable' : 'level_not_feasible',
    onUnfamiliar,
    onEstimatorFailure,
  })
}

/** By the mean costs on the rows that the settings were measured on. */
function weightOfBudget(pool: PoolArtifact, budget: number): number {
  const weight = weightWithin(pool, budget)
  if (weight !== undefined) return weight
  const least = pool.settings.at(-1)?.meanCost ?? 0
  throw new WeirError(
    'request.quality',
    `no cost weight keeps a budget of ${budget} a query on average; the cheapest setting of the pool costs ${Number(least.toPrecision(3))}`,
  )
}

/** What all settings of a pool share. */
export function utilityOptions({
  members,
  reference,
  costUnit,
}: Pick<PoolArtifact, 'members' | 'reference' | 'costUnit'>): {
  readonly models: readonly string[]
  readonly reference: string
  readonly fixedCosts?: readonly number[]
} {
  return {
    models: members.map(({ model }) => model),
    reference,
    ...(costUnit === 'calls' ? { fixedCosts: members.map(({ meanCost }) => meanCost) } : {}),
  }
}

/** The setting that a threshold names, the nearest; without a threshold what the reference alone would do, a setting without a weight. */
export function settingAt(
  { settings, members, reference }: Pick<PoolArtifact, 'settings' | 'members' | 'reference'>,
  threshold: number | null,
): Omit<PoolSetting, 'costWeight' | 'threshold'> & { readonly costWeight: number | null } {
  const named = threshold === null ? undefined : settings[Math.round((1 - threshold) * (settings.length - 1))]
  if (named !== undefined) return named
  const member = members.find(({ model }) => model === reference)
  return {
    costWeight: null,
    meanCost: member?.meanCost ?? 0,
    meanQuality: member?.meanQuality ?? 0,
    shares: members.map(({ model }) => (model === reference ? 1 : 0)),
  }
}
