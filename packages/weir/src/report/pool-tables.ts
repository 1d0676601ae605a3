/**
 * The tables of a comparison over a pool, once for the terminal and the page: systems, their further metrics, what serving takes, and the tests.
 */
import type { OverSplits, PoolStatistic, PoolSystem, PoolTest } from '@weir/core'
import type { Table } from './compare-tables.ts'
import { between, count, decimal, percent } from './format.ts'
import { poolTitleOf, showCost, type PoolResult } from './pool-result.ts'

/** Says of a system that it knows more than a router can. */
function nameOf({ name, knows }: PoolSystem): string {
  return `${poolTitleOf(name)}${knows === 'category' ? ' (told it)' : ''}`
}

function meanOf(measured: OverSplits | null | undefined, show: (value: number) => string = decimal): string {
  return measured ? show(measured.mean) : ''
}

/** Nulls first, the methods after them. */
export function listPoolSystems({ systems, tests }: PoolResult): Table {
  const first = systems.find(({ kind }) => kind === 'method')?.name ?? ''
  const verdict = (name: string, against: string): string =>
    tests.find((test) => test.method === name && test.against === against)?.verdict ?? ''
  return {
    titles: [
      'system',
      'utility',
      'sd',
      '95% interval',
      'hull gain',
      '95% interval',
      `against ${first}`,
      'against types',
      'against hull',
    ],
    rows: systems.map((system) => {
      const { meanUtility, hullGain } = system.statistics
      return [
        nameOf(system),
        meanOf(meanUtility),
        meanUtility?.interval ? decimal(meanUtility.sd) : '',
        meanUtility?.interval ? between(meanUtility.interval) : '',
        meanOf(hullGain, signed),
        hullGain?.interval ? between(hullGain.interval, signed) : '',
        verdict(system.name, first),
        verdict(system.name, 'bestPerTaskType'),
        verdict(system.name, 'hullOfSingles'),
      ]
    }),
  }
}

const FURTHER: readonly (readonly [title: string, PoolStatistic])[] = [
  ['quality', 'meanQualityOverCost'],
  ['AIQ', 'averageImprovementInQuality'],
  ['APGR', 'apgr'],
  ['oracle gap', 'oracleGapRecovered'],
  ['QNC', 'qualityNeutralCost'],
  ['highest', 'highestQuality'],
  ['V_R', 'relativeToReference'],
  ['V_B', 'relativeToBestSingle'],
]

/** Means over the splits. */
export function listPoolMetrics({ systems }: PoolResult): Table {
  return {
    titles: ['system', ...FURTHER.map(([title]) => title), 'E_p', 'ECE', 'IES'],
    rows: systems.map((system) => [
      nameOf(system),
      ...FURTHER.map(([, name]) => meanOf(system.statistics[name])),
      meanOf(system.service?.choiceEntropyBits),
      meanOf(system.service?.expectedCalibrationError),
      meanOf(system.service?.inferenceEfficiencyScore),
    ]),
  }
}

/** What serving a method takes, and how well it keeps to a budget. */
export function listPoolService({ systems }: PoolResult): Table {
  const methods = systems.flatMap(({ name, service }) => (service === null ? [] : [{ name, service }]))
  const shares = methods[0]?.service.budgets.map(({ share }) => share) ?? []
  return {
    titles: [
      'method',
      ...shares.map((share) => `off budget ${percent(share, 0)}`),
      'p50 ms',
      'p99 ms',
      'artifact KiB',
      'training s',
    ],
    rows: methods.map(({ name, service: { budgets, decisionMs, artifactBytes, trainingSeconds } }) => [
      name,
      ...budgets.map(({ absoluteError }) => meanOf(absoluteError, percent)),
      meanOf(decisionMs?.p50),
      meanOf(decisionMs?.p99),
      meanOf(artifactBytes, (bytes) => count(bytes / 1024)),
      meanOf(trainingSeconds, (seconds) => decimal(seconds, 1)),
    ]),
  }
}

/** AIQ by share of the training rows; no rows where it was not asked for. */
export function listLabelShares({ labelShares }: PoolResult): Table {
  const names = labelShares[0]?.methods.map(({ name }) => name) ?? []
  return {
    titles: ['method', ...labelShares.map(({ share }) => `AIQ at ${percent(share, 0)}`)],
    rows: names.map((name) => [
      name,
      ...labelShares.map(({ methods }) =>
        meanOf(methods.find((one) => one.name === name)?.statistics.averageImprovementInQuality),
      ),
    ]),
  }
}

/** Share of decisions that stay; no rows where it was not asked for. */
export function listStability({ systems }: PoolResult): Table {
  const methods = systems.flatMap(({ name, service }) =>
    service === null || service.stability.length === 0 ? [] : [{ name, stability: service.stability }],
  )
  return {
    titles: ['method', ...(methods[0]?.stability.map(({ perturbation }) => perturbation) ?? [])],
    rows: methods.map(({ name, stability }) => [
      name,
      ...stability.map(({ unchanged }) => percent(unchanged.mean)),
    ]),
  }
}

export function listPoolModels(result: PoolResult): Table {
  return {
    titles: ['model', result.costUnit === 'usd' ? 'mean cost' : 'cost in calls', 'mean quality'],
    rows: result.models.map(({ model, meanCost, meanQuality }) => [
      model,
      showCost(result, meanCost),
      decimal(meanQuality),
    ]),
  }
}

const STATISTICS: Readonly<Record<PoolTest['statistic'], string>> = {
  meanUtility: 'utility',
  hullGain: 'hull gain',
}

export function listPoolTests({ tests }: PoolResult): Table {
  return {
    titles: ['method', 'against', 'on', 'verdict', 'difference', '95% interval', 'sd', 'ahead', 'Holm p'],
    rows: tests.map((test) => [
      test.method,
      poolTitleOf(test.against),
      STATISTICS[test.statistic],
      test.verdict,
      signed(test.difference?.mean),
      between(test.difference?.interval, signed),
      decimal(test.difference?.sd),
      test.ahead + test.behind === 0 ? 'even' : `${test.ahead} of ${test.ahead + test.behind}`,
      decimal(test.adjustedPValue),
    ]),
  }
}

export function signed(value: number | undefined): string {
  if (value === undefined) return decimal(value)
  // Rounded first: -0.00001 is 0.0000, without a sign.
  const rounded = Number(value.toFixed(4))
  return `${rounded > 0 ? '+' : ''}${decimal(rounded === 0 ? 0 : rounded, 4)}`
}
