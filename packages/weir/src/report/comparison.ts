/**
 * The router beside what it must beat: all small, all large, random, the task-type table, the oracle.
 */
import { decimal, dollars, percent } from './format.ts'
import { subjectOf, type Evaluation } from './evaluation.ts'

export const COMPARISON_COLUMNS: readonly string[] = [
  'system',
  'quality',
  'kept small',
  'cost',
  'APGR',
  'kept at 0%',
  'kept at 1%',
  'kept at 5%',
]

function byDrop(shares: Evaluation['costAdvantageAtDrop']): readonly string[] {
  return ['0', '0.01', '0.05'].map((drop) => percent(shares[drop]))
}

export function listComparison(evaluation: Evaluation): readonly (readonly string[])[] {
  const { small, large, oracle, baselines } = evaluation
  const { random, taskTable, bestSingle } = baselines
  const best = (model: string): string => (model === bestSingle.model ? ' (best single)' : '')
  const table =
    taskTable === null
      ? []
      : [
          [
            `task table, ${taskTable.types} types`,
            '',
            '',
            '',
            decimal(taskTable.apgr),
            ...byDrop(taskTable.costAdvantageAtDrop),
          ],
        ]
  return [
    [
      `all small${best(small.model)}`,
      decimal(small.quality),
      '100.0%',
      dollars(small.costUsd),
      '',
      '',
      '',
      '',
    ],
    [`all large${best(large.model)}`, decimal(large.quality), '0.0%', dollars(large.costUsd), '', '', '', ''],
    ['random', '', '', '', decimal(random.apgr), ...byDrop(random.costAdvantageAtDrop)],
    ...table,
    [
      `this ${subjectOf(evaluation)}`,
      '',
      '',
      '',
      decimal(evaluation.apgr),
      ...byDrop(evaluation.costAdvantageAtDrop),
    ],
    [
      'oracle',
      decimal(oracle.quality),
      percent(oracle.costAdvantage),
      '',
      decimal(oracle.apgr),
      ...byDrop(oracle.costAdvantageAtDrop),
    ],
  ]
}
