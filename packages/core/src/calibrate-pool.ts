/**
 * Calibration of a pool on fresh rows: the same router, and what each of its settings does with rows that training has not seen; levels of that. Rows
 * are decided by the code that serves. A promise then holds at any number of rows, and members added or taken out since are part of it.
 */
import type { Artifact } from './contract/artifact.ts'
import type { CandidateEstimate } from './contract/estimate.ts'
import { WeirError } from './contract/errors.ts'
import type { Outcome } from './contract/outcome.ts'
import { qualityOf } from './contract/pair-outcome.ts'
import type { PoolArtifact } from './contract/pool-artifact.ts'
import type { CalibrateOptions } from './calibrate.ts'
import { rankByUtility } from './decide/utility.ts'
import { embedQuery } from './embed.ts'
import { selectPoolLevels } from './learn/select-pool-levels.ts'
import { trySettings, type SettingRows } from './learn/select-settings.ts'
import { utilityOptions } from './pool-river.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide, type River } from './serve.ts'

export interface CalibratePoolOptions extends Required<
  Pick<CalibrateOptions, 'dataHash' | 'seed' | 'delta'>
> {
  readonly date: string | null
  readonly embedder?: CalibrateOptions['embedder']
  readonly onProgress?: CalibrateOptions['onProgress']
  /** Fewest usable rows. */
  readonly leastRows: number
}

const REPORT_EVERY = 1000

/** Throws `data.too_few` when too few rows have text and every member judged, and metered where the pool weighs money. */
export async function calibratePool(
  artifact: Artifact & { readonly pool: PoolArtifact },
  rows: readonly Outcome[],
  options: CalibratePoolOptions,
): Promise<Artifact> {
  const { pool } = artifact
  const { seed, delta, dataHash, date, embedder } = options
  const river = createRiver(artifact, embedder === undefined ? {} : { embedder })
  const read = await readRows(river, pool, { rows, options })
  if (read.length < options.leastRows) {
    throw new WeirError(
      'data.too_few',
      `${read.length} of ${rows.length} rows have text, and a score${pool.costUnit === 'usd' ? ' and costUsd' : ''} of each of ` +
        `${pool.members.map(({ model }) => model).join(', ')}; calibration needs at least ${options.leastRows}, and some 500 to prove much`,
    )
  }
  const measured: SettingRows = {
    qualities: Float64Array.from(read.flatMap(({ qualities }) => qualities)),
    costs: Float64Array.from(read.flatMap(({ costs }) => costs)),
    models: pool.members.length,
  }
  const models = pool.members.map(({ model }) => model)
  const reference = models.indexOf(pool.reference)
  const shared = utilityOptions(pool)
  const weighings = pool.settings.map(({ costWeight, margin = 0 }) => ({ costWeight, margin }))
  const trials = trySettings(measured, weighings, (row, weighing) => {
    const { estimates, isUnfamiliar } = read[row] ?? { estimates: [], isUnfamiliar: true }
    const [best = pool.reference] = isUnfamiliar ? [] : rankByUtility(estimates, { ...shared, ...weighing })
    return models.indexOf(best)
  })
  const members = pool.members.map((member, j) => ({
    ...member,
    meanQuality: meanOf(read.map(({ qualities }) => qualities[j] ?? 0)),
    meanCost: meanOf(read.map(({ costs }) => costs[j] ?? 0)),
  }))
  const { unproven: _unproven, removed, ...kept } = pool
  const meanOfModel = (model: string): number => members.find((one) => one.model === model)?.meanQuality ?? 0
  return {
    ...artifact,
    calibration: {
      source: 'held-out',
      guarantee: 'finite-sample',
      rows: read.length,
      dataHash,
      date,
      seed,
      delta,
      meanQuality: { small: meanOfModel(artifact.pair.small), large: meanOfModel(artifact.pair.large) },
      levels: selectPoolLevels(trials, measured, { reference, delta, seed }),
    },
    pool: {
      ...kept,
      members,
      settings: trials.map(({ chosen: _chosen, ...setting }) => setting),
      ...(removed === undefined ? {} : { left: [...(pool.left ?? []), ...removed] }),
    },
  }
}

interface PoolRow {
  readonly qualities: readonly number[]
  readonly costs: readonly number[]
  readonly estimates: readonly CandidateEstimate[]
  readonly isUnfamiliar: boolean
}

interface Reading {
  readonly rows: readonly Outcome[]
  readonly options: Pick<CalibratePoolOptions, 'embedder' | 'onProgress'>
}

/** Rows that lack something are passed over. */
async function readRows(
  river: River,
  { members, costUnit }: PoolArtifact,
  { rows, options: { embedder, onProgress } }: Reading,
): Promise<readonly PoolRow[]> {
  const read: PoolRow[] = []
  for (const [i, row] of rows.entries()) {
    if (i % REPORT_EVERY === 0) await onProgress?.(i)
    const query = queryFromOutcome(row)
    const outcomes = members.map(({ model }) => (Object.hasOwn(row.models, model) ? row.models[model] : {}))
    const qualities = outcomes.flatMap((outcome) => qualityOf(outcome ?? {}) ?? [])
    const costs =
      costUnit === 'calls'
        ? members.map(({ meanCost }) => meanCost)
        : outcomes.flatMap((outcome) => outcome?.costUsd ?? [])
    if (query === undefined || qualities.length < members.length || costs.length < members.length) continue
    const embedded = await embedQuery(embedder, query)
    // What is believed depends on no level; any would do.
    const { estimates = [], unfamiliar } = decide(river, embedded, { kind: 'quality', quality: 1 })
    read.push({ qualities, costs, estimates, isUnfamiliar: unfamiliar })
  }
  return read
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
