/**
 * The router at the headline level beside what needs no router, for the terminal and the page.
 */
import type { LeadReport } from '@weir/core'
import { subjectOf, type Evaluation } from './evaluation.ts'
import { between, decimal, dollars, percent, UNKNOWN } from './format.ts'
import { HEADLINE_LEVEL } from './headline.ts'

export const NULL_COLUMNS: readonly string[] = [
  'system',
  'quality',
  'kept small',
  'cost',
  'its lead',
  '95% interval',
]

export interface NullTable {
  readonly asked: number
  readonly rows: readonly (readonly string[])[]
  /** How the table is to be read: what equal cost means, and where the task types come from. */
  readonly note: string
}

/** Undefined without levels. */
export function listNullRouters(evaluation: Evaluation): NullTable | undefined {
  const { nullRouters } = evaluation
  const lead = [...nullRouters.levels].sort(
    (a, b) => Math.abs(a.asked - HEADLINE_LEVEL) - Math.abs(b.asked - HEADLINE_LEVEL),
  )[0]
  if (lead === undefined) return undefined
  const { bestSingle, bestPerTaskType, axis } = nullRouters
  const isMoney = axis === 'costUsd'
  const cost = (usd: number): string => (isMoney ? dollars(usd) : UNKNOWN)
  const at = isMoney ? 'at equal cost' : 'at equal calls'
  return {
    asked: lead.asked,
    rows: [
      [
        `this ${subjectOf(evaluation)} at level ${lead.asked}`,
        decimal(lead.quality),
        percent(keptAt(evaluation, lead)),
        cost(lead.cost),
        '',
        '',
      ],
      [
        `best single model: ${bestSingle.model}`,
        decimal(bestSingle.quality),
        percent(bestSingle.costAdvantage),
        cost(bestSingle.cost),
        ...leadCells(lead.leadOverBestSingle, lead.leadOverBestSingleInterval),
      ],
      ...(bestPerTaskType === null
        ? []
        : [
            [
              'best per task type',
              decimal(bestPerTaskType.quality),
              percent(bestPerTaskType.costAdvantage),
              cost(bestPerTaskType.cost),
              '',
              '',
            ],
            [
              `task-type table ${at}`,
              decimal(lead.taskTable),
              '',
              cost(lead.cost),
              ...leadCells(lead.leadOverTaskTable, lead.leadOverTaskTableInterval),
            ],
          ]),
      [
        `random mix ${at}`,
        decimal(lead.randomMix),
        '',
        cost(lead.cost),
        ...leadCells(lead.leadOverRandomMix, lead.leadOverRandomMixInterval),
      ],
    ],
    note: describeNulls(evaluation),
  }
}

/** Share kept small by the decisions at the level. */
function keptAt({ levels }: Evaluation, { asked }: LeadReport): number | undefined {
  return levels.find((level) => level.asked === asked)?.costAdvantage
}

function leadCells(
  lead: number | null,
  interval: LeadReport['leadOverRandomMixInterval'],
): readonly string[] {
  return [lead === null ? UNKNOWN : signed(lead), between(interval, signed)]
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`
}

function describeNulls({ nullRouters, rows }: Evaluation): string {
  const { axis, bestPerTaskType, randomMix } = nullRouters
  const cost =
    axis === 'costUsd'
      ? `equal cost is equal mean USD a query, on the ${nullRouters.rows === rows ? 'rows' : `${nullRouters.rows} rows`} that know it`
      : 'equal calls is the same share of large calls, since the rows do not know money'
  const types =
    bestPerTaskType === null
      ? 'no row has a category, so there is no task-type table'
      : `the task-type table is told each query's category and is fitted on ${bestPerTaskType.fittedOn}`
  const mix =
    randomMix.models.length === 1
      ? `; no mix helps: ${randomMix.models[0] ?? ''} alone is as good`
      : '; the random mix draws a model by lot'
  return `${cost}; ${types}${mix}. A lead whose interval holds 0 is not shown to be one.`
}
