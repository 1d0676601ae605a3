/**
 * Charts of a comparison over a pool: mean utility, and the gain over the hull of single models, of every method and the nulls; mean with 95% interval,
 * and each split as a faint dot.
 */
import * as Plot from '@observablehq/plot'
import type { PoolStatistic, PoolSystem } from '@weir/core'
import { draw } from './draw.ts'
import { between, decimal } from './format.ts'
import { poolTitleOf, type PoolResult } from './pool-result.ts'
import { signed } from './pool-tables.ts'

const ROW_PX = 30

export function plotPoolUtility(result: PoolResult): string {
  return plotRanking(result, {
    statistic: 'meanUtility',
    label: 'mean utility',
    nulls: ['bestPerTaskType', 'hullOfSingles', 'bestSingle'],
  })
}

export function plotPoolGain(result: PoolResult): string {
  return plotRanking(result, {
    statistic: 'hullGain',
    label: 'gain over the hull of singles',
    nulls: ['bestPerTaskType'],
    zero: true,
  })
}

interface Ranking {
  readonly statistic: PoolStatistic
  readonly label: string
  /** Null systems shown below the methods. */
  readonly nulls: readonly string[]
  /** Draws a line at 0. Default false. */
  readonly zero?: boolean
}

/** Empty where no method has the statistic. Methods from best to worst. */
function plotRanking({ systems }: PoolResult, { statistic, label, nulls, zero = false }: Ranking): string {
  const methods = systems.filter(
    ({ kind, statistics }) => kind === 'method' && statistics[statistic] !== null,
  )
  if (methods.length === 0) return ''
  const meanOf = ({ statistics }: PoolSystem): number => statistics[statistic]?.mean ?? 0
  const shown = [
    ...methods.toSorted((a, b) => meanOf(b) - meanOf(a)),
    ...nulls.flatMap(
      (name) => systems.find((one) => one.name === name && one.statistics[statistic] !== null) ?? [],
    ),
  ]
  const rows = shown.map((system) => {
    const measured = system.statistics[statistic]
    const [low, high] = measured?.interval ?? [meanOf(system), meanOf(system)]
    const place = methods.indexOf(system)
    const colour =
      place >= 0
        ? `var(--series-${systems.filter(({ kind }) => kind === 'method').indexOf(system) % 6})`
        : 'var(--table)'
    return { title: poolTitleOf(system.name), mean: meanOf(system), low, high, colour }
  })
  const splits = shown.flatMap(({ name, statistics }) =>
    (statistics[statistic]?.values ?? []).map((value) => ({ title: poolTitleOf(name), value })),
  )
  const show = zero ? signed : (value: number) => decimal(value)
  return draw({
    height: 80 + ROW_PX * rows.length,
    marginLeft: 150,
    describe: `${label} with 95% intervals: ${rows.map(({ title, mean, low, high }) => `${title} ${show(mean)} (${between([low, high], show)})`).join(', ')}.`,
    x: { label, grid: true, nice: true, tickFormat: (d: number) => d.toFixed(3), ticks: 7 },
    y: { label: null, type: 'point', domain: rows.map(({ title }) => title), padding: 0.6 },
    marks: [
      ...(zero ? [Plot.ruleX([0], { stroke: 'var(--random)', strokeDasharray: '6 5' })] : []),
      Plot.dot(splits, { x: 'value', y: 'title', r: 2.5, fill: 'var(--quiet)', fillOpacity: 0.55, dy: 9 }),
      Plot.link(rows, { x1: 'low', x2: 'high', y1: 'title', y2: 'title', stroke: 'colour', strokeWidth: 2 }),
      Plot.dot(rows, { x: 'mean', y: 'title', r: 5, fill: 'colour' }),
    ],
  })
}
