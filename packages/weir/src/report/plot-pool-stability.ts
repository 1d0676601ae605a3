/**
 * Chart of a comparison over a pool: share of decisions that perturbed queries leave unchanged, a small dot for each method and the first method's
 * large.
 */
import * as Plot from '@observablehq/plot'
import { draw } from './draw.ts'
import { percent } from './format.ts'
import type { PoolResult } from './pool-result.ts'

const ROW_PX = 44

/** Empty where it was not asked for. */
export function plotPoolStability({ systems }: PoolResult): string {
  const dots = systems.flatMap(({ name, service }) =>
    (service?.stability ?? []).map(({ perturbation, unchanged }) => ({
      name,
      perturbation,
      unchanged: unchanged.mean,
    })),
  )
  const [first] = dots
  if (first === undefined) return ''
  const kinds = [...new Set(dots.map(({ perturbation }) => perturbation))]
  const ours = dots.filter(({ name }) => name === first.name)
  return draw({
    height: 80 + ROW_PX * kinds.length,
    marginLeft: 110,
    describe: `Decisions left unchanged by ${first.name}: ${ours.map(({ perturbation, unchanged }) => `${perturbation} ${percent(unchanged)}`).join(', ')}.`,
    x: {
      label: `decisions unchanged (large: ${first.name})`,
      grid: true,
      nice: true,
      tickFormat: (d: number) => percent(d, 0),
    },
    y: { label: null, type: 'point', domain: kinds, padding: 0.6 },
    marks: [
      Plot.dot(dots, {
        x: 'unchanged',
        y: 'perturbation',
        r: 3,
        fill: 'var(--quiet)',
        fillOpacity: 0.7,
        dy: 9,
        title: 'name',
      }),
      Plot.dot(ours, { x: 'unchanged', y: 'perturbation', r: 5.5, fill: 'var(--router)' }),
    ],
  })
}
