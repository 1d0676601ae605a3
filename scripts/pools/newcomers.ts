/**
 * Models that were not in the training pool (systems.md R8 and R4): each of a pool is left out once and joins by its traits, without learning.
 *
 *   node scripts/pools/newcomers.ts [data set] [seeds]       default rational-cascades-a, 5
 *
 * Rows are halved by the seed. Printed, mean over the models left out and the seeds, with a 95% interval over seeds:
 *
 *   AUROC      of the newcomer's predicted correctness on the held-out half, measured on all training rows and on 20 of each data set
 *   constant   AUROC of its own accuracy per data set, from the same rows
 *   error      of its mean quality from 50 probes: share of draws within 0.11, mean, 95th percentile
 *   utility    lost on held-out rows, quality - weight * cost, against traits measured with the newcomer in training
 */
import { createPoolLesson } from '../../packages/core/src/train-pool.ts'
import { see } from '../../packages/core/src/estimate/components.ts'
import {
  addTraits,
  createTraitsPredictor,
  type TraitsParameters,
} from '../../packages/core/src/estimate/traits.ts'
import { fitTraits, gatherAnswered } from '../../packages/core/src/learn/fit-traits.ts'
import { measureTraits, type Measuring } from '../../packages/core/src/learn/measure-traits.ts'
import type { PoolSet } from '../../packages/core/src/learn/pool-set.ts'
import { auroc } from '../../packages/core/src/math/auroc.ts'
import { sigmoid } from '../../packages/core/src/math/logistic.ts'
import { createRng, shuffle } from '../../packages/core/src/math/rng.ts'
import { createLexicalEncoder } from '../../packages/core/src/request/lexical.ts'
import { queryFromOutcome } from '../../packages/core/src/request/query.ts'
import type { Outcome } from '@weir/core'
import { halve, readPoolRows, show } from './rows.ts'

type Message = Measuring['message']

/** Quality that the dearest model's mean cost must bring, as in the harness's middle of the curve. */
const GAINS: readonly number[] = [0.02, 0.1, 0.5]
const PROBES = 50
const DRAWS = 20

const [name = 'rational-cascades-a', seedCount = '5'] = process.argv.slice(2)
const { models, rows } = await readPoolRows(name)
const encoder = createLexicalEncoder()
const results = new Map<string, number[]>()

for (let seed = 1; seed <= Number(seedCount); seed++) {
  for (const [key, value] of measure(seed)) results.set(key, [...(results.get(key) ?? []), value])
}
console.log(`${name}: ${rows.length} rows, ${models.length} models, seeds 1 to ${seedCount}`)
for (const [key, values] of results) console.log(`${key.padEnd(46)} ${show(values)}`)

function measure(seed: number): ReadonlyMap<string, number> {
  const [train, test] = halve(rows, seed)
  const { ground, models: sorted, members } = createPoolLesson(train, { models, seed })
  const { set, options } = ground
  const usable = set.examples.map(({ row }) => row)
  const seen = test.map((row) => {
    const query = queryFromOutcome(row)
    if (query === undefined) throw new Error(`${row.id} has no text`)
    return { ...see(encoder.encode(query), set.view) }
  })
  const rng = createRng(seed)
  const all = [...usable.keys()]
  const few = [...new Set(usable.map(({ category }) => category))].flatMap((dataset) =>
    shuffle(
      rng,
      all.filter((row) => usable[row]?.category === dataset),
    ).slice(0, 20),
  )
  const sums = new Map<string, number>()
  const add = (key: string, value: number): void =>
    void sums.set(key, (sums.get(key) ?? 0) + value / sorted.length)
  const dearest = members.at(-1)?.meanCost ?? 1
  const whole = new Map<Message, TraitsParameters>(
    (['ability', 'edges'] as const).map((message) => [message, fitTraits(set, all, { ...options, message })]),
  )
  sorted.forEach((newcomer, place) => {
    const labels = test.map((row) => row.models[newcomer]?.score ?? 0)
    const others = sorted.filter((_, j) => j !== place)
    const reduced = { ...set, models: others, targets: set.targets.filter((_, j) => j !== place) }
    const own = { ...set, models: [newcomer], targets: set.targets.slice(place, place + 1) }
    for (const message of ['ability', 'edges'] as const) {
      const learned = fitTraits(reduced, all, { ...options, message })
      const prior = meanOf([...learned.traits.means])
      const join = (probes: readonly number[]): TraitsParameters =>
        joinPool(learned, own, { queries: probes, prior, message })
      const oddsOf = (parameters: TraitsParameters): number[][] => {
        const predictor = createTraitsPredictor(parameters, { models: [...others, newcomer], view: set.view })
        return seen.map((one) => predictor.read(one).map(([odds = 0]) => odds))
      }
      const joined = oddsOf(join(all))
      add(`${message}: AUROC, all rows`, auroc(last(joined), labels) ?? 0.5)
      add(`${message}: AUROC, 20 of each data set`, auroc(last(oddsOf(join(few))), labels) ?? 0.5)
      const trueMean = meanOf(labels)
      for (let draw = 0; draw < DRAWS; draw++) {
        const probed = join(shuffle(rng, all).slice(0, PROBES)).traits.means.at(-1) ?? 0
        const error = Math.abs(probed - trueMean)
        add(`${message}: mean quality from ${PROBES} probes, error`, error / DRAWS)
        add(`${message}: share of draws within 0.11`, (error <= 0.11 ? 1 : 0) / DRAWS)
      }
      const probed = oddsOf(join(shuffle(rng, all).slice(0, PROBES)))
      const order = [...others, newcomer]
      const trained = whole.get(message)
      if (trained === undefined) continue
      const full = createTraitsPredictor(trained, { models: sorted, view: set.view })
      const retrained = seen.map((one) => full.read(one).map(([odds = 0]) => odds))
      for (const gain of GAINS) {
        const weight = gain / dearest
        const utility = (odds: readonly number[][], names: readonly string[]): number =>
          meanUtility(test, odds, { names, weight, costs: meanCosts(sorted, members) })
        add(
          `${message}: utility lost with 50 probes, gain ${gain}`,
          utility(retrained, sorted) - utility(probed, order),
        )
      }
    }
    const byDataset = (probes: readonly number[]): number[] => {
      const means = new Map<string | undefined, number>()
      for (const dataset of new Set(usable.map((row) => row.category))) {
        const inside = probes.filter((row) => usable[row]?.category === dataset)
        means.set(dataset, meanOf(inside.map((row) => set.targets[place]?.[row] ?? 0)))
      }
      return test.map(({ category: dataset }) => means.get(dataset) ?? 0)
    }
    add('constant per data set: AUROC, all rows', auroc(byDataset(all), labels) ?? 0.5)
    add('constant per data set: AUROC, 20 of each', auroc(byDataset(few), labels) ?? 0.5)
  })
  return sums
}

function joinPool(learned: TraitsParameters, own: PoolSet, measuring: Measuring): TraitsParameters {
  const { queries } = measuring
  const answered = gatherAnswered(own, queries, learned.tags)
  return addTraits(learned, measureTraits(answered, { ...measuring, queries: [...queries.keys()] }))
}

/** The newcomer's. */
function last(odds: readonly number[][]): number[] {
  return odds.map((of) => of.at(-1) ?? 0)
}

function meanCosts(
  names: readonly string[],
  members: readonly { readonly meanCost: number }[],
): ReadonlyMap<string, number> {
  return new Map(names.map((model, j) => [model, members[j]?.meanCost ?? 0]))
}

interface Weighed {
  readonly names: readonly string[]
  readonly weight: number
  readonly costs: ReadonlyMap<string, number>
}

/** Of the choices by quality less the weighed mean cost, on what the rows recorded. */
function meanUtility(
  test: readonly Outcome[],
  odds: readonly number[][],
  { names, weight, costs }: Weighed,
): number {
  return meanOf(
    test.map((row, i) => {
      const values = names.map((model, j) => sigmoid(odds[i]?.[j] ?? 0) - weight * (costs.get(model) ?? 0))
      const chosen = row.models[names[values.indexOf(Math.max(...values))] ?? '']
      return (chosen?.score ?? 0) - weight * (chosen?.costUsd ?? 0)
    }),
  )
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
