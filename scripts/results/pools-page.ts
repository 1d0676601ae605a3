/** The section on pools as text and figures: the league, one table a data set, label efficiency, stability. */
import type { OverSplits, PoolService, PoolStatistic, PoolSystem, PoolTest } from '@weir/core'
import { listPoolTargets } from './pools-targets.ts'
import { renderSentences } from './pools-sentences.ts'
import { ROWS, SEEDS, STABILITY_ROWS, type PoolResult } from './pools-cases.ts'
import {
  interval,
  mean,
  percent,
  thousands,
  three,
  type Figure,
  type Figures,
  type Rendered,
} from './section.ts'

export function renderPools(results: readonly PoolResult[]): Rendered {
  const whole = results.filter(({ comparison }) => comparison.labelShares.length === 0)
  const labels = results.filter(({ comparison }) => comparison.labelShares.length > 0)
  const figures = { ...collectFigures(whole), ...collectLabelFigures(labels) }
  return {
    text: [
      renderHead(results),
      renderLeague(whole),
      ...whole.map(renderCase),
      renderLabels(labels),
      renderStability(whole),
    ].join('\n'),
    figures,
    targets: listPoolTargets(whole, labels),
  }
}

function collectFigures(results: readonly PoolResult[]): Figures {
  const entries = results.flatMap(({ of, comparison }) =>
    comparison.systems.flatMap(({ name, statistics }) =>
      FIGURES.flatMap((statistic): readonly (readonly [string, Figure])[] => {
        const measured = statistics[statistic]
        if (measured === null) return []
        const figure = { value: measured.mean, interval: measured.interval }
        return [[`pools/${of.name}/${name}/${statistic}`, figure]]
      }),
    ),
  )
  return Object.fromEntries(entries)
}

function collectLabelFigures(results: readonly PoolResult[]): Figures {
  const entries = results.flatMap(({ of, comparison }) =>
    comparison.labelShares.flatMap(({ share, methods }) =>
      methods.map(({ name, statistics }): readonly [string, Figure] => [
        `pools/${of.name}/${name}/aiq at ${share}`,
        { value: statistics.averageImprovementInQuality?.mean ?? null, interval: null },
      ]),
    ),
  )
  return Object.fromEntries(entries)
}

const FIGURES: readonly PoolStatistic[] = ['meanUtility', 'hullGain', 'averageImprovementInQuality']

function renderHead(results: readonly PoolResult[]): string {
  const seconds = results.reduce((sum, one) => sum + one.seconds, 0)
  return `## Methods over pools

Every method that learns about a pool (\`weir compare --list-methods\`), trained, saved, loaded and decided with the code that serves (docs/methods/compare.md). At most ${thousands(ROWS)} rows of a data set, drawn
by question; half of their questions train, half are tested; ${SEEDS.length} seeds. Intervals: 95%, questions redrawn ${thousands(results[0]?.comparison.resamples ?? 0)} times, the same draw for every split and system. "vs default" and "vs types": mean utility against the
first method and against the task-type table, which is told the category; "vs hull": gain over the hull of single models; \`+\` better, \`-\` worse, \`=\` not told apart, at 0.05 after Holm's correction over
all tests of the data set. Times are of a machine shared with other work. All cases together: ${(seconds / 60).toFixed(0)} minutes of one core.
`
}

const SIGNS: Readonly<Record<PoolTest['verdict'], string>> = {
  better: '+',
  worse: '-',
  'not told apart': '=',
}

function signOf(result: PoolResult, method: string, against: string): string {
  const test = result.comparison.tests.find((one) => one.method === method && one.against === against)
  return test === undefined ? '' : SIGNS[test.verdict]
}

/** Names of the methods, in their order. */
function methodsOf(results: readonly PoolResult[]): readonly string[] {
  const names = results.flatMap(({ comparison }) =>
    comparison.systems.filter(({ kind }) => kind === 'method').map(({ name }) => name),
  )
  return [...new Set(names)]
}

function systemOf({ comparison }: PoolResult, name: string): PoolSystem | undefined {
  return comparison.systems.find((one) => one.name === name)
}

function renderLeague(results: readonly PoolResult[]): string {
  const methods = methodsOf(results)
  const [first = ''] = methods
  const gap = (result: PoolResult, name: string): number =>
    (systemOf(result, name)?.statistics.meanUtility?.mean ?? Number.NaN) -
    (systemOf(result, first)?.statistics.meanUtility?.mean ?? Number.NaN)
  const rows = [...methods, 'bestPerTaskType', 'hullOfSingles', 'bestSingle', 'random', 'oracle'].map(
    (name) => {
      const gaps = results.map((result) => gap(result, name))
      const known = gaps.filter((one) => !Number.isNaN(one))
      return {
        name,
        average: known.length === 0 ? Number.NaN : mean(known),
        cells: results.map((result, i) => `${signed(gaps[i])} ${signOf(result, name, first)}`.trim()),
      }
    },
  )
  const isMethod = (name: string): boolean => methods.includes(name)
  const sorted = [
    ...rows.filter(({ name }) => isMethod(name)).toSorted((a, b) => b.average - a.average),
    ...rows.filter(({ name }) => !isMethod(name)),
  ]
  return `### The league: mean utility above the default, in quality

| | mean | ${results.map(({ of }) => of.name).join(' | ')} |
|---|---:|${results.map(() => '---:').join('|')}|
| ${first} itself | | ${results.map((result) => three(systemOf(result, first)?.statistics.meanUtility?.mean)).join(' | ')} |
${sorted
  .filter(({ name }) => name !== first)
  .map(({ name, average, cells }) => `| ${name} | ${signed(average)} | ${cells.join(' | ')} |`)
  .join('\n')}

${renderSentences(results, methods)}
`
}

function signed(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  const rounded = Number(value.toFixed(4))
  return `${rounded > 0 ? '+' : ''}${(rounded === 0 ? 0 : rounded).toFixed(4)}`
}

function at(measured: OverSplits | null | undefined): string {
  return three(measured?.mean)
}

function listMeasured({ meanUtility, hullGain }: PoolSystem['statistics']): readonly string[] {
  return [
    at(meanUtility),
    interval(meanUtility?.interval),
    three(meanUtility?.sd),
    signed(hullGain?.mean),
    interval(hullGain?.interval),
  ]
}

function listFurther(statistics: PoolSystem['statistics']): readonly string[] {
  const names: readonly PoolStatistic[] = [
    'averageImprovementInQuality',
    'apgr',
    'qualityNeutralCost',
    'oracleGapRecovered',
    'relativeToReference',
    'relativeToBestSingle',
  ]
  return names.map((name) => at(statistics[name]))
}

function listService(service: PoolService): readonly string[] {
  const budget = service.budgets.find(({ share }) => share === 0.2)
  return [
    at(service.choiceEntropyBits),
    at(service.expectedCalibrationError),
    percent(budget?.absoluteError?.mean),
    thousands(Math.round(service.artifactBytes.mean / 1024)),
    at(service.decisionMs?.p50),
    at(service.decisionMs?.p99),
    service.trainingSeconds?.mean.toFixed(1) ?? '–',
  ]
}

function renderCase(result: PoolResult): string {
  const { of, comparison, dataHash } = result
  const { systems, splits, rows, questions, models } = comparison
  const [first = ''] = methodsOf([result])
  const lines = systems.map((system) => [
    ...listMeasured(system.statistics),
    ...[first, 'bestPerTaskType', 'hullOfSingles'].map((against) => signOf(result, system.name, against)),
    ...listFurther(system.statistics),
    ...(system.service === null ? [] : listService(system.service)),
  ])
  const alone = models.map(
    ({ model, meanQuality, meanCost }) =>
      `${model} ${three(meanQuality)} at ${Number(meanCost.toPrecision(3))}`,
  )
  return `### ${of.title}

${thousands(rows)} rows, ${thousands(questions)} questions, ${splits[0]?.trainingRows} to train on; data ${dataHash.slice(0, 12)}; costs: ${of.costs}. Alone: ${alone.join(', ')}. AIQ and the like from ${Number(comparison.costRange.from.toPrecision(3))} to ${Number(comparison.costRange.to.toPrecision(3))}.

| system | utility | 95% | sd | hull gain | 95% | vs default | vs types | vs hull | AIQ | APGR | QNC | oracle gap | V_R | V_B | E_p | ECE | off 20% budget | KiB | p50 ms | p99 ms | train s |
|---|---:|---|---:|---:|---|:-:|:-:|:-:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${lines.map((cells, i) => `| ${systems[i]?.name ?? ''} | ${cells.join(' | ')} |`).join('\n')}
`
}

function renderLabels(results: readonly PoolResult[]): string {
  if (results.length === 0) return ''
  const parts = results.map((result) => {
    const { of, comparison } = result
    const gains = comparison.systems.filter(
      ({ kind, name }) => kind === 'method' || name === 'bestPerTaskType',
    )
    const above = gains.map(({ name, statistics: { hullGain } }) =>
      `${name} ${signed(hullGain?.mean)} (${interval(hullGain?.interval)}) ${signOf(result, name, 'hullOfSingles')}`.trim(),
    )
    const shares = comparison.labelShares
    const names = shares[0]?.methods.map(({ name }) => name) ?? []
    const valueOf = (share: number, name: string): number | undefined =>
      shares.find((one) => one.share === share)?.methods.find((one) => one.name === name)?.statistics
        .averageImprovementInQuality?.mean
    const rows = names.map(
      (name) => `| ${name} | ${shares.map(({ share }) => three(valueOf(share, name))).join(' | ')} |`,
    )
    return `${of.title}: AIQ by share of the training rows.

| method | ${shares.map(({ share, trainingRows }) => `${percent(share, 0)} (${Math.round(mean(trainingRows))} rows)`).join(' | ')} |
|---|${shares.map(() => '---:').join('|')}|
${rows.join('\n')}

With all of them, gain over the hull of singles: ${above.join(', ')}.
`
  })
  return `### Label efficiency

${parts.join('\n')}`
}

function renderStability(results: readonly PoolResult[]): string {
  const methods = methodsOf(results)
  const kinds =
    results[0] && systemOf(results[0], methods[0] ?? '')?.service?.stability.map((one) => one.perturbation)
  if (kinds === undefined || kinds.length === 0) return ''
  const valueOf = (result: PoolResult, name: string, kind: string): number =>
    systemOf(result, name)?.service?.stability.find((one) => one.perturbation === kind)?.unchanged.mean ??
    Number.NaN
  const rows = methods.map((name) => {
    const cells = kinds.map((kind) => percent(mean(results.map((result) => valueOf(result, name, kind)))))
    return `| ${name} | ${cells.join(' | ')} |`
  })
  return `### Decision stability

Share of decisions that stay as they were at average budgets of 10, 20 and 50% of the dearest model; ${STABILITY_ROWS} tested rows of each split, mean over the data sets. What each perturbation does:
packages/core/src/evaluate/perturbations.ts.

| method | ${kinds.join(' | ')} |
|---|${kinds.map(() => '---:').join('|')}|
${rows.join('\n')}
`
}
