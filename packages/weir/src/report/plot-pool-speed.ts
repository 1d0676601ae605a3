/**
 * Chart of a comparison over a pool: how long a decision takes, from the median to the 99th percentile, on the machine that measured.
 */
import * as Plot from '@observablehq/plot'
import { draw } from './draw.ts'
import { decimal } from './format.ts'
import type { PoolResult } from './pool-result.ts'

const ROW_PX = 26

/** Empty without a clock. */
export function plotPoolSpeed({ systems }: PoolResult): string {
  const rows = systems.flatMap(({ name, service }) => {
    const times = service?.decisionMs
    return times ? [{ name, p50: times.p50.mean, p99: times.p99.mean }] : []
  })
  if (rows.length === 0) return ''
  return draw({
    height: 80 + ROW_PX * rows.length,
    marginLeft: 110,
    describe: `Milliseconds of a decision, median and 99th percentile: ${rows.map(({ name, p50, p99 }) => `${name} ${decimal(p50)} and ${decimal(p99)}`).join(', ')}.`,
    x: { label: 'milliseconds a decision', grid: true, nice: true, zero: true },
    y: { label: null, type: 'point', domain: rows.map(({ name }) => name), padding: 0.6 },
    marks: [
      Plot.link(rows, {
        x1: 'p50',
        x2: 'p99',
        y1: 'name',
        y2: 'name',
        stroke: 'var(--router)',
        strokeWidth: 2,
      }),
      Plot.dot(rows, { x: 'p50', y: 'name', r: 5, fill: 'var(--router)' }),
      Plot.dot(rows, {
        x: 'p99',
        y: 'name',
        r: 4,
        fill: 'var(--page)',
        stroke: 'var(--router)',
        strokeWidth: 2,
      }),
    ],
  })
}
