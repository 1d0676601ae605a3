/**
 * What `weir outcomes` prints on a terminal. All pairs are in --json; here are the ones worth routing between.
 */
import type { ModelSummary, OutcomeSummary, PairSummary } from '@weir/core'
import { between, count, counted, decimal, dollars, percent, UNKNOWN } from './format.ts'
import { dropEmptyColumns, renderTable } from './table.ts'

/** Pairs shown on a terminal; the rest is in --json. */
const SHOWN_PAIRS = 15

/** Below this gap in mean quality the small model alone does: there is nothing to route for. */
const LEAST_USEFUL_GAP = 0.02

export function renderOutcomeSummary(summary: OutcomeSummary): string {
  const parts = [renderCounts(summary), renderModels(summary.models)]
  if (summary.pairs.length > 0) parts.push(renderPairs(summary))
  return `${parts.join('\n\n')}\n`
}

function renderCounts({
  rows,
  rowsWithText,
  rowsWithCategory,
  datasets,
  models,
  metrics,
}: OutcomeSummary): string {
  const measures = metrics.length === 0 ? '' : `; measured by ${metrics.join(', ')}`
  const from = datasets.length === 0 ? '' : ` from ${datasets.join(', ')}`
  return (
    `${counted(rows, 'row')}${from}: ${count(rowsWithText)} with text, ${count(rowsWithCategory)} with a category; ` +
    `${counted(models.length, 'model')}${measures}`
  )
}

function renderModels(models: readonly ModelSummary[]): string {
  const columns = [
    { title: 'model', align: 'left' as const },
    { title: 'judged' },
    { title: 'sampled' },
    { title: 'quality' },
    { title: '95% interval' },
    { title: 'cost' },
    { title: 'tokens in' },
    { title: 'tokens out' },
    { title: 'ms' },
  ]
  return renderTable(
    ...dropEmptyColumns(
      columns,
      models.map((m) => [
        m.model,
        count(m.judged),
        m.sampled === 0 ? UNKNOWN : count(m.sampled),
        decimal(m.meanQuality),
        between(m.qualityInterval),
        dollars(m.meanCostUsd),
        count(m.meanInputTokens),
        count(m.meanOutputTokens),
        count(m.meanLatencyMs),
      ]),
    ),
  )
}

function renderPairs({ pairs, models, rows }: OutcomeSummary): string {
  const useful = selectUseful(pairs, models)
  const shown = (useful.length > 0 ? useful : pairs).slice(0, SHOWN_PAIRS)
  const columns = [
    { title: 'small', align: 'left' as const },
    { title: 'large', align: 'left' as const },
    { title: 'rows' },
    { title: 'overlap' },
    { title: 'small mean' },
    { title: 'large mean' },
    { title: 'small >= large' },
    { title: 'small > large' },
    { title: 'pair oracle' },
  ]
  const table = renderTable(
    columns,
    shown.map((p) => [
      p.small,
      p.large,
      count(p.rows),
      percent(p.rows / rows, 0),
      decimal(p.smallQuality),
      decimal(p.largeQuality),
      percent(p.smallAtLeastLarge),
      percent(p.smallAboveLarge),
      decimal(p.oracleQuality),
    ]),
  )
  return `${explainPairs(shown.length, useful.length, pairs.length)}\n${table}`
}

function explainPairs(shown: number, useful: number, all: number): string {
  const meaning =
    'headroom: "small >= large" is the share of calls that a perfect router keeps small at no loss'
  if (all === shown) return meaning
  const choice =
    useful === 0
      ? `${shown} of ${all} pairs; none has a large model that is better by ${LEAST_USEFUL_GAP}`
      : `${shown} of ${all} pairs: the large model better by ${LEAST_USEFUL_GAP} or more and not cheaper, by headroom times its quality`
  return `${meaning}\n${choice} (--json has all)`
}

/** Pairs that a router could earn its keep on. Unknown costs do not rule a pair out. */
function selectUseful(
  pairs: readonly PairSummary[],
  models: readonly ModelSummary[],
): readonly PairSummary[] {
  const cost = new Map(models.map(({ model, meanCostUsd }) => [model, meanCostUsd]))
  const useful = pairs.filter(({ small, large, smallQuality, largeQuality }) => {
    const [smallCost, largeCost] = [cost.get(small) ?? null, cost.get(large) ?? null]
    const isCheaper = smallCost === null || largeCost === null || smallCost < largeCost
    return largeQuality - smallQuality >= LEAST_USEFUL_GAP && isCheaper
  })
  return useful.sort((a, b) => worthOf(b) - worthOf(a))
}

/** Headroom alone would put pairs of poor models first. */
function worthOf({ smallAtLeastLarge, largeQuality }: PairSummary): number {
  return smallAtLeastLarge * largeQuality
}
