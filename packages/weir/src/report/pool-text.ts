/**
 * A trained pool as text and as JSON: its models, and what each quality level costs and whom it asks.
 */
import { settingAt, type Artifact, type Mode, type OperatingPoint, type PoolArtifact } from '@weir/core'
import { decimal, dollars, percent } from './format.ts'
import { describeCalibration, shownLevels } from './levels-text.ts'
import { renderTable, type Column } from './table.ts'

export type PooledArtifact = Artifact & { readonly pool: PoolArtifact }

export function isPooled(artifact: Artifact): artifact is PooledArtifact {
  return artifact.pool !== undefined
}

/** A level with what it means for the pool: mean cost, quality, and the share of queries that each model answers. */
export interface PoolLevel extends OperatingPoint {
  readonly costWeight: number | null
  readonly meanCost: number
  readonly meanQuality: number
  readonly shares: Readonly<Record<string, number>>
}

export function shownPoolLevels({ pool, calibration }: PooledArtifact): readonly Record<Mode, PoolLevel>[] {
  const describe = (point: OperatingPoint): PoolLevel => {
    const { costWeight, meanCost, meanQuality, shares } = settingAt(pool, point.threshold)
    const byModel = Object.fromEntries(pool.members.map(({ model }, j) => [model, shares[j] ?? 0]))
    return { ...point, costWeight, meanCost, meanQuality, shares: byModel }
  }
  return shownLevels(calibration).map(({ promise, estimate }) => ({
    promise: describe(promise),
    estimate: describe(estimate),
  }))
}

/** Lines without a line feed at the end. */
export function writeMembers({ pool: { members, reference, costUnit } }: PooledArtifact): string {
  return renderTable(
    [
      { title: '' },
      { title: 'model', align: 'left' },
      { title: 'mean quality' },
      { title: costUnit === 'usd' ? 'mean cost' : 'cost, calls' },
      { title: '', align: 'left' },
    ],
    members.map(({ model, meanQuality, meanCost }, j) => [
      `[${j + 1}]`,
      model,
      decimal(meanQuality),
      showCost(meanCost, costUnit),
      model === reference ? 'reference: levels are shares of its quality' : '',
    ]),
  )
}

/** Shares by the numbers of writeMembers. Lines without a line feed at the end. */
export function writePoolLevels(artifact: PooledArtifact): string {
  const { pool, calibration } = artifact
  const columns: readonly Column[] = [
    { title: 'level' },
    { title: '', align: 'left' },
    { title: pool.costUnit === 'usd' ? 'mean cost' : 'calls' },
    { title: 'quality' },
    ...pool.members.map((_, j) => ({ title: `[${j + 1}]` })),
  ]
  const row = (level: PoolLevel): readonly string[] => [
    level.quality.toFixed(2),
    level.threshold === null ? notKept(level.mode) : level.mode,
    showCost(level.meanCost, pool.costUnit),
    decimal(level.meanQuality),
    ...Object.values(level.shares).map((share) => percent(share, 0)),
  ]
  return [
    describeCalibration(calibration),
    '',
    renderTable(
      columns,
      shownPoolLevels(artifact).flatMap(({ promise, estimate }) => [row(promise), row(estimate)]),
    ),
    '',
    `promise: at least that share of ${pool.reference}'s quality, with confidence ${percent(1 - calibration.delta, 0)}, on traffic like these rows`,
    'estimate: what these rows suggest, no guarantee. Cost, quality and shares per model are those of the rows, decided without having seen them',
  ].join('\n')
}

function notKept(mode: Mode): string {
  return mode === 'promise' ? 'promise: not provable' : 'estimate: not feasible'
}

export function showCost(cost: number, unit: PoolArtifact['costUnit']): string {
  return unit === 'usd' ? dollars(cost) : decimal(cost)
}
