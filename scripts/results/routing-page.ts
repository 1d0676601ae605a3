/** The routing section as text and figures. */
import type { Report } from '@weir/core'
import { RESAMPLES, SEED, SPLITS, type Result, type Statistic } from './routing-cases.ts'
import { deviation, interval, mean, thousands, three, type Figure, type Rendered } from './section.ts'

const READ: Readonly<Record<Statistic, (report: Report) => number>> = {
  apgr: (report) => report.apgr ?? Number.NaN,
  kept0: (report) => report.costAdvantageAtDrop['0'] ?? Number.NaN,
  kept1: (report) => report.costAdvantageAtDrop['0.01'] ?? Number.NaN,
  kept5: (report) => report.costAdvantageAtDrop['0.05'] ?? Number.NaN,
}

const TITLES: Readonly<Record<Statistic, string>> = {
  apgr: 'APGR',
  kept0: 'kept small at no drop',
  kept1: 'kept small at 1% drop',
  kept5: 'kept small at 5% drop',
}

const LEVELS: readonly number[] = [0.8, 0.9, 0.95, 0.99, 1]

function renderSummary(results: readonly Result[]): string {
  const rows = results.flatMap(({ of, splits, intervals }) =>
    (Object.keys(of.floors) as Statistic[]).map((statistic) => {
      const values = splits.map(({ report }) => READ[statistic](report))
      const floor = of.floors[statistic] ?? 0
      const [value, verdict] = [mean(values), mean(values) >= floor ? 'met' : '**missed**']
      return `| ${of.name} | ${TITLES[statistic]} | **${three(value)}** | ${three(deviation(values))} | ${interval(intervals[statistic])} | ${floor} | ${verdict}, ${value >= floor ? '+' : ''}${(value - floor).toFixed(3)} |`
    }),
  )
  return [
    '| case | metric | mean | sd over splits | 95% interval | asked | |',
    '|---|---|---:|---:|---:|---:|---|',
    ...rows,
  ].join('\n')
}

function renderCase(result: Result): string {
  const { of, rows, dataHash, splits, intervals, pooledApgr } = result
  const how =
    of.split === 'folds'
      ? `five folds by question, seed ${SEED}; training seeds 1 to ${SPLITS}`
      : `half and half by question, mean of seeds 1 to ${SPLITS}`
  const reports = splits.map(({ report }) => report)
  const over = (read: (report: Report) => number | null | undefined): string =>
    three(mean(reports.map((report) => read(report) ?? Number.NaN)))
  const byDrop = (read: (report: Report) => Report['costAdvantageAtDrop'] | undefined): string =>
    ['0', '0.01', '0.05'].map((drop) => over((report) => read(report)?.[drop])).join(' | ')
  const lines = [
    `#### ${of.name}`,
    '',
    `\`${of.file}\`, ${of.pair.small} -> ${of.pair.large}. ${thousands(rows)} rows, data ${dataHash.slice(0, 12)}; ${how}; ` +
      `${thousands(Math.round(mean(splits.map((s) => s.trainingRows))))} training rows, ${thousands(Math.round(mean(splits.map((s) => s.testedRows))))} tested rows a split.`,
    '',
    '| system | quality | APGR | kept at 0% | kept at 1% | kept at 5% |',
    '|---|---:|---:|---:|---:|---:|',
    `| all small | ${over((r) => r.small.quality)} | | | | |`,
    `| all large${reports.every((r) => r.baselines.bestSingle.model === r.large.model) ? ' (best single)' : ''} | ${over((r) => r.large.quality)} | | | | |`,
    `| random | | ${over((r) => r.baselines.random.apgr)} | ${byDrop((r) => r.baselines.random.costAdvantageAtDrop)} |`,
    `| task-type table, given categories, fitted on the training rows | | ${over((r) => r.baselines.taskTable?.apgr)} | ${byDrop((r) => r.baselines.taskTable?.costAdvantageAtDrop)} |`,
    `| **weir** | | **${over((r) => r.apgr)}** | ${byDrop((r) => r.costAdvantageAtDrop)} |`,
    `| oracle | ${over((r) => r.oracle.quality)} | ${over((r) => r.oracle.apgr)} | ${byDrop((r) => r.oracle.costAdvantageAtDrop)} |`,
    '',
    `APGR by split: ${reports.map((r) => three(r.apgr)).join(', ')}.${pooledApgr === null ? '' : ` Pooled over folds: ${three(pooledApgr)}.`} APGR minus the table's: 95% interval ${interval(intervals['aboveTable'])}. ` +
      `CPT(50%) ${over((r) => r.cpt50)}, CPT(80%) ${over((r) => r.cpt80)}; mean gap ${over((r) => r.meanGap.small)} kept, ${over((r) => r.meanGap.large)} sent; ` +
      `calibration error ${over((r) => r.calibration?.expectedCalibrationError)}, AUROC ${over((r) => r.calibration?.auroc)}.`,
    '',
    `Levels asked -> delivered (kept small), mean over splits: ${renderLevels(reports)}.`,
  ]
  return lines.join('\n')
}

function levelOf(reports: readonly Report[], asked: number): Record<'delivered' | 'kept', readonly number[]> {
  const levels = reports.map((report) => report.levels.find((level) => level.asked === asked))
  return {
    delivered: levels.map((level) => level?.delivered ?? Number.NaN),
    kept: levels.map((level) => level?.costAdvantage ?? Number.NaN),
  }
}

function renderLevels(reports: readonly Report[]): string {
  return LEVELS.map((asked) => {
    const { delivered, kept } = levelOf(reports, asked)
    return `${asked} -> ${three(mean(delivered))} (${three(mean(kept))})`
  }).join('; ')
}

function spread(values: readonly number[]): Figure {
  const half = (2 * deviation(values)) / Math.sqrt(values.length)
  return { value: mean(values), interval: [mean(values) - half, mean(values) + half] }
}

/** Means over splits. Statistics that the bootstrap covers have its interval, the others two standard errors over splits. */
function figuresOf({ of, splits, intervals }: Result): [string, Figure][] {
  const reports = splits.map(({ report }) => report)
  const { delivered, kept } = levelOf(reports, 0.95)
  const named: readonly (readonly [string, Figure])[] = [
    ...(Object.keys(READ) as Statistic[]).map((statistic): [string, Figure] => [
      statistic,
      { value: mean(reports.map(READ[statistic])), interval: intervals[statistic] ?? null },
    ]),
    ['tableApgr', spread(reports.map((report) => report.baselines.taskTable?.apgr ?? Number.NaN))],
    ['delivered95', spread(delivered)],
    ['kept95', spread(kept)],
    ...Object.entries(of.floors).map(([name, floor]): [string, Figure] => [
      `${name}.asked`,
      { value: floor, interval: null },
    ]),
  ]
  return named.map(([name, figure]) => [`routing/${of.name}/${name}`, figure])
}

export function renderRouting(results: readonly Result[]): Rendered {
  const text = `## Routing

Means over splits. The router sees the prompt alone; training rows keep their category. Rows are split by question text. Interval: 95%, ${thousands(RESAMPLES)} resamples of the
data set's rows, seed ${SEED}; the spread over splits also holds the chance in training.

### What was asked, what was reached

${renderSummary(results)}

### Case by case

${results.map(renderCase).join('\n\n')}
`
  return { text, figures: Object.fromEntries(results.flatMap(figuresOf)) }
}
