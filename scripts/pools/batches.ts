/**
 * Batches within a budget (systems.md R11): half of the rows train a pool, the other half is assigned at once.
 *
 *   node scripts/pools/batches.ts [method] [seeds]       default occam, 3; rational-cascades-a, nine models
 *
 * Budgets are shares of what the dearest model would take. Printed: quality above the best mixture of single models at the same metered cost, and
 * metered cost over budget; mean over the seeds with a 95% interval over seeds.
 */
import { assignBatch, createRiver, POOL_METHODS, queryFromOutcome, trainPool } from '@weir/core'
import type { Outcome } from '@weir/core'
import { halve, readPoolRows, show } from './rows.ts'

const [name = 'occam', seedCount = '3'] = process.argv.slice(2)
const { models, rows } = await readPoolRows('rational-cascades-a')
const method = POOL_METHODS.find((one) => one.name === name)
if (method === undefined) throw new Error(`no method ${name}`)
const results = new Map<string, number[]>()
const add = (key: string, value: number): void => void results.set(key, [...(results.get(key) ?? []), value])

for (let seed = 1; seed <= Number(seedCount); seed++) {
  const [train, test] = halve(rows, seed)
  const artifact = await trainPool(train, { models, method, seed, dataHash: '' })
  const { encoder, estimator } = createRiver(artifact)
  const estimates = test.map((row) => {
    const query = queryFromOutcome(row)
    return query === undefined ? [] : (estimator.estimate(encoder.encode(query)).candidates ?? [])
  })
  const batch = {
    qualities: Float64Array.from(estimates.flatMap((of) => of.map(({ quality }) => quality))),
    costs: Float64Array.from(estimates.flatMap((of) => of.map(({ costUsd = 0 }) => costUsd))),
    models: models.length,
  }
  const singles = models.map((model) => total(test, () => model))
  const dearest = Math.max(...singles.map(({ costUsd }) => costUsd))
  for (const share of [0.1, 0.2, 0.5]) {
    const budget = share * dearest
    const assignment = assignBatch(batch, { budget })
    if (assignment === undefined) continue
    if (assignment.cost > budget) throw new Error('the predicted cost exceeds the budget')
    const real = total(test, (_, i) => estimates[i]?.[assignment.chosen[i] ?? 0]?.model ?? '')
    add(
      `quality above the hull of singles, ${share}`,
      (real.quality - hullAt(singles, real.costUsd)) / test.length,
    )
    add(`accuracy, ${share}`, real.quality / test.length)
    add(`metered cost / budget, ${share}`, real.costUsd / budget)
  }
}
console.log(`${name}: ${rows.length} rows, ${models.length} models, seeds 1 to ${seedCount}`)
for (const [key, values] of results) console.log(`${key.padEnd(46)} ${show(values)}`)

interface Total {
  readonly quality: number
  readonly costUsd: number
}

function total(test: readonly Outcome[], choose: (row: Outcome, i: number) => string): Total {
  return test
    .map((row, i) => row.models[choose(row, i)])
    .reduce<Total>(
      (sum, one) => ({
        quality: sum.quality + (one?.score ?? 0),
        costUsd: sum.costUsd + (one?.costUsd ?? 0),
      }),
      { quality: 0, costUsd: 0 },
    )
}

/** Best quality of a mixture of two single models that costs at most so much. */
function hullAt(singles: readonly Total[], costUsd: number): number {
  return Math.max(
    ...singles.flatMap((a) =>
      singles.map((b) => {
        if (a.costUsd > costUsd) return 0
        if (b.costUsd <= costUsd) return Math.max(a.quality, b.quality)
        return a.quality + ((costUsd - a.costUsd) / (b.costUsd - a.costUsd)) * (b.quality - a.quality)
      }),
    ),
  )
}
