/** Cascade routing against its parts, as text and figures. */
import {
  FILE,
  MODELS,
  RESAMPLES,
  SYSTEMS,
  type Measured,
  type Result,
  type System,
} from './cascade-routing-cases.ts'
import { mean, thousands, type Figure, type Rendered } from './section.ts'

export function renderCascadeRouting(results: readonly Result[]): Rendered {
  const figures: Record<string, Figure> = {}
  const rows = SYSTEMS.map((name) => {
    const area = spreadOf(results, name, ({ area }) => area)
    const interval = intervalOf(results, (one) => one.systems[name].draws)
    figures[`cascade-routing/${keyOf(name)}/area`] = { value: area, interval }
    const highest = spreadOf(results, name, (one) => one.highest)
    figures[`cascade-routing/${keyOf(name)}/highest`] = { value: highest, interval: null }
    const path = spreadOf(results, name, (one) => one.path)
    return [name, four(area), range(interval), four(path), four(highest)]
  })
  const gaps = SYSTEMS.slice(1, -1).map((name) => toGap(results, name))
  gaps.forEach(({ name, figure }) => (figures[`cascade-routing/above ${keyOf(name)}/area`] = figure))
  return { text: textOf(results, rows, gaps), figures }
}

function keyOf(name: System): string {
  return name.replaceAll(',', '')
}

function spreadOf(results: readonly Result[], name: System, of: (measured: Measured) => number): number {
  return mean(results.map(({ systems }) => of(systems[name])))
}

/** 95%, of the mean over splits: the same draw of rows for every split. */
function intervalOf(
  results: readonly Result[],
  drawsOf: (result: Result) => readonly number[],
): readonly [number, number] {
  const means = Array.from({ length: RESAMPLES }, (_, draw) =>
    mean(results.map((one) => drawsOf(one)[draw] ?? Number.NaN)),
  ).sort((a, b) => a - b)
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.ceil(0.975 * RESAMPLES) - 1]!]
}

interface Gap {
  readonly name: System
  readonly figure: Figure
  readonly perSplit: readonly number[]
}

function toGap(results: readonly Result[], name: System): Gap {
  const perSplit = results.map(({ systems }) => systems['cascade routing'].area - systems[name].area)
  const interval = intervalOf(results, ({ systems }) =>
    systems['cascade routing'].draws.map((area, draw) => area - systems[name].draws[draw]!),
  )
  return { name, figure: { value: mean(perSplit), interval }, perSplit }
}

function textOf(
  results: readonly Result[],
  rows: readonly (readonly string[])[],
  gaps: readonly Gap[],
): string {
  const [training, tested] = [
    mean(results.map(({ trainingRows }) => trainingRows)),
    mean(results.map(({ testedRows }) => testedRows)),
  ]
  const [from, to] = [0, 1].map((end) => mean(results.map(({ range: ends }) => ends[end]!)))
  const ratios = results
    .map((one) => one.ratios.map((ratio) => Number(ratio.toFixed(2))).join(' : '))
    .join('; ')
  return `## Cascade routing against router and cascade

\`${FILE}\`, all queries mixed, pool ${MODELS.join(', ')}; half of the questions for training (${thousands(Math.round(training))} rows, tested ${thousands(Math.round(tested))}), ${results.length} splits.
Mean accuracy is the mean height of the hull of a system's settings over one range of costs, the mean cost of the cheapest to that of the dearest model
on the tested rows (USD ${from!.toFixed(6)} to ${to!.toFixed(6)} a query); *in order*: the same under the line through the settings by rising cost, none left out. Intervals: 95%, ${RESAMPLES} draws of the
data set's rows, the same for every split.

| system | mean accuracy | 95% | in order | highest point |
|---|---:|---:|---:|---:|
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

| cascade routing above | mean accuracy | 95% | splits |
|---|---:|---:|---:|
${gaps.map(({ name, figure, perSplit }) => `| ${name} | ${signed(figure.value!)} | ${range(figure.interval!, signed)} | ${perSplit.map(signed).join(', ')} |`).join('\n')}

Cost weights of the steps, relative to the first: ${ratios}.
`
}

function four(value: number): string {
  return value.toFixed(4)
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
}

function range([low, high]: readonly [number, number], format = four): string {
  return `${format(low)} to ${format(high)}`
}
