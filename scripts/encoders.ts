/**
 * What word vectors are worth beside the text: one pool, the same splits, every method trained with and without them.
 *
 *   node scripts/encoders.ts <rational-cascades-a | llmrouter> <seeds> <methods>         prints a table (docs/methods/encoders.md)
 *
 * Half of the rows train, vectors too (their texts, no others); the other half is tested. `utility`: quality of the model chosen less its cost, mean over
 * eleven cost weights, from none to one at which a mean call of the dearest model costs half of all quality; `log loss`: of the estimates of all models. Intervals: 1,000 draws of tested rows, paired over both
 * and over the seeds.
 */
import {
  bootstrap,
  createRiver,
  decide,
  fitWordVectors,
  loadWordEmbedder,
  POOL_METHODS,
  queryFromOutcome,
  saveWordVectors,
  trainPool,
  type Artifact,
  type Embedder,
  type Outcome,
  type PoolMethod,
  type River,
} from '@weir/core'
import { readOutcomes } from '../packages/weir/src/record/outcome-file.ts'
import { join } from 'node:path'
import { DATA, orderRows } from './recorded.ts'

/** List prices of the source, USD per million tokens: the rows have no costs, and their calls are about equally long. */
const LLMROUTER_PRICES: Readonly<Record<string, number>> = {
  'gemma-2-9b-it': 0.1,
  'qwen2.5-7b-instruct': 0.2,
  'llama-3.1-8b-instruct': 0.2,
  'llama3-chatqa-1.5-8b': 0.2,
  'mistral-7b-instruct-v0.3': 0.2,
  'codegemma-7b': 0.2,
  'mixtral-8x7b-instruct-v0.1': 0.6,
  'llama-3.3-nemotron-super-49b-v1': 0.9,
  'llama-3.1-nemotron-51b-instruct': 0.9,
  'llama3-chatqa-1.5-70b': 0.9,
  'llama3-70b-instruct': 0.9,
  'mixtral-8x22b-instruct-v0.1': 1.2,
}
/** What a mean call of the dearest model costs, in units of quality. */
const DEAREST: readonly number[] = Array.from({ length: 11 }, (_, i) => i / 20)

const [name = 'llmrouter', seedsText = '3', methodsText = 'knn,blend'] = process.argv.slice(2)
const methods = methodsText.split(',').flatMap((one) => POOL_METHODS.find((of) => of.name === one) ?? [])
const rows: Outcome[] = []
for await (const row of readOutcomes([join(DATA, `${name}.jsonl.gz`)])) {
  if (queryFromOutcome(row) !== undefined) rows.push(row)
}
const models = commonModels(rows)
const callCosts = name === 'llmrouter' ? LLMROUTER_PRICES : undefined

interface Tested {
  /** One per tested row. */
  readonly utility: readonly number[]
  readonly loss: readonly number[]
}

for (const method of methods) {
  const trials: { readonly text: Tested; readonly words: Tested }[] = []
  for (let seed = 1; seed <= Number(seedsText); seed++) {
    const order = orderRows(rows, `encoders ${seed}`)
    const half = Math.floor(order.length / 2)
    const [training, tested] = [order.slice(0, half), order.slice(half)]
    const embedder = await trainVectors(training, seed)
    const text = await train(method, training, { seed })
    const words = await train(method, training, { seed, embedder })
    const dearest = text.pool?.members.at(-1)?.meanCost ?? 1
    const weights = DEAREST.map((share) => share / dearest)
    trials.push({
      text: test(createRiver(text), tested, { weights, artifact: text }),
      words: test(createRiver(words, { embedder }), tested, { weights, artifact: text }),
    })
    process.stderr.write(`${name}, ${method.name}: seed ${seed}\n`)
  }
  process.stdout.write(`${tell(method.name, trials)}\n`)
}

/** Judged on every row. */
function commonModels(of: readonly Outcome[]): readonly string[] {
  return Object.keys(of[0]?.models ?? {}).filter((model) =>
    of.every((row) => row.models[model]?.score !== undefined),
  )
}

async function trainVectors(training: readonly Outcome[], seed: number): Promise<Embedder> {
  const { vectors } = await fitWordVectors(
    training.map(({ prompt = '' }) => prompt),
    { seed },
  )
  return loadWordEmbedder(saveWordVectors(vectors), 'trained here')
}

async function train(
  method: PoolMethod,
  training: readonly Outcome[],
  options: { readonly seed: number; readonly embedder?: Embedder },
): Promise<Artifact> {
  const costs = callCosts === undefined ? {} : { callCosts }
  return trainPool(training, { models, method, dataHash: 'split', ...costs, ...options })
}

function test(
  river: River,
  tested: readonly Outcome[],
  { weights, artifact }: { readonly weights: readonly number[]; readonly artifact: Artifact },
): Tested {
  const members = artifact.pool?.members ?? []
  const isFixed = artifact.pool?.costUnit === 'calls'
  const fixed = new Map(members.map(({ model, meanCost }) => [model, meanCost]))
  const utility: number[] = []
  const loss: number[] = []
  for (const row of tested) {
    const query = queryFromOutcome(row)
    const estimates =
      query && decide(river, query, { kind: 'quality', quality: 0.95, mode: 'estimate' }).estimates
    if (estimates === undefined) throw new Error(`no estimate of ${row.id}`)
    const gains = weights.map((weight) => {
      const value = ({
        model,
        quality,
        costUsd = fixed.get(model) ?? 0,
      }: (typeof estimates)[number]): number => quality - weight * costUsd
      const best = estimates.reduce((top, one) => (value(one) > value(top) ? one : top))
      const { score = 0, costUsd = 0 } = row.models[best.model] ?? {}
      return score - weight * (isFixed ? (fixed.get(best.model) ?? 0) : costUsd)
    })
    utility.push(mean(gains))
    loss.push(mean(estimates.map(({ model, quality }) => logLossOf(quality, row.models[model]?.score ?? 0))))
  }
  return { utility, loss }
}

function logLossOf(p: number, score: number): number {
  const q = Math.min(1 - 1e-6, Math.max(1e-6, p))
  return -score * Math.log(q) - (1 - score) * Math.log(1 - q)
}

function tell(method: string, trials: readonly { readonly text: Tested; readonly words: Tested }[]): string {
  const cells = (['utility', 'loss'] as const).map((column) => {
    const [text, words] = (['text', 'words'] as const).map((side) =>
      mean(trials.map((of) => mean(of[side][column]))),
    )
    const count = trials[0]?.text[column].length ?? 0
    const gains = Array.from({ length: count }, (_, row) =>
      mean(trials.map((of) => (of.words[column][row] ?? 0) - (of.text[column][row] ?? 0))),
    )
    const { gain } = bootstrap(
      count,
      (draw) => ({ gain: gains.reduce((sum, one, row) => sum + one * (draw[row] ?? 0), 0) / count }),
      { seed: 1 },
    )
    const [low = Number.NaN, high = Number.NaN] = gain ?? []
    return `${show(text)} | ${show(words)} | ${show((words ?? 0) - (text ?? 0))} [${show(low)}, ${show(high)}]`
  })
  return `| ${name} | ${method} | ${cells.join(' | ')} |`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function show(value: number | undefined): string {
  return (value ?? Number.NaN).toFixed(4)
}
