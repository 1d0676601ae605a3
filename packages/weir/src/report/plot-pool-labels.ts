/**
 * Chart of a comparison over a pool: AIQ by the number of training rows, one line a method, on a logarithmic axis.
 */
import * as Plot from '@observablehq/plot'
import { draw } from './draw.ts'
import { count, decimal } from './format.ts'
import type { PoolResult } from './pool-result.ts'
import { seriesOf } from './series.ts'

/** Empty where no shares were asked for. */
export function plotPoolLabels({ labelShares, systems }: PoolResult): string {
  const names = labelShares[0]?.methods.map(({ name }) => name) ?? []
  if (names.length === 0) return ''
  const lines = names.map((name) =>
    labelShares.flatMap(({ trainingRows, methods }) => {
      const measured = methods.find((one) => one.name === name)?.statistics.averageImprovementInQuality
      const rows = trainingRows.reduce((sum, one) => sum + one, 0) / trainingRows.length
      return measured ? [{ rows, height: measured.mean }] : []
    }),
  )
  const hull = systems.find(({ name }) => name === 'hullOfSingles')?.statistics.averageImprovementInQuality
    ?.mean
  return draw({
    height: 380,
    describe: `AIQ by training rows: ${names.map((name, i) => `${name} ${(lines[i] ?? []).map(({ height }) => decimal(height)).join(', ')}`).join('; ')}.`,
    x: {
      label: 'training rows',
      type: 'log',
      grid: true,
      tickFormat: (rows: number) => count(rows),
      ticks: (lines[0] ?? []).map(({ rows }) => rows),
    },
    y: { label: 'AIQ', grid: true, nice: true, tickFormat: (d: number) => d.toFixed(3) },
    marks: [
      ...(hull === undefined
        ? []
        : [Plot.ruleY([hull], { stroke: 'var(--random)', strokeDasharray: '6 5' })]),
      ...lines.map((points, i) =>
        Plot.line(points, {
          x: 'rows',
          y: 'height',
          stroke: seriesOf(i).stroke,
          strokeDasharray: seriesOf(i).dash,
          strokeWidth: 2,
          marker: 'dot',
        }),
      ),
    ],
  })
}
