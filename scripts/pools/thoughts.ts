/**
 * How well lengths of answers are predicted from the query (systems.md R13): GSM8K rows of rational-cascades-a, 5 folds.
 *
 *   node scripts/pools/thoughts.ts
 *
 * Printed for each model, and for the mean of the log lengths: Spearman's correlation of predicted and recorded output tokens, beside that of the
 * prompt's length; then the shares that cuts asked for on four folds get on the fifth.
 */
import { createPoolSet } from '../../packages/core/src/learn/pool-set.ts'
import { toPoolExamples } from '../../packages/core/src/learn/pool-examples.ts'
import { fitView } from '../../packages/core/src/learn/fit-view.ts'
import {
  cutByShares,
  fitDifficultyForest,
  labelDifficulty,
} from '../../packages/core/src/learn/fit-difficulty.ts'
import { spearman } from '../../packages/core/src/math/correlation.ts'
import { predictForest } from '../../packages/core/src/math/extra-trees.ts'
import { createRng, shuffle } from '../../packages/core/src/math/rng.ts'
import { createLexicalEncoder } from '../../packages/core/src/request/lexical.ts'
import { queryFromOutcome } from '../../packages/core/src/request/query.ts'
import { readPoolRows } from './rows.ts'

const FOLDS = 5
const SHARES = [0.3, 0.5, 0.2]
const { models, rows } = await readPoolRows('rational-cascades-a')
const encoder = createLexicalEncoder()
const gsm = rows
  .filter(({ category, dataset }) => `${category} ${dataset}`.includes('gsm8k'))
  // The prompt repeats the same worked examples; the question is what differs.
  .map((row) => ({ ...row, prompt: (row as { readonly query?: string }).query ?? row.prompt ?? '' }))
console.log(`${gsm.length} rows`)

const shareErrors: number[] = []
for (const chosen of [...models.map((model) => [model]), models]) {
  const examples = toPoolExamples(gsm, { models: chosen, encoder, toQuery: queryFromOutcome })
  const view = fitView(
    examples.map(({ features }) => features),
    encoder.spec,
    createRng(1),
  )
  const set = createPoolSet(examples, view, { models: chosen, seed: 1 })
  const labels = labelDifficulty(set)
  const order = shuffle(createRng(1), [...labels.keys()])
  const predicted = new Float64Array(labels.length)
  for (let fold = 0; fold < FOLDS; fold++) {
    const test = order.filter((_, i) => i % FOLDS === fold)
    const rest = order.filter((_, i) => i % FOLDS !== fold)
    const forest = fitDifficultyForest(set, labels, { rows: rest, seed: 1 })
    for (const row of test) predicted[row] = predictForest(forest, set.dense, row * set.columns)[0] ?? 0
  }
  const half = order.slice(0, Math.ceil(order.length / 2))
  const other = order.slice(half.length)
  const cuts = cutByShares(
    half.map((row) => predicted[row] ?? 0),
    SHARES,
  )
  const levels = other.map((row) => cuts.filter((cut) => (predicted[row] ?? 0) >= cut).length)
  SHARES.forEach((share, level) =>
    shareErrors.push(Math.abs(levels.filter((one) => one === level).length / levels.length - share)),
  )
  const lengths = examples.map(({ query }) => query.turns.reduce((sum, { text }) => sum + text.length, 0))
  console.log(
    `${(chosen.length === 1 ? chosen[0] : 'mean of all')?.padEnd(28)} forest ${(spearman(predicted, labels) ?? 0).toFixed(3)}   ` +
      `prompt length ${(spearman(lengths, labels) ?? 0).toFixed(3)}`,
  )
}
console.log(
  `shares ${SHARES.join(', ')} asked on one half, on the other: mean error ${mean(shareErrors).toFixed(3)}, largest ${Math.max(...shareErrors).toFixed(3)}`,
)

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
