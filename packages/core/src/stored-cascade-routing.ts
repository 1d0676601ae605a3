/**
 * Cascade routing as an artifact stores it. Text and trees are rounded (estimate/stored-pool.ts); fits after an answer, covariances and cost
 * weights are kept to the last digit. `fitCascadeRouting` gives parameters that have been through this form, so that decisions are the same
 * before and after saving.
 */
import type { EncoderSpec } from './contract/features.ts'
import { missing, number, numbers, record } from './contract/stored-fields.ts'
import { SIGNALS, type SignalName } from './contract/score.ts'
import type { CascadeRoutingParameters } from './cascade-routing-service.ts'
import type { StateCovariance } from './decide/cascade-routing.ts'
import { fromStoredPool, toStoredPool, type StoredPool } from './estimate/stored-pool.ts'
import type { FeatureFit } from './score/pool-answers.ts'

export interface StoredCascadeRouting {
  readonly pool: StoredPool
  readonly answers: {
    readonly signal: SignalName
    readonly states: readonly { readonly state: number; readonly fits: readonly FeatureFit[] }[]
    readonly shared: readonly FeatureFit[]
  }
  readonly covariances: readonly StateCovariance[]
  readonly family: CascadeRoutingParameters['family']
  readonly maxDepth: number
}

export function toStoredCascadeRouting({
  pool,
  answers,
  covariances,
  family,
  maxDepth,
}: CascadeRoutingParameters): StoredCascadeRouting {
  const { signal, states, shared } = answers
  return {
    pool: toStoredPool(pool),
    answers: { signal, states: [...states].map(([state, fits]) => ({ state, fits })), shared },
    covariances,
    family,
    maxDepth,
  }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredCascadeRouting(stored: unknown, spec: EncoderSpec): CascadeRoutingParameters {
  const root = record(stored, 'cascade-routing')
  const pool = fromStoredPool(root['pool'], spec)
  const { models } = pool
  const answers = record(root['answers'], 'answers')
  const family = record(root['family'], 'family')
  const readFits = (fits: unknown): readonly FeatureFit[] => list(fits, 'answers', models.length).map(readFit)
  return {
    models,
    pool,
    answers: {
      models,
      signal: readSignal(answers['signal']),
      states: new Map(
        list(answers['states'], 'answers.states').map((one) => {
          const { state, fits } = record(one, 'answers.states')
          return [number(state, 'answers.states'), readFits(fits)]
        }),
      ),
      shared: readFits(answers['shared']),
    },
    covariances: list(root['covariances'], 'covariances').map((one) => {
      const { state, values } = record(one, 'covariances')
      return {
        state: number(state, 'covariances'),
        values: numbers(values, 'covariances', models.length ** 2),
      }
    }),
    family: {
      scales: list(family['scales'], 'family.scales').map((one) => number(one, 'family.scales')),
      ratios: list(family['ratios'], 'family.ratios').map((one) => number(one, 'family.ratios')),
    },
    maxDepth: number(root['maxDepth'], 'maxDepth'),
  }
}

function list(value: unknown, where: string, count?: number): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && (count === undefined || value.length === count))
    return value
  throw missing(where)
}

function readFit(stored: unknown): FeatureFit {
  const { weights, means, bias } = record(stored, 'answers')
  const count = Array.isArray(weights) ? weights.length : -1
  return {
    weights: numbers(weights, 'answers.weights', count),
    means: numbers(means, 'answers.means', count),
    bias: number(bias, 'answers.bias'),
  }
}

function readSignal(stored: unknown): SignalName {
  if (typeof stored === 'string' && Object.hasOwn(SIGNALS, stored)) return stored as SignalName
  throw missing('answers.signal')
}
