/**
 * The plots of the page of `weir evaluate`. How a plot becomes SVG text is draw.ts; colours are CSS variables of the page.
 */
import * as Plot from '@observablehq/plot'
import type { CurvePoint } from '@weir/core'
import { CURVE_AXES, draw } from './draw.ts'
import { subjectOf, type Evaluation } from './evaluation.ts'
import { decimal, percent } from './format.ts'

/** Colours, named after what they stand for; defined in page-style.ts for light and dark. */
const ROUTER = 'var(--router)'
const TABLE = 'var(--table)'
const ORACLE = 'var(--oracle)'
const RANDOM = 'var(--random)'
const INK = 'var(--ink)'
const QUIET = 'var(--quiet)'

/** Points drawn of a curve: more are not visible at this size and make the page large. */
const DRAWN_POINTS = 400

/** Quality against the share kept small: the router, its baselines, and the points of its levels. */
export function plotCurve(evaluation: Evaluation): string {
  const { curve, levels, small, large, oracle, baselines } = evaluation
  const ends = [
    { costAdvantage: 0, quality: large.quality },
    { costAdvantage: 1, quality: small.quality },
  ]
  const table = baselines.taskTable?.curve ?? []
  const named = [
    { points: ends, stroke: RANDOM, name: 'random', strokeDasharray: '5 4' },
    { points: thin(oracle.curve), stroke: ORACLE, name: 'oracle', strokeDasharray: '2 3' },
    { points: thin(table), stroke: TABLE, name: 'task-type table', strokeDasharray: '' },
    { points: thin(curve), stroke: ROUTER, name: `this ${subjectOf(evaluation)}`, strokeDasharray: '' },
  ].filter(({ points }) => points.length > 0)
  return draw({
    height: 430,
    describe:
      `Mean quality against the share of calls kept on ${small.model}. The router goes from ${decimal(large.quality)} with nothing kept to ` +
      `${decimal(small.quality)} with everything kept; a random router falls along a straight line.`,
    ...CURVE_AXES,
    marks: [
      ...named.map(({ points, stroke, strokeDasharray, name }) =>
        Plot.lineY(points, {
          x: 'costAdvantage',
          y: 'quality',
          stroke,
          strokeWidth: name.startsWith('this ') ? 2.5 : 1.75,
          strokeDasharray,
        }),
      ),
      Plot.dot(levels, {
        x: 'costAdvantage',
        y: 'quality',
        r: 3.5,
        fill: ROUTER,
        stroke: 'var(--page)',
        title: (d: Evaluation['levels'][number]) =>
          `level ${d.asked}: ${percent(d.costAdvantage)} kept small, quality ${decimal(d.quality)}`,
      }),
      Plot.text(labelledLevels(evaluation), {
        x: 'costAdvantage',
        y: 'quality',
        text: 'label',
        dy: -12,
        dx: 4,
        fill: INK,
        textAnchor: 'start',
      }),
    ],
  })
}

/** Levels that get their number written beside the point: the others would write over each other. */
function labelledLevels({ levels }: Evaluation): readonly object[] {
  const shown = levels.filter(({ asked }) => [0.8, 0.9, 0.95, 0.99].includes(asked))
  return shown.flatMap((level, i) => {
    const before = shown[i - 1]
    const isClear = before === undefined || Math.abs(before.costAdvantage - level.costAdvantage) > 0.06
    return isClear ? [{ ...level, label: String(level.asked) }] : []
  })
}

/** Level asked for against level delivered, with intervals; above the diagonal the level was kept. */
export function plotLevels({ levels, small, large }: Evaluation): string {
  const shown = levels.filter(({ delivered }) => delivered !== null)
  const lows = shown.map(({ deliveredInterval, delivered }) => deliveredInterval?.[0] ?? delivered ?? 1)
  const low = Math.min(...shown.map(({ asked }) => asked), ...lows)
  const floor = large.quality === 0 ? 0 : small.quality / large.quality
  const ends = [{ at: low }, { at: 1 }]
  return draw({
    height: 380,
    describe:
      "Share of the large model's quality asked for and delivered, with 95% intervals. Points on or above the diagonal kept their level. " +
      shown.map(({ asked, delivered }) => `${asked}: ${percent(delivered)}`).join(', '),
    x: { label: 'quality level asked for', tickFormat: (d: number) => percent(d, 0), grid: true },
    y: { label: 'delivered', tickFormat: (d: number) => percent(d, 0), grid: true },
    marks: [
      Plot.line(ends, { x: 'at', y: 'at', stroke: QUIET, strokeDasharray: '5 4' }),
      ...(floor > low ? [Plot.ruleY([floor], { stroke: RANDOM, strokeDasharray: '2 3' })] : []),
      Plot.link(
        shown.filter(({ deliveredInterval }) => deliveredInterval !== null),
        {
          x: 'asked',
          y1: (d: Evaluation['levels'][number]) => d.deliveredInterval?.[0] ?? d.delivered,
          y2: (d: Evaluation['levels'][number]) => d.deliveredInterval?.[1] ?? d.delivered,
          stroke: ROUTER,
          strokeWidth: 1.5,
        },
      ),
      Plot.dot(shown, { x: 'asked', y: 'delivered', r: 4, fill: ROUTER }),
    ],
  })
}

/** Every k-th point with both ends, by count. */
function thin(points: readonly CurvePoint[]): readonly CurvePoint[] {
  if (points.length <= DRAWN_POINTS) return points
  const step = (points.length - 1) / (DRAWN_POINTS - 1)
  return Array.from({ length: DRAWN_POINTS }, (_, i) => points[Math.round(i * step)]).filter(
    (p) => p !== undefined,
  )
}
