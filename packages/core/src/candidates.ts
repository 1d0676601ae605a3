/**
 * Candidates of a trained pool: one is added from a few dozen rows with its outcomes, or taken out, without touching what is believed of the others.
 * Levels are proven for the pool that was calibrated: a model added since is not asked in mode `promise`, and with one taken out nothing is promised,
 * until `calibrate` proves them anew.
 */
import type { Artifact } from './contract/artifact.ts'
import { readText, type Reading } from './embed.ts'
import type { CandidateEstimate } from './contract/estimate.ts'
import { WeirError } from './contract/errors.ts'
import type { Outcome } from './contract/outcome.ts'
import { qualityOf } from './contract/pair-outcome.ts'
import type { PoolArtifact, PoolMember, ProbedMember } from './contract/pool-artifact.ts'
import { createPoolEstimator, type PoolParameters } from './estimate/pool.ts'
import { easeOf, relativeCostOf } from './estimate/probed.ts'
import { fromStoredPool } from './estimate/stored-pool.ts'
import { fitProbe, type ProbeRows } from './learn/fit-probe.ts'

/** Below it the pool says more of the model than its own rows do. */
const LEAST_PROBES = 10

export interface AddCandidateOptions {
  /** The new one. */
  readonly model: string
  /** How rows are read (readWith). Default: text alone. */
  readonly reading?: Reading
}

/**
 * The artifact with `model` in its pool, at no change of the others' parameters. Rows need text, and `model` judged and metered; where they have the
 * trained models' outcomes too, the estimate is sharper. Throws `data.model` for an artifact without a pool or with the model, and for rows without
 * its cost; `data.too_few` below 10 usable rows.
 */
export function addCandidate(
  artifact: Artifact,
  rows: readonly Outcome[],
  { model, reading = readText() }: AddCandidateOptions,
): Artifact {
  const pool = requirePool(artifact)
  if (pool.members.some((one) => one.model === model)) {
    throw new WeirError(
      'data.model',
      `the pool has ${model} already; take it out first, or probe another model`,
    )
  }
  const parameters = fromStoredPool(artifact.estimator.parameters, artifact.encoder)
  if (parameters.models.includes(model)) {
    throw new WeirError(
      'data.model',
      `${model} was trained with this pool and taken out; train again to have it back`,
    )
  }
  const probes = readProbes(rows, { model, parameters, reading })
  if (probes.qualities.length < LEAST_PROBES) {
    throw new WeirError(
      'data.too_few',
      `${probes.qualities.length} of ${rows.length} rows have text and a score of ${model}; a probe needs at least ${LEAST_PROBES}, and some 50 to be any good`,
    )
  }
  const trained = pool.members.filter((one) => parameters.models.includes(one.model))
  const fit = fitProbe(probes, meanOf(trained.map(({ meanQuality }) => meanQuality)))
  const costUsd = parameters.costs === null ? null : meanOf(probes.costsUsd) / meanOf(probes.relativeCosts)
  const { bias, slope, interval, meanQuality } = fit
  const probed: ProbedMember = { model, bias, slope, costUsd, rows: probes.qualities.length, interval }
  return {
    ...artifact,
    pool: {
      ...insert(pool, {
        model,
        meanQuality,
        meanCost: costUsd ?? meanOf(pool.members.map(({ meanCost }) => meanCost)),
      }),
      probed: [...(pool.probed ?? []), probed],
      unproven: [...(pool.unproven ?? []), model],
    },
  }
}

/** The artifact without `model`: it is never asked, and need not be configured. Throws `data.model` when it is not there, is the reference or one of the last two. */
export function removeCandidate(artifact: Artifact, model: string): Artifact {
  const pool = requirePool(artifact)
  const at = placeIn(pool, model)
  const without = <T>(items: readonly T[]): T[] => items.filter((_, place) => place !== at)
  const { probed = [], unproven = [], removed = [] } = pool
  const members = without(pool.members)
  const small = members.find((one) => one.model !== pool.reference)?.model ?? ''
  return {
    ...artifact,
    pair: artifact.pair.small === model ? { small, large: artifact.pair.large } : artifact.pair,
    pool: {
      ...pool,
      members,
      settings: pool.settings.map((setting) => ({ ...setting, shares: without(setting.shares) })),
      probed: probed.filter((one) => one.model !== model),
      unproven: unproven.filter((one) => one !== model),
      // The levels were never proven with it.
      removed: unproven.includes(model) ? removed : [...removed, model],
    },
  }
}

/** Throws `data.model` unless it can be taken out. */
function placeIn(pool: PoolArtifact, model: string): number {
  const at = pool.members.findIndex((one) => one.model === model)
  if (at < 0) {
    const names = pool.members.map((one) => one.model).join(', ')
    throw new WeirError('data.model', `the pool has no ${model}; it has ${names}`)
  }
  if (model === pool.reference || pool.members.length === 2) {
    const why =
      model === pool.reference ? 'is the reference that levels are shares of' : 'is one of the last two'
    throw new WeirError('data.model', `${model} ${why}; train again without it`)
  }
  return at
}

function requirePool({ pool, pair }: Artifact): PoolArtifact {
  if (pool !== undefined) return pool
  throw new WeirError(
    'data.model',
    `the artifact was trained for the pair ${pair.small} and ${pair.large}; a model is added to a pool, made with weir train --models`,
  )
}

/** In the order of cost; on the rows of the settings it has answered nothing. */
function insert(pool: PoolArtifact, member: PoolMember): PoolArtifact {
  const { members, settings } = pool
  const at = members.findIndex((one) => one.meanCost > member.meanCost)
  const place = at < 0 ? members.length : at
  return {
    ...pool,
    members: members.toSpliced(place, 0, member),
    settings: settings.map((setting) => ({ ...setting, shares: setting.shares.toSpliced(place, 0, 0) })),
  }
}

interface Probes extends ProbeRows {
  readonly costsUsd: readonly number[]
  readonly relativeCosts: readonly number[]
}

interface ProbeReading extends Required<AddCandidateOptions> {
  readonly parameters: PoolParameters
}

function readProbes(
  rows: readonly Outcome[],
  { model, parameters, reading: { encoder, toQuery } }: ProbeReading,
): Probes {
  const estimator = createPoolEstimator(parameters)
  const meansUsd = parameters.costs?.meansUsd
  const probes = rows.flatMap((row) => {
    const outcome = Object.hasOwn(row.models, model) ? row.models[model] : undefined
    const quality = outcome === undefined ? undefined : qualityOf(outcome)
    const query = toQuery(row)
    if (outcome === undefined || quality === undefined || query === undefined) return []
    if (outcome.costUsd === undefined && meansUsd !== undefined) {
      throw new WeirError(
        'data.model',
        `row ${row.id} does not say what the call of ${model} cost, and the pool weighs money; record costUsd`,
      )
    }
    const { candidates } = estimator.estimate(encoder.encode(query))
    return [
      {
        quality,
        costUsd: outcome.costUsd ?? 0,
        ...readTrained(row, candidates),
        relativeCost: relativeCostOf(candidates, meansUsd),
      },
    ]
  })
  return {
    qualities: probes.map(({ quality }) => quality),
    eases: probes.map(({ ease }) => ease),
    believed: probes.map(({ believed }) => believed),
    observed: probes.map(({ observed }) => observed),
    costsUsd: probes.map(({ costUsd }) => costUsd),
    relativeCosts: probes.map(({ relativeCost }) => relativeCost),
  }
}

interface TrainedOnRow {
  readonly ease: number
  readonly believed: number
  readonly observed: number | null
}

function readTrained(row: Outcome, candidates: readonly CandidateEstimate[]): TrainedOnRow {
  const observed = candidates.flatMap(({ model }) => {
    const outcome = Object.hasOwn(row.models, model) ? row.models[model] : undefined
    return outcome === undefined ? [] : (qualityOf(outcome) ?? [])
  })
  return {
    ease: easeOf(candidates),
    believed: meanOf(candidates.map(({ quality }) => quality)),
    observed: observed.length === candidates.length ? meanOf(observed) : null,
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
