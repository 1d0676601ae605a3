/**
 * Chart of a comparison: APGR of every method and of the task types, mean with 95% interval, and each split as a faint dot. Random is 0.5.
 */
import * as Plot from '@observablehq/plot'
import { titleOf, type ComparisonResult } from './compare-result.ts'
import { draw } from './draw.ts'
import { between, decimal } from './format.ts'

interface Row {
  readonly title: string
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly colour: string
}

const ROW_PX = 34

/** Empty where no method has an APGR. */
export function plotApgr({ systems }: ComparisonResult): string {
  const methods = systems.filter(({ kind }) => kind === 'method')
  const shown = [...methods, ...systems.filter(({ name }) => name === 'bestPerTaskType')].filter(
    ({ statistics }) => statistics.apgr !== null,
  )
  if (shown.length === 0) return ''
  const rows = shown.flatMap(({ name, statistics: { apgr } }): readonly Row[] => {
    if (apgr === null) return []
    const [low, high] = apgr.interval ?? [apgr.mean, apgr.mean]
    const colour =
      name === 'bestPerTaskType'
        ? 'var(--table)'
        : `var(--series-${methods.findIndex((one) => one.name === name) % 6})`
    return [{ title: titleOf(name), mean: apgr.mean, low, high, colour }]
  })
  const splits = shown.flatMap(({ name, statistics: { apgr } }) =>
    (apgr?.values ?? []).map((value) => ({ title: titleOf(name), value })),
  )
  const described = shown.map(
    ({ name, statistics: { apgr } }) =>
      `${titleOf(name)} ${decimal(apgr?.mean)} (${between(apgr?.interval)})`,
  )
  return draw({
    height: 80 + ROW_PX * rows.length,
    marginLeft: 150,
    describe: `APGR with 95% intervals; random is 0.5. ${described.join(', ')}.`,
    x: { label: 'APGR', grid: true, nice: true, tickFormat: (d: number) => d.toFixed(2) },
    y: { label: null, type: 'point', domain: rows.map(({ title }) => title), padding: 0.6 },
    marks: [
      Plot.ruleX([0.5], { stroke: 'var(--random)', strokeDasharray: '6 5' }),
      Plot.dot(splits, { x: 'value', y: 'title', r: 2.5, fill: 'var(--quiet)', fillOpacity: 0.55, dy: 9 }),
      Plot.link(rows, { x1: 'low', x2: 'high', y1: 'title', y2: 'title', stroke: 'colour', strokeWidth: 2 }),
      Plot.dot(rows, { x: 'mean', y: 'title', r: 5, fill: 'colour' }),
    ],
  })
}
