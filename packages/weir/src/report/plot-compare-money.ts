/**
 * Chart of a comparison on the money that was paid: routers and cascades side by side, each query's whole path counted. The straight line is the
 * hull of the single models, what mixing them by lot buys.
 */
import * as Plot from '@observablehq/plot'
import { findSystem, type ComparisonResult } from './compare-result.ts'
import { CURVE_AXES, draw } from './draw.ts'
import { decimal, dollars } from './format.ts'
import { listLines } from './plot-compare-curves.ts'

interface Point {
  readonly costUsd: number
  readonly quality: number
}

/** Empty when the rows do not know costs. */
export function plotCompareMoney(result: ComparisonResult): string {
  const { costs, systems, pair } = result
  const [small, large] = [findSystem(systems, 'allSmall'), findSystem(systems, 'allLarge')]
  if (costs === null || !small?.quality || !large?.quality) return ''
  const hull: readonly Point[] = [
    { costUsd: costs.smallUsd, quality: small.quality.mean },
    { costUsd: costs.largeUsd, quality: large.quality.mean },
  ]
  const lines = listLines(result).flatMap(({ points, ...line }) => {
    const paid = points.flatMap(({ costUsd, quality }) =>
      costUsd === undefined ? [] : [{ costUsd, quality }],
    )
    return paid.length === 0 ? [] : [{ ...line, points: paid }]
  })
  return draw({
    height: 430,
    describe:
      `Mean quality against the mean cost of a query. ${pair.small} alone: ${dollars(costs.smallUsd)}, quality ${decimal(small.quality.mean)}; ` +
      `${pair.large} alone: ${dollars(costs.largeUsd)}, quality ${decimal(large.quality.mean)}.`,
    x: {
      label: 'cost of a query, every call counted (USD)',
      tickFormat: (usd: number) => dollars(usd),
      ticks: 6,
    },
    y: CURVE_AXES.y,
    marks: [
      Plot.lineY(hull, {
        x: 'costUsd',
        y: 'quality',
        stroke: 'var(--random)',
        strokeWidth: 1.75,
        strokeDasharray: '6 5',
      }),
      ...lines.map(({ points, stroke, dash, width }) =>
        Plot.lineY(points, {
          x: 'costUsd',
          y: 'quality',
          stroke,
          strokeWidth: width,
          strokeDasharray: dash,
        }),
      ),
      Plot.dot(hull, {
        x: 'costUsd',
        y: 'quality',
        r: 4,
        fill: 'var(--page)',
        stroke: 'var(--ink)',
        strokeWidth: 1.5,
      }),
    ],
  })
}
