/**
 * What `weir assign` found, for a terminal.
 */
import { count, counted, decimal, dollars, percent } from './format.ts'
import { renderTable } from './table.ts'

/** Everything `weir assign --json` prints. Costs and qualities are predicted. */
export interface BatchReport {
  readonly queries: number
  readonly budgetUsd: number
  /** At most the budget. */
  readonly costUsd: number
  readonly meanQuality: number
  /** Sum of quality that the next dollar would bring; null when nothing is left to buy. */
  readonly qualityPerUsd: number | null
  /** Cheap to dear. */
  readonly models: readonly { readonly model: string; readonly queries: number; readonly costUsd: number }[]
  /** From the cheapest assignment to the best. */
  readonly pareto: readonly { readonly costUsd: number; readonly meanQuality: number }[]
  /** In the order of the file. */
  readonly assignments: readonly {
    readonly id: string
    readonly model: string
    readonly quality: number
    readonly costUsd: number
  }[]
}

export function renderAssignment(report: BatchReport): string {
  const { queries, budgetUsd, costUsd, meanQuality, qualityPerUsd, models, pareto } = report
  return [
    `${counted(queries, 'query').replace('querys', 'queries')}, predicted: ${dollars(costUsd)} of ${dollars(budgetUsd)}, mean quality ${decimal(meanQuality)}`,
    qualityPerUsd === null
      ? 'more money would buy nothing'
      : `another dollar would bring ${decimal(qualityPerUsd, 1)} answers' worth of quality`,
    '',
    renderTable(
      [{ title: 'model', align: 'left' }, { title: 'queries' }, { title: 'share' }, { title: 'cost' }],
      models.map((one) => [
        one.model,
        count(one.queries),
        percent(one.queries / queries, 0),
        dollars(one.costUsd),
      ]),
    ),
    '',
    'other budgets',
    renderTable(
      [{ title: 'cost' }, { title: 'mean quality' }],
      pareto.map((point) => [dollars(point.costUsd), decimal(point.meanQuality)]),
    ),
    '',
  ].join('\n')
}
