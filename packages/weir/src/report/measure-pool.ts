/**
 * Rows -> report of a pool: replays every row through the river at each level; core's evaluation does the rest.
 */
import {
  createPoolReport,
  qualityOf,
  replay,
  WeirError,
  type Outcome,
  type PoolArtifact,
  type PoolReport,
  type River,
} from '@weir/core'
import { rememberFirst } from './measure.ts'

/** Levels of the report. */
const POOL_LEVELS: readonly number[] = [0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 1]

export interface MeasuredPool {
  readonly report: PoolReport
  /** Rows left out: without text, or without every member judged, and metered where the pool weighs money. */
  readonly rowsLeftOut: number
}

/** Throws `data.empty` without rows, `data.model` when none is of use. */
export async function measurePool(
  river: River,
  rows: AsyncIterable<Outcome>,
  { pool, seed }: { readonly pool: PoolArtifact; readonly seed: number },
): Promise<MeasuredPool> {
  const models = pool.members.map(({ model }) => model)
  const qualities: number[] = []
  const costs: number[] = []
  const chosen = POOL_LEVELS.map((): number[] => [])
  let left = 0
  for await (const row of rows) {
    const read = readRow(row, pool)
    const places = read === undefined ? undefined : await decideAll(river, row, models)
    if (read === undefined || places === undefined) {
      left += 1
      continue
    }
    qualities.push(...read.qualities)
    costs.push(...read.costs)
    places.forEach((place, i) => chosen[i]?.push(place))
  }
  if (qualities.length === 0) throw nothing(left, pool)
  const levels = POOL_LEVELS.map((level, i) => ({ level, chosen: chosen[i] ?? [] }))
  const { reference } = pool
  return {
    report: createPoolReport({ models, reference, qualities, costs, levels }, { seed }),
    rowsLeftOut: left,
  }
}

interface ReadRow {
  readonly qualities: readonly number[]
  readonly costs: readonly number[]
}

function readRow(row: Outcome, { members, costUnit }: PoolArtifact): ReadRow | undefined {
  const outcomes = members.map(({ model }) => (Object.hasOwn(row.models, model) ? row.models[model] : {}))
  const qualities = outcomes.flatMap((outcome) => qualityOf(outcome ?? {}) ?? [])
  const costs =
    costUnit === 'calls'
      ? members.map(({ meanCost }) => meanCost)
      : outcomes.flatMap((outcome) => outcome?.costUsd ?? [])
  return qualities.length === members.length && costs.length === members.length
    ? { qualities, costs }
    : undefined
}

/** Place of the model that answers at each level; undefined when the row holds no text. */
async function decideAll(
  river: River,
  row: Outcome,
  models: readonly string[],
): Promise<readonly number[] | undefined> {
  const remembering = rememberFirst(river)
  const places: number[] = []
  for (const quality of POOL_LEVELS) {
    const replayed = await replay(remembering, row, { kind: 'quality', quality, policy: 'route' })
    if (replayed === undefined) return undefined
    places.push(models.indexOf(replayed.accepted?.model ?? replayed.decision.model))
  }
  return places
}

function nothing(left: number, { members, costUnit }: PoolArtifact): WeirError {
  if (left === 0) return new WeirError('data.empty', 'the data has no rows; name a file with outcome rows')
  const names = members.map(({ model }) => model).join(', ')
  return new WeirError(
    'data.model',
    `no row has text and a score${costUnit === 'usd' ? ' and costUsd' : ''} of each of ${names}, the artifact's pool; use data of this pool`,
  )
}
