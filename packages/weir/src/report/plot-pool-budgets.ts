/**
 * Chart of a comparison over a pool: how far mean costs of tested queries are off budgets that were set on training rows; one dot a split.
 */
import * as Plot from '@observablehq/plot'
import { draw } from './draw.ts'
import { percent } from './format.ts'
import type { PoolResult } from './pool-result.ts'
import type { Series } from './series.ts'

const ROW_PX = 30

/** What the colours of the dots stand for. */
export function listBudgetSeries({ systems }: PoolResult): readonly (Series & { readonly title: string })[] {
  const shares = systems.flatMap(({ service }) => service?.budgets ?? []).map(({ share }) => share)
  return [...new Set(shares)].map((share, i) => ({
    title: `${percent(share, 0)} of the dearest model`,
    stroke: `var(--series-${i})`,
    dash: '',
  }))
}

/** Empty where no budget binds. */
export function plotPoolBudgets({ systems }: PoolResult): string {
  const dots = systems.flatMap(({ name, service }) =>
    (service?.budgets ?? []).flatMap(({ share, error }, place) =>
      (error?.values ?? []).map((value) => ({ name, share, value, place })),
    ),
  )
  if (dots.length === 0) return ''
  const names = [...new Set(dots.map(({ name }) => name))]
  const shares = [
    ...new Set(systems.flatMap(({ service }) => service?.budgets ?? []).map(({ share }) => share)),
  ]
  const furthest = dots.reduce((most, one) => (Math.abs(one.value) > Math.abs(most.value) ? one : most))
  return draw({
    height: 90 + ROW_PX * names.length,
    marginLeft: 110,
    describe: `Mean cost against budget. Furthest off: ${furthest.name} at ${percent(furthest.share, 0)}, by ${percent(furthest.value)}.`,
    x: {
      label: 'mean cost / budget - 1',
      grid: true,
      nice: true,
      tickFormat: (d: number) => percent(d, 0),
      ticks: 8,
    },
    y: { label: null, type: 'point', domain: names, padding: 0.6 },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--random)', strokeDasharray: '6 5' }),
      ...shares.map((share, i) =>
        Plot.dot(
          dots.filter((one) => one.share === share),
          { x: 'value', y: 'name', r: 3.5, fill: `var(--series-${i})`, fillOpacity: 0.8, dy: (i - 1) * 7 },
        ),
      ),
    ],
  })
}
