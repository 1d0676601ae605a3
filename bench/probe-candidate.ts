/**
 * A candidate that training did not know, added from a few dozen probes: each model of a data set is held out in turn.
 *
 *   node bench/probe-candidate.ts [data set] [method] [draws] [probes]       default: rational-cascades-a logistic 200 50
 *
 * Prints, over all draws of probes from rows that neither training nor the test has (a quarter): the error of the mean quality (against the model's mean over all rows), how often it is
 * within 0.11 and its interval holds the truth; and what the pool with the probed model loses on another quarter against training with it, in
 * mean utility over cost weights at which the dearest call must bring 0.0001 to 1.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  addCandidate,
  createRiver,
  createRng,
  decide,
  POOL_METHODS,
  queryFromOutcome,
  trainPool,
  type Artifact,
  type CandidateEstimate,
  type Outcome,
  type PoolMethod,
} from '@weir/core'

const [name = 'rational-cascades-a', methodName = 'logistic', drawCount = '200', probeCount = '50'] =
  process.argv.slice(2)
/** Draws whose pools decide over the test rows; the others only estimate. */
const DECIDED = 5
const WITHIN = 0.11
const folder = process.env['WEIR_DATA'] ?? join(import.meta.dirname, '../../shared/data')
const rows = gunzipSync(readFileSync(join(folder, `${name}.jsonl.gz`)))
  .toString()
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Outcome)
const models = [...new Set(rows.flatMap((row) => Object.keys(row.models)))]
const complete = rows.filter((row) => models.every((model) => row.models[model]?.score !== undefined))
const training = complete.filter((_, i) => i % 2 === 0)
const drawn = complete.filter((_, i) => i % 4 === 1)
const tested = complete.filter((_, i) => i % 4 === 3)
const method = POOL_METHODS.find((one) => one.name === methodName) as PoolMethod

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const train = (pool: readonly string[]): Promise<Artifact> =>
  trainPool(training, { models: pool, method, seed: 1, dataHash: 'x' })

/** Mean utility of each weight. */
function utilities(artifact: Artifact, weights: readonly number[]): number[] {
  const river = createRiver(artifact)
  const sums = weights.map(() => 0)
  for (const row of tested) {
    const query = queryFromOutcome(row)
    if (query === undefined) continue
    const { estimates = [] } = decide(river, query, { kind: 'quality', quality: 0.9, mode: 'estimate' })
    weights.forEach((weight, i) => {
      const value = ({ quality, costUsd = 0 }: CandidateEstimate): number => quality - weight * costUsd
      const best = estimates.reduce((one, other) => (value(other) > value(one) ? other : one))
      const outcome = row.models[best.model]
      sums[i] = (sums[i] ?? 0) + (outcome?.score ?? 0) - weight * (outcome?.costUsd ?? 0)
    })
  }
  return sums.map((sum) => sum / tested.length)
}

const whole = await train(models)
const settings = (whole.pool?.settings ?? []).filter(({ costWeight }, i) => i % 5 === 0 && costWeight >= 0)
const dearest = whole.pool?.members.at(-1)?.meanCost ?? 1
const weights = settings.map(({ costWeight }) => costWeight).filter((weight) => weight * dearest <= 1)
const retrained = meanOf(utilities(whole, weights))
const errors: number[] = []
const held: number[] = []
const losses: number[] = []
for (const model of models) {
  const pool = await train(models.filter((one) => one !== model))
  const without = meanOf(utilities(pool, weights))
  const truth = meanOf(complete.map((row) => row.models[model]?.score ?? 0))
  const rng = createRng(1)
  const [own, lost]: [number[], number[]] = [[], []]
  for (let draw = 0; draw < Number(drawCount); draw++) {
    const probes = Array.from({ length: Number(probeCount) }, () => drawn[rng.int(drawn.length)] as Outcome)
    const added = addCandidate(pool, probes, { model })
    const estimate = added.pool?.members.find((one) => one.model === model)?.meanQuality ?? 0
    const [low, high] = added.pool?.probed?.at(-1)?.interval ?? [0, 1]
    own.push(Math.abs(estimate - truth))
    held.push(low <= truth && truth <= high ? 1 : 0)
    if (draw < DECIDED) lost.push(retrained - meanOf(utilities(added, weights)))
  }
  errors.push(...own)
  losses.push(...lost)
  console.log(
    `${model}: mean ${truth.toFixed(3)}, mean error ${meanOf(own).toFixed(4)}, within ${WITHIN}: ${meanOf(own.map((one) => (one <= WITHIN ? 1 : 0))).toFixed(3)}; ` +
      `utility lost ${meanOf(lost).toFixed(4)}, without the model ${(retrained - without).toFixed(4)}`,
  )
}
const sorted = errors.toSorted((a, b) => a - b)
console.log(
  `all: mean error ${meanOf(errors).toFixed(4)}, 95% of draws within ${(sorted[Math.floor(0.95 * sorted.length)] ?? 0).toFixed(4)}, within ${WITHIN}: ` +
    `${meanOf(errors.map((one) => (one <= WITHIN ? 1 : 0))).toFixed(4)}, interval holds ${meanOf(held).toFixed(3)}; utility lost: mean ${meanOf(losses).toFixed(4)}, most ${Math.max(...losses).toFixed(4)}`,
)
