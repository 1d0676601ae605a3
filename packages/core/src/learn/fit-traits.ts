/**
 * Learns the function of estimate/traits.ts: the queries are halved, models are measured on one half, and their quality on the other half is
 * predicted, and the other way round. What is learned is thus what traits say of queries that they were not measured on; at the end they are measured
 * on all.
 */
import { readTags } from '../estimate/pool-blend.ts'
import { expectAt, OVERALL, type Traits, type TraitsParameters } from '../estimate/traits.ts'
import { logit } from '../math/logistic.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { fitSoftLogistic } from '../math/soft-logistic.ts'
import type { SparseMatrix } from '../math/sparse.ts'
import { fitTagger } from './fit-pool-blend.ts'
import { measureTraits, type Answered, type Measuring } from './measure-traits.ts'
import { gatherEmbeddings, meanQualities, type FitPredictorOptions, type PoolSet } from './pool-set.ts'

/** Pairs of query and model that the function is learned from: it has few weights. */
const MOST_PAIRS = 40_000
/** Columns have a root mean square of 1, rows a length of about 11. */
const INVERSE_PENALTY = 0.01
const SOLVER = { epochs: 15, tolerance: 1e-2 } as const

export function fitTraits(
  set: PoolSet,
  rows: readonly number[],
  { seed, message }: FitPredictorOptions & Pick<Measuring, 'message'>,
): TraitsParameters {
  const tags = fitTagger(set, rows, seed)
  const means = meanQualities(set, rows)
  const prior = means.reduce((sum, mean) => sum + mean, 0) / means.length
  const answered = gatherAnswered(set, rows, tags)
  const queries = [...rows.keys()]
  const shared = fitShared(answered, { queries, prior, message }, seed)
  return { tags, traits: measureTraits(answered, { queries, prior, message }), ...shared }
}

/** Some rows of the set as models are measured on them. */
export function gatherAnswered(
  set: PoolSet,
  rows: readonly number[],
  tags: TraitsParameters['tags'],
): Answered {
  const types = tags.bias.length
  const spread = new Float32Array(rows.length * types)
  rows.forEach((row, i) => {
    const words = set.seen[row]?.words
    if (words !== undefined) spread.set(readTags(tags, words), i * types)
  })
  return {
    tags: spread,
    types,
    embeddings: gatherEmbeddings(set, rows),
    rank: set.rank,
    targets: set.targets.map((values) => Float32Array.from(rows, (row) => values[row] ?? 0)),
  }
}

function fitShared(
  answered: Answered,
  measuring: Measuring,
  seed: number,
): Pick<TraitsParameters, 'weights' | 'bias'> {
  const width = answered.targets.length
  const order = shuffle(createRng(seed), measuring.queries)
  const middle = Math.ceil(order.length / 2)
  const halves = [order.slice(0, middle), order.slice(middle)]
  const taught = Math.ceil(MOST_PAIRS / width / 2)
  const columns = OVERALL + 2 * answered.rank
  const asked = halves.map((half) => half.slice(0, taught))
  const pairs = width * asked.reduce((sum, half) => sum + half.length, 0)
  const x = new Float32Array(pairs * columns)
  const labels = new Float64Array(pairs)
  let pair = 0
  asked.forEach((half, i) => {
    const traits = measureTraits(answered, { ...measuring, queries: halves[1 - i] ?? [] })
    for (const query of half) {
      for (let j = 0; j < width; j++, pair++) {
        writeFeatures(x.subarray(pair * columns, (pair + 1) * columns), answered, { traits, query, model: j })
        labels[pair] = answered.targets[j]?.[query] ?? 0
      }
    }
  })
  const scales = scaleColumns(x, columns)
  const { weights, bias } = fitSoftLogistic(
    { matrix: toMatrix(x, columns), labels, rows: [...labels.keys()] },
    { inversePenalty: INVERSE_PENALTY, ...SOLVER, rng: createRng(seed) },
  )
  return { weights: weights.map((weight, c) => weight * (scales[c] ?? 0)), bias }
}

interface Edge {
  readonly traits: Traits
  readonly query: number
  readonly model: number
}

/** What the weights of TraitsParameters stand before, in their order. */
function writeFeatures(into: Float32Array, answered: Answered, { traits, query, model }: Edge): void {
  const { tags, types, embeddings, rank } = answered
  const p = tags.subarray(query * types, (query + 1) * types)
  into[0] = logit(expectAt(traits.byType, model, p))
  into[1] = logit(traits.means[model] ?? 0)
  for (let c = 0; c < rank; c++) {
    const e = embeddings[query * rank + c] ?? 0
    into[OVERALL + c] = e
    into[OVERALL + rank + c] = e * (traits.messages[model * rank + c] ?? 0)
  }
}

/** Brings each column to a root mean square of 1, in place; returns the factors. */
function scaleColumns(x: Float32Array, columns: number): Float64Array {
  const squares = new Float64Array(columns)
  for (let i = 0; i < x.length; i++) squares[i % columns] = (squares[i % columns] ?? 0) + (x[i] ?? 0) ** 2
  const rows = x.length / columns
  const factors = squares.map((square) => (square > 0 ? Math.sqrt(rows / square) : 0))
  for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) * (factors[i % columns] ?? 0)
  return factors
}

function toMatrix(x: Float32Array, columns: number): SparseMatrix {
  const rows = x.length / columns
  return {
    rows,
    columns,
    starts: Float64Array.from({ length: rows + 1 }, (_, row) => row * columns),
    indices: Uint32Array.from(x, (_, i) => i % columns),
    values: x,
  }
}
