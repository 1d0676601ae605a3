/**
 * Votes of several models (systems.md 1.8, R2, R12): the MMLU rows of rational-cascades-a, nine models, the source's own split.
 *
 *   node scripts/pools/ensembles.ts
 *
 * A model's chance to be right is its letter's log-probability, calibrated on the source's training rows (fitConfidence): what is known after the
 * answer. Sets are chosen before any answer, by mean quality and mean cost on the training rows: no estimate by query.
 */
import { calibrateConfidence, chooseKnapsack, chooseUntil, fitConfidence, weighVotes } from '@weir/core'
import type { ModelOutcome } from '@weir/core'
import { readPoolRows } from './rows.ts'

const { models, rows } = await readPoolRows('rational-cascades-a')
const mmlu = rows.filter(({ id }) => id.includes('mmlu'))
const train = mmlu.filter(({ id }) => id.includes('train'))
const test = mmlu.filter(({ id }) => id.includes('test'))

const calibrations = models.map((model) =>
  fitConfidence(
    train.map((row) => ({ value: logprobOf(row.models[model]), label: row.models[model]?.score ?? 0 })),
    { signal: 'logprob' },
  ),
)
/** Per tested row and model. */
const answers = test.map((row) =>
  models.map((model, j) => {
    const outcome = row.models[model]
    const calibration = calibrations[j]
    return {
      answer: outcome?.response?.trim(),
      probability: calibration === undefined ? 0 : calibrateConfidence(calibration, logprobOf(outcome)),
      score: outcome?.score ?? 0,
      costUsd: outcome?.costUsd ?? 0,
    }
  }),
)
type Given = (typeof answers)[number][number]

const members = models.map((model) => ({
  quality: mean(train.map((row) => row.models[model]?.score ?? 0)),
  cost: mean(train.map((row) => row.models[model]?.costUsd ?? 0)),
}))
const all = [...models.keys()]
const vote = (given: readonly Given[]): Given | undefined => given[weighVotes(given)]
const majority = (given: readonly Given[]): Given | undefined =>
  given[weighVotes(given.map((one) => ({ ...one, probability: 0.7 })))]
const surest = (given: readonly Given[]): Given | undefined =>
  given.toSorted((a, b) => b.probability - a.probability)[0]

console.log(`MMLU, ${train.length} rows calibrate, ${test.length} are answered; ${models.length} models`)
tell('best single model', 1, Math.max(...all.map((j) => accuracy([j], surest))))
tell('all, plain majority', models.length, accuracy(all, majority))
tell('all, calibrated log-odds', models.length, accuracy(all, vote))
tell('all, the surest answer', models.length, accuracy(all, surest))
for (const target of [0.9, 0.95, 0.99, 0.999]) {
  const set = chooseUntil(members, { target })
  tell(`until ${target}, calibrated log-odds`, set.length, accuracy(set, vote))
}
for (const share of [0.1, 0.25, 0.5, 1]) {
  const budget = share * Math.max(...members.map(({ cost }) => cost))
  for (const objective of ['additive', 'coverage'] as const) {
    const set = chooseKnapsack(members, { budget, objective })
    const cost = set.reduce((sum, j) => sum + (members[j]?.cost ?? 0), 0)
    const line = `knapsack ${objective}, ${share} of the dearest (${cost.toPrecision(3)} USD), surest`
    tell(line, set.length, accuracy(set, surest))
  }
}

function tell(what: string, calls: number, value: number): void {
  console.log(`${what.padEnd(66)} ${calls} calls  ${value.toFixed(4)}`)
}

function accuracy(set: readonly number[], pick: (given: readonly Given[]) => Given | undefined): number {
  return mean(answers.map((of) => pick(set.flatMap((j) => of[j] ?? []))?.score ?? 0))
}

function logprobOf(outcome: ModelOutcome | undefined): number {
  const { logprob } = (outcome ?? {}) as { readonly logprob?: number }
  return outcome?.signals?.logprob ?? logprob ?? Math.log(0.5)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
