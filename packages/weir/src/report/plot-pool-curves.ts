/**
 * Chart of a comparison over a pool: mean quality against mean cost, all methods and nulls, on a logarithmic axis of money where models differ by
 * more than a factor of ten.
 */
import * as Plot from '@observablehq/plot'
import { draw } from './draw.ts'
import { decimal } from './format.ts'
import { poolTitleOf, showCost, type PoolResult } from './pool-result.ts'
import { seriesOf, type Series } from './series.ts'

export interface PoolLine extends Series {
  readonly title: string
  readonly width: number
  readonly points: PoolResult['systems'][number]['curve']
}

const NULL_LINES: Readonly<Record<string, Series>> = {
  bestPerTaskType: { stroke: 'var(--table)', dash: '' },
  hullOfSingles: { stroke: 'var(--random)', dash: '6 5' },
  oracle: { stroke: 'var(--oracle)', dash: '2 3' },
}

/** In the order they are drawn: nulls below, methods on top. */
export function listPoolLines({ systems }: PoolResult): readonly PoolLine[] {
  const nulls = systems.flatMap(({ name, kind, curve }) => {
    const series = NULL_LINES[name]
    return kind === 'method' || series === undefined
      ? []
      : [{ ...series, title: poolTitleOf(name), width: 1.75, points: curve }]
  })
  const methods = systems
    .filter(({ kind }) => kind === 'method')
    .map(({ name, curve }, i) => ({ ...seriesOf(i), title: name, width: 2, points: curve }))
  return [...nulls, ...methods]
}

/** From here on a linear axis would press the cheap models into its first tenth. */
const WIDE = 10

export function plotPoolCurves(result: PoolResult): string {
  const { models, costRange, costUnit, systems } = result
  const isWide = costRange.from > 0 && costRange.to / costRange.from > WIDE
  const best = (name: string): string =>
    decimal(systems.find((one) => one.name === name)?.statistics.meanQualityOverCost?.mean)
  const methods = systems.filter(({ kind }) => kind === 'method')
  return draw({
    height: 460,
    describe:
      `Mean quality against the mean cost of a query. Mean over the range of costs: hull of single models ${best('hullOfSingles')}, ` +
      `${methods.map(({ name }) => `${name} ${best(name)}`).join(', ')}.`,
    x: {
      label: costUnit === 'usd' ? 'cost of a query (USD)' : 'cost of a query (in calls)',
      ...(isWide ? { type: 'log' } : {}),
      tickFormat: (cost: number) => showCost(result, cost),
      ticks: isWide ? listTicks(costRange) : 6,
      grid: true,
    },
    y: { label: 'mean quality', grid: true, nice: true, tickFormat: (d: number) => d.toFixed(2) },
    marks: [
      ...listPoolLines(result).map(({ points, stroke, dash, width }) =>
        Plot.line(isWide ? fillIn(points) : points, {
          x: 'cost',
          y: 'quality',
          stroke,
          strokeWidth: width,
          strokeDasharray: dash,
        }),
      ),
      Plot.dot(models, {
        x: 'meanCost',
        y: 'meanQuality',
        r: 4,
        fill: 'var(--page)',
        stroke: 'var(--ink)',
        strokeWidth: 1.5,
      }),
      Plot.text(models, { x: 'meanCost', y: 'meanQuality', text: 'model', dy: -12, fill: 'var(--ink)' }),
    ],
  })
}

/** 1 and 3 of every decade: more would write over each other. */
function listTicks({ from, to }: PoolResult['costRange']): readonly number[] {
  const decades = Array.from(
    { length: Math.ceil(Math.log10(to / from)) + 2 },
    (_, i) => 10 ** (Math.floor(Math.log10(from)) + i),
  )
  return decades.flatMap((one) => [one, 3 * one]).filter((cost) => cost >= from * 0.9 && cost <= to * 1.1)
}

const PARTS = 24

/** Mixing two points by lot is a straight line in money, which a logarithmic axis bends: points between those far apart. */
function fillIn(points: PoolLine['points']): PoolLine['points'] {
  return points.flatMap((one, i) => {
    const next = points[i + 1]
    const isFar = next !== undefined && Math.abs(Math.log(next.cost / one.cost)) > 0.1
    if (!isFar) return [one]
    return Array.from({ length: PARTS }, (_, part) => ({
      cost: one.cost + ((next.cost - one.cost) * part) / PARTS,
      quality: one.quality + ((next.quality - one.quality) * part) / PARTS,
    }))
  })
}
