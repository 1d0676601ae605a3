/**
 * Training for policies over a family of settings: cascade routing and best-of-n, for the pair of an artifact. Composes their learning with the
 * levels that an artifact keeps; the cascade is learned beside the router (learn/train.ts).
 */
import { fitCascadeRouting, replayFamily } from './cascade-routing.ts'
import { trainBestOfN } from './best-of-n.ts'
import type { Pair } from './contract/candidate.ts'
import { WeirError } from './contract/errors.ts'
import type { Outcome } from './contract/outcome.ts'
import { qualityOf } from './contract/pair-outcome.ts'
import type { PolicyName } from './contract/policy.ts'
import type { FamilyArtifact, ServiceArtifacts } from './contract/service-artifact.ts'
import { LEVELS } from './learn/calibration.ts'
import { selectFamilyLevels } from './learn/select-family-levels.ts'
import { toStoredCascadeRouting } from './stored-cascade-routing.ts'

/** Answers drawn of a model at most, and the steps up to there: more than five rarely change a vote. */
const SAMPLES: readonly number[] = [1, 3, 5]

export interface TrainServicesOptions {
  readonly pair: Pair
  readonly policies: readonly PolicyName[]
  readonly seed: number
  readonly delta: number
  /** Before each step; `done` of `total` are behind it. */
  readonly onStep: (step: string, done: number, total: number) => Promise<void>
}

/** Throws what the policies' learning throws: `data.too_few`, `data.model`, `data.field`. */
export async function trainServices(
  rows: readonly Outcome[],
  { pair, policies, seed, delta, onStep }: TrainServicesOptions,
): Promise<ServiceArtifacts> {
  const options = { pair, seed, delta }
  const trained: [PolicyName, FamilyArtifact][] = []
  const wanted = FAMILIES.filter(([name]) => policies.includes(name))
  for (const [i, [name, fit]] of wanted.entries()) {
    await onStep(`policy ${name}`, i, wanted.length)
    trained.push([name, await fit(rows, options)])
  }
  return Object.fromEntries(trained)
}

type FamilyOptions = Pick<TrainServicesOptions, 'pair' | 'seed' | 'delta'>

/** In the order in which they are trained. */
const FAMILIES: readonly (readonly [
  name: Exclude<keyof ServiceArtifacts, 'cascade'>,
  fit: (rows: readonly Outcome[], options: FamilyOptions) => FamilyArtifact | Promise<FamilyArtifact>,
])[] = [
  ['cascade-routing', trainCascadeRouting],
  ['best-of-n', trainArms],
]

async function trainCascadeRouting(
  rows: readonly Outcome[],
  { pair, seed, delta }: FamilyOptions,
): Promise<FamilyArtifact> {
  const fit = await fitCascadeRouting(rows, { models: [pair.small, pair.large], seed })
  const reference = fit.rows.map((row) => qualityOf(row.models[pair.large] ?? {}) ?? 0)
  const settings = (await replayFamily(fit)).map(({ threshold, quality, answeredBy }) => ({
    threshold,
    qualities: quality,
    share: answeredBy.filter((model) => model !== pair.large).length / answeredBy.length,
  }))
  return {
    rows: fit.rows.length,
    levels: selectFamilyLevels(settings, reference, { levels: LEVELS, delta, seed }),
    delta,
    parameters: toStoredCascadeRouting(fit.parameters),
  }
}

function trainArms(rows: readonly Outcome[], { pair, seed, delta }: FamilyOptions): FamilyArtifact {
  const { small, large } = pair
  // No spread: its arguments are limited to some hundred thousand.
  const most = rows.reduce((max, { models }) => Math.max(max, models[small]?.samples?.length ?? 1), 1)
  const samples = SAMPLES.filter((count) => count <= most)
  if (samples.length < 2) {
    throw new WeirError(
      'data.too_few',
      `no row holds several judged samples of ${small}; best-of-n learns from "samples" with response or answer and score`,
    )
  }
  const {
    levels,
    rows: count,
    confidence: _confidence,
    ...parameters
  } = trainBestOfN(rows, {
    models: [small],
    reference: large,
    samples,
    seed,
    delta,
  })
  return { rows: count, levels, delta, parameters }
}
