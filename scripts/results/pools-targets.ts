/** What issue 6 asks of pools ("It is done when", points 2, 3, 4 and 6), against what was found. */
import type { PoolSystem } from '@weir/core'
import { LABEL_CASES, LABEL_SHARES, type PoolResult } from './pools-cases.ts'
import { mean, percent, type Target } from './section.ts'

export function listPoolTargets(
  whole: readonly PoolResult[],
  labels: readonly PoolResult[],
): readonly Target[] {
  return [
    ...(whole.length === 0 ? [] : [countTarget(whole), defaultTarget(whole), typesTarget(whole)]),
    ...findNine(whole, labels).flatMap((one) => [hullTarget(one), ...budgetTargets(one)]),
    ...labels.map(labelTarget),
    ...stabilityTargets(whole),
  ]
}

/** The cases of nine models, with more rows where those were run. */
function findNine(whole: readonly PoolResult[], labels: readonly PoolResult[]): readonly PoolResult[] {
  return LABEL_CASES.flatMap((name) => {
    const more = labels.find(({ of }) => of.name === `labels-${name}`)
    return more ?? whole.find(({ of }) => of.name === name) ?? []
  })
}

function methodsOf({ comparison }: PoolResult): readonly PoolSystem[] {
  return comparison.systems.filter(({ kind }) => kind === 'method')
}

function defaultOf(result: PoolResult): PoolSystem | undefined {
  return methodsOf(result)[0]
}

function countTarget(results: readonly PoolResult[]): Target {
  const methods = Math.min(...results.map((one) => methodsOf(one).length))
  return {
    point: 2,
    what: 'league table of methods and data sets',
    asked: 'at least 14 methods on 6 data sets, 5 seeds',
    reached: `${methods} methods on ${results.length}`,
    isMet: methods >= 14 && results.length >= 6,
  }
}

function defaultTarget(results: readonly PoolResult[]): Target {
  const beaten = results.flatMap((result) =>
    result.comparison.tests
      .filter(({ against, verdict }) => against === defaultOf(result)?.name && verdict === 'better')
      .map(({ method }) => `${method} on ${result.of.name}`),
  )
  return {
    point: 3,
    what: 'mean utility of the default against every other method',
    asked: 'better or not told apart',
    reached: beaten.length === 0 ? 'never told apart as worse' : `worse than ${beaten.join(', ')}`,
    isMet: beaten.length === 0,
  }
}

function typesTarget(results: readonly PoolResult[]): Target {
  const mixed = results.filter(({ of }) => of.isMixed)
  const behind = mixed.filter((result) => {
    const of = (name: string | undefined): number =>
      result.comparison.systems.find((one) => one.name === name)?.statistics.meanUtility?.mean ?? Number.NaN
    return of(defaultOf(result)?.name) <= of('bestPerTaskType')
  })
  return {
    point: 3,
    what: 'mean utility of the default against the task-type table, which is told the category',
    asked: `higher on each of the ${mixed.length} mixed data sets`,
    reached:
      behind.length === 0
        ? 'higher on all'
        : `higher on ${mixed.length - behind.length}; not on ${behind.map(({ of }) => of.name).join(', ')}`,
    isMet: behind.length === 0,
  }
}

function hullTarget(result: PoolResult): Target {
  const first = defaultOf(result)
  const gain = first?.statistics.hullGain?.mean ?? Number.NaN
  const test = result.comparison.tests.find(
    (one) => one.method === first?.name && one.against === 'hullOfSingles',
  )
  return {
    point: 4,
    what: `${nameOf(result)}: mean accuracy over the cost range above the hull of singles, default`,
    asked: 'at least 0.008, told apart from 0',
    reached: `${gain.toFixed(4)}, corrected p ${test?.adjustedPValue?.toFixed(3) ?? '–'}`,
    isMet: gain >= 0.008 && test?.verdict === 'better',
  }
}

function budgetTargets(result: PoolResult): readonly Target[] {
  const known = (defaultOf(result)?.service?.budgets ?? []).filter(({ error }) => error !== null)
  return known.map(({ share, error, absoluteError }) => ({
    point: 4,
    what: `${nameOf(result)}: average budget of ${percent(share, 0)} of the dearest on held-out rows, default`,
    asked: 'met within 2%',
    reached: `mean over the splits ${percent(error?.mean)}, a single split off by ${percent(absoluteError?.mean)}`,
    isMet: Math.abs(error?.mean ?? 1) <= 0.02,
  }))
}

/** Of a case of nine models. */
function nameOf({ of, comparison }: PoolResult): string {
  return `${of.name.replace(/^labels-/, '')}, nine models, ${comparison.splits[0]?.trainingRows} training rows`
}

function labelTarget(result: PoolResult): Target {
  const { comparison } = result
  const few = LABEL_SHARES.filter((share) => share <= 0.15).at(-1)
  const at = (share: number | undefined): number =>
    comparison.labelShares.find((one) => one.share === share)?.methods[0]?.statistics
      .averageImprovementInQuality?.mean ?? Number.NaN
  const best = Math.max(...comparison.labelShares.map(({ share }) => at(share)))
  return {
    point: 4,
    what: `${nameOf(result)}: AIQ of the default with ${percent(few ?? 0, 0)} of the labels`,
    asked: 'at least 98% of the best',
    reached: percent(at(few) / best),
    isMet: at(few) / best >= 0.98,
  }
}

function stabilityTargets(results: readonly PoolResult[]): readonly Target[] {
  const kinds = (results[0] && defaultOf(results[0])?.service?.stability.map((one) => one.perturbation)) ?? []
  return kinds.map((kind) => {
    const shares = results.map(
      (one) =>
        defaultOf(one)?.service?.stability.find((of) => of.perturbation === kind)?.unchanged.mean ??
        Number.NaN,
    )
    const floor = kind === 'system' ? 0.99 : 0.95
    return {
      point: 6,
      what: `decisions of the default unchanged under ${kind}, mean over the data sets`,
      asked: `at least ${percent(floor, 0)}`,
      reached: `${percent(mean(shares))}, at worst ${percent(Math.min(...shares))}`,
      isMet: mean(shares) >= floor,
    }
  })
}
