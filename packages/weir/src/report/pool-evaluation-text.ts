/**
 * What `weir evaluate` measured of a pool, as text.
 */
import type { PoolArtifact, PoolReport } from '@weir/core'
import { between, count, decimal, percent } from './format.ts'
import { showCost } from './pool-text.ts'
import { renderTable } from './table.ts'

export interface PoolEvaluation extends PoolReport {
  readonly mode: 'promise' | 'estimate'
  readonly costUnit: PoolArtifact['costUnit']
  readonly rowsLeftOut: number
  readonly skipped: number
  readonly dataHash: string
  readonly files: readonly string[]
  readonly artifact: object
  readonly warnings: readonly string[]
}

export function renderPoolEvaluation(evaluation: PoolEvaluation): string {
  const { rows, rowsLeftOut, mode, warnings, dataHash } = evaluation
  return [
    `${count(rows)} rows (${count(rowsLeftOut)} left out), data ${dataHash.slice(0, 12)}, levels in mode ${mode}`,
    ...warnings.map((warning) => `! ${warning}`),
    '',
    writeSystems(evaluation),
    '',
    writeLevels(evaluation),
    '',
    'kept: share of the reference quality, with its 95% interval. Over hull: quality above the best mix of single models at the same cost, with its 95% interval.',
    '',
  ].join('\n')
}

function writeSystems({ singles, bestSingle, reference, random, oracle, costUnit }: PoolEvaluation): string {
  const marks = (model: string): string =>
    [model === reference ? 'reference' : '', model === bestSingle ? 'best single model' : '']
      .filter((mark) => mark !== '')
      .join(', ')
  return renderTable(
    [
      { title: '' },
      { title: 'alone', align: 'left' },
      { title: 'quality' },
      { title: 'cost' },
      { title: '', align: 'left' },
    ],
    [
      ...singles.map(({ model, quality, cost }, j) => [
        `[${j + 1}]`,
        model,
        decimal(quality),
        showCost(cost, costUnit),
        marks(model),
      ]),
      ['', 'random model', decimal(random.quality), showCost(random.cost, costUnit), ''],
      ['', 'oracle', decimal(oracle.quality), showCost(oracle.cost, costUnit), 'knows every answer'],
    ],
  )
}

function writeLevels({ levels, singles, costUnit }: PoolEvaluation): string {
  return renderTable(
    [
      { title: 'level' },
      { title: 'quality' },
      { title: 'kept' },
      { title: '', align: 'left' },
      { title: 'cost' },
      { title: 'over hull' },
      { title: '', align: 'left' },
      ...singles.map((_, j) => ({ title: `[${j + 1}]` })),
    ],
    levels.map(({ level, quality, kept, cost, hullGain, intervals, shares }) => [
      level.toFixed(2),
      decimal(quality),
      percent(kept),
      between(intervals.kept, (value) => percent(value)),
      showCost(cost, costUnit),
      decimal(hullGain),
      between(intervals.hullGain),
      ...Object.values(shares).map((share) => percent(share, 0)),
    ]),
  )
}
