/** What the league says, in three sentences made from its numbers: who wins where, what never beats the task-type table, how the default fares. */
import type { PoolSystem, PoolTest } from '@weir/core'
import type { PoolResult } from './pools-cases.ts'

export function renderSentences(results: readonly PoolResult[], methods: readonly string[]): string {
  return `1. ${whoWins(results)}
2. ${whoNeverBeatsTypes(results, methods)}
3. ${howDefaultFares(results, methods)}`
}

function utilityOf({ statistics }: PoolSystem): number {
  return statistics.meanUtility?.mean ?? Number.NEGATIVE_INFINITY
}

/** The method with the highest mean utility on each data set. */
function whoWins(results: readonly PoolResult[]): string {
  const wins = results.map((result) => {
    const methods = result.comparison.systems.filter(({ kind }) => kind === 'method')
    const [best] = methods.toSorted((a, b) => utilityOf(b) - utilityOf(a))
    const [first] = methods
    const isReal = testsOf(result, best?.name ?? '', first?.name ?? '').some(
      ({ verdict }) => verdict === 'better',
    )
    return { text: `${result.of.name}: ${best?.name ?? 'none'}`, isReal, isFirst: best === first }
  })
  const [mine, real] = [
    wins.filter(({ isFirst }) => isFirst).length,
    wins.filter(({ isReal }) => isReal).length,
  ]
  return (
    `Highest mean utility: ${wins.map(({ text }) => text).join('; ')}; on ${mine} of ${wins.length} data sets it is the default's own, on the other ` +
    `${wins.length - mine} the winner is told apart from the default ${real} times: most places in this league are chance.`
  )
}

function testsOf({ comparison }: PoolResult, method: string, against: string): readonly PoolTest[] {
  return comparison.tests.filter((one) => one.method === method && one.against === against)
}

function countVerdicts(
  results: readonly PoolResult[],
  { method, against, verdict }: Pick<PoolTest, 'method' | 'against' | 'verdict'>,
): number {
  return results.filter((one) => testsOf(one, method, against).some((test) => test.verdict === verdict))
    .length
}

function whoNeverBeatsTypes(results: readonly PoolResult[], methods: readonly string[]): string {
  const counted = methods.map((method) => ({
    method,
    better: countVerdicts(results, { method, against: 'bestPerTaskType', verdict: 'better' }),
    worse: countVerdicts(results, { method, against: 'bestPerTaskType', verdict: 'worse' }),
  }))
  const never = counted.filter(({ better }) => better === 0)
  const sometimes = counted.filter(({ better }) => better > 0)
  const list = (of: typeof counted, show: (one: (typeof counted)[number]) => string): string =>
    of.length === 0 ? 'none' : of.map(show).join(', ')
  return `Never told apart upwards from the task-type table, which is given the category that a router must guess: ${list(never, ({ method, worse }) => `${method} (worse on ${worse})`)}; better on at least one data set: ${list(sometimes, ({ method, better, worse }) => `${method} (better on ${better}, worse on ${worse})`)}.`
}

function howDefaultFares(results: readonly PoolResult[], methods: readonly string[]): string {
  const [first = '', ...others] = methods
  const beaten = others.flatMap((method) =>
    results
      .filter((one) => testsOf(one, method, first).some(({ verdict }) => verdict === 'better'))
      .map(({ of }) => `${method} on ${of.name}`),
  )
  const beats = others.reduce(
    (sum, method) => sum + countVerdicts(results, { method, against: first, verdict: 'worse' }),
    0,
  )
  const tried = others.length * results.length
  const types = (['better', 'not told apart', 'worse'] as const).map((verdict) =>
    countVerdicts(results, { method: first, against: 'bestPerTaskType', verdict }),
  )
  return (
    `${first} stays the default: of ${tried} comparisons with another method it is told apart as better in ${beats}, as worse in ${beaten.length}` +
    `${beaten.length === 0 ? '' : ` (${beaten.join(', ')})`}; against the task-type table it is better on ${types[0]}, not told apart on ${types[1]} and worse on ${types[2]} data sets.`
  )
}
