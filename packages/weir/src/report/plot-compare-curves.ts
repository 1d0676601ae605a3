/**
 * Chart of a comparison: mean quality against the share kept small, all methods and nulls. The straight line is the random mix, the convex hull of
 * the single models: whoever is above it earns his place.
 */
import * as Plot from '@observablehq/plot'
import type { ComparedSystem } from '@weir/core'
import { findSystem, titleOf, type ComparisonResult } from './compare-result.ts'
import { CURVE_AXES, draw } from './draw.ts'
import { decimal } from './format.ts'
import { seriesOf, type Series } from './series.ts'

export interface DrawnLine extends Series {
  readonly title: string
  readonly width: number
  readonly points: NonNullable<ComparedSystem['curve']>
}

const NULL_LINES: Readonly<Record<string, Series>> = {
  bestPerTaskType: { stroke: 'var(--table)', dash: '' },
  randomMix: { stroke: 'var(--random)', dash: '6 5' },
  oracle: { stroke: 'var(--oracle)', dash: '2 3' },
}

/** In the order they are drawn: nulls below, methods on top in their order, so that a later one's dashes lie on the first one's solid line. */
export function listLines({ systems }: ComparisonResult): readonly DrawnLine[] {
  const nulls = systems.flatMap(({ name, kind, curve }) => {
    const series = NULL_LINES[name]
    return kind === 'method' || curve === null || series === undefined
      ? []
      : [{ ...series, title: titleOf(name), width: 1.75, points: curve }]
  })
  const methods = systems
    .filter(({ kind }) => kind === 'method')
    .map(({ name, curve }, i) => ({ ...seriesOf(i), title: name, width: 2.25, points: curve ?? [] }))
  return [...nulls, ...methods]
}

export function plotCompareCurves(result: ComparisonResult): string {
  const { systems, pair } = result
  const lines = listLines(result)
  const dots = ['allSmall', 'allLarge', 'bestPerTaskType'].flatMap((name) => {
    const { quality, costAdvantage } = findSystem(systems, name) ?? {}
    return quality && costAdvantage
      ? [{ name: titleOf(name), quality: quality.mean, costAdvantage: costAdvantage.mean }]
      : []
  })
  const methods = lines.filter((line) => systems.some(({ name }) => name === line.title))
  return draw({
    height: 460,
    describe:
      `Mean quality against the share of calls kept on ${pair.small}. At half kept: ` +
      methods.map(({ title, points }) => `${title} ${decimal(points[50]?.quality)}`).join(', ') +
      `; a random mix ${decimal(findSystem(systems, 'randomMix')?.curve?.[50]?.quality)}.`,
    ...CURVE_AXES,
    marks: [
      ...lines.map(({ points, stroke, dash, width }) =>
        Plot.lineY(points, {
          x: 'costAdvantage',
          y: 'quality',
          stroke,
          strokeWidth: width,
          strokeDasharray: dash,
        }),
      ),
      Plot.dot(dots, {
        x: 'costAdvantage',
        y: 'quality',
        r: 4,
        fill: 'var(--page)',
        stroke: 'var(--ink)',
        strokeWidth: 1.5,
        title: (d: (typeof dots)[number]) => `${d.name}: quality ${decimal(d.quality)}`,
      }),
    ],
  })
}
