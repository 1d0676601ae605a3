/**
 * Fits the proxy reward (score/answer-reward.ts) on rows with several judged answers of a model, and looks whether it can be trusted.
 *
 *   loss    mean over pairs of -log sigmoid(reward(better) - reward(worse)), ridge
 *   pairs   of a query's answers, worst, median and best by score: (median, worst) and (best, median) where the scores differ
 *
 * Source: BEST-Route, arXiv:2506.22716 section 4.1; near-ties are left out on purpose. Held out by question: the share of pairs that the reward ranks
 * rightly, and the true quality of best-of-n as n grows. Where that falls the reward is being fooled by what it picks (reward hacking): `isFooled`.
 */
import { WeirError } from '../contract/errors.ts'
import type { Encoder } from '../contract/features.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { Query } from '../contract/query.ts'
import { questionOf } from '../contract/question.ts'
import { createRng, shuffle, type Rng } from '../math/rng.ts'
import { fitSoftLogistic } from '../math/soft-logistic.ts'
import { stackRows, type SparseRow } from '../math/sparse.ts'
import { rewardOf, seeAnswer, type AnswerReward, type RewardSight } from '../score/answer-reward.ts'
import { drawSubsets, judgedAnswers } from './arm-outcomes.ts'
import { assignFolds } from './folds.ts'

const FOLDS = 4
/** Inverse penalty: rows are differences of unit vectors. */
const INVERSE_PENALTY = 0.5
/** What a standard deviation of an exchange column weighs beside a text of unit length. */
const EXCHANGE_SCALE = 0.3
/** Fewest pairs to fit on. */
const LEAST_PAIRS = 50
/** Standard errors by which quality must fall to raise the alarm. */
const ALARM_ERRORS = 2

export interface AnswerRewardOptions {
  /** Models whose answers teach, together: what tells a good answer from a bad one is taken to be the same for all. */
  readonly models: readonly string[]
  /** Numbers of samples at which the true quality is looked at, ascending from 1. */
  readonly samples: readonly number[]
  readonly seed: number
  readonly encoder: Encoder
  readonly toQuery: (row: Outcome) => Query | undefined
}

export interface QualityOfBest {
  readonly samples: number
  /** Mean true score of the answer that the reward picks, on rows that it has not seen. */
  readonly quality: number
}

export interface FittedReward {
  readonly reward: AnswerReward
  readonly pairs: number
  /** Share of held-out pairs ranked rightly; a half is chance. */
  readonly pairAccuracy: number
  readonly curve: readonly QualityOfBest[]
  /** True when the quality at a larger n lies more than two standard errors below that at a smaller one. */
  readonly isFooled: boolean
  /** The reward that has not seen this question; of a question that no row holds the finished one. */
  readonly heldOutFor: (query: Query) => AnswerReward
}

interface Judged {
  readonly question: string
  readonly answers: readonly { readonly sight: RewardSight; readonly score: number }[]
}

interface RankedPair {
  readonly row: number
  readonly better: RewardSight
  readonly worse: RewardSight
}

/** Throws `data.too_few` when fewer than 50 pairs of answers differ in score. */
export function fitAnswerReward(rows: readonly Outcome[], options: AnswerRewardOptions): FittedReward {
  const { seed, encoder } = options
  const judged = rows.flatMap((row) => options.models.flatMap((model) => toJudged(row, model, options) ?? []))
  const pairs = judged.flatMap(({ answers }, row) => pairsOf(answers, createRng(seed + row), row))
  if (pairs.length < LEAST_PAIRS) {
    throw new WeirError(
      'data.too_few',
      `${pairs.length} pairs of answers of ${options.models.join(', ')} to one query differ in score; a reward needs at least ${LEAST_PAIRS}: ` +
        'record more samples, or let the samples vote',
    )
  }
  const foldOf = assignFolds(
    judged.map(({ question }) => question),
    FOLDS,
    createRng(seed),
  )
  const scales = scalesOf(judged)
  const fit = (used: readonly RankedPair[]): AnswerReward =>
    fitPairs(used, { buckets: encoder.spec.buckets, scales, seed })
  const held = Array.from({ length: FOLDS }, (_, fold) =>
    fit(pairs.filter(({ row }) => foldOf[row] !== fold)),
  )
  const rewardAt = (row: number): AnswerReward => held[foldOf[row] ?? 0] ?? NO_REWARD
  const right = pairs.filter(
    ({ row, better, worse }) => rewardOf(rewardAt(row), better) > rewardOf(rewardAt(row), worse),
  )
  const reward = fit(pairs)
  const ofQuestion = new Map(judged.map(({ question }, row) => [question, rewardAt(row)]))
  return {
    reward,
    heldOutFor: (query) => ofQuestion.get(questionOf(query)) ?? reward,
    pairs: pairs.length,
    pairAccuracy: right.length / pairs.length,
    ...measureBest(judged, rewardAt, options),
  }
}

const NO_REWARD: AnswerReward = { text: new Float32Array(), exchange: [] }

function toJudged(
  row: Outcome,
  model: string,
  { encoder, toQuery }: AnswerRewardOptions,
): Judged | undefined {
  const query = toQuery(row)
  const outcome = Object.hasOwn(row.models, model) ? row.models[model] : undefined
  if (query === undefined || outcome === undefined) return undefined
  const answers = judgedAnswers(outcome).map(({ answer, score }) => ({
    sight: seeAnswer(encoder, query, answer),
    score,
  }))
  return answers.length < 2 ? undefined : { question: questionOf(query), answers }
}

/** Of equal scores a random one stands for all. */
function pairsOf(answers: Judged['answers'], rng: Rng, row: number): RankedPair[] {
  const sorted = shuffle(rng, answers).toSorted((a, b) => a.score - b.score)
  const [worst, median, best] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)]
  const pairs: RankedPair[] = []
  for (const [low, high] of [
    [worst, median],
    [median, best],
  ]) {
    if (low === undefined || high === undefined || !(high.score > low.score)) continue
    pairs.push({ row, better: high.sight, worse: low.sight })
  }
  return pairs
}

/** By exchange column: EXCHANGE_SCALE over its standard deviation. */
function scalesOf(judged: readonly Judged[]): readonly number[] {
  const sights = judged.flatMap(({ answers }) => answers.map(({ sight }) => sight.exchange))
  return Array.from(sights[0] ?? [], (_, j) => {
    const mean = sights.reduce((sum, one) => sum + (one[j] ?? 0), 0) / sights.length
    const variance = sights.reduce((sum, one) => sum + ((one[j] ?? 0) - mean) ** 2, 0) / sights.length
    return variance > 1e-12 ? EXCHANGE_SCALE / Math.sqrt(variance) : 0
  })
}

interface FitPairs {
  readonly buckets: number
  readonly scales: readonly number[]
  readonly seed: number
}

/** Every second pair stands the other way round, so that the intercept has nothing to learn. */
function fitPairs(pairs: readonly RankedPair[], { buckets, scales, seed }: FitPairs): AnswerReward {
  const matrix = stackRows(
    pairs.map(({ better, worse }, i) =>
      i % 2 === 0
        ? subtract(better, worse, { buckets, scales })
        : subtract(worse, better, { buckets, scales }),
    ),
    buckets + scales.length,
  )
  const { weights } = fitSoftLogistic(
    { matrix, labels: Float64Array.from(pairs, (_, i) => 1 - (i % 2)), rows: [...pairs.keys()] },
    { inversePenalty: INVERSE_PENALTY, epochs: 30, tolerance: 1e-3, rng: createRng(seed) },
  )
  return {
    text: weights.slice(0, buckets),
    exchange: scales.map((scale, j) => scale * (weights[buckets + j] ?? 0)),
  }
}

function subtract(
  a: RewardSight,
  b: RewardSight,
  { buckets, scales }: Pick<FitPairs, 'buckets' | 'scales'>,
): SparseRow {
  const entries = new Map<number, number>()
  a.indices.forEach((bucket, k) => entries.set(bucket, a.values[k] ?? 0))
  b.indices.forEach((bucket, k) => entries.set(bucket, (entries.get(bucket) ?? 0) - (b.values[k] ?? 0)))
  scales.forEach((scale, j) =>
    entries.set(buckets + j, scale * ((a.exchange[j] ?? 0) - (b.exchange[j] ?? 0))),
  )
  return { indices: Uint32Array.from(entries.keys()), values: Float32Array.from(entries.values()) }
}

function measureBest(
  judged: readonly Judged[],
  rewardAt: (row: number) => AnswerReward,
  { samples, seed }: AnswerRewardOptions,
): Pick<FittedReward, 'curve' | 'isFooled'> {
  const most = Math.max(...samples)
  const columns = samples.map((): number[] => [])
  judged.forEach(({ answers }, row) => {
    if (answers.length < most) return
    const ranked = answers.map(({ sight, score }) => ({ score, reward: rewardOf(rewardAt(row), sight) }))
    samples.forEach((n, i) => columns[i]?.push(meanOfBest(ranked, n, createRng(seed + row))))
  })
  return {
    curve: samples.map((n, i) => ({ samples: n, quality: mean(columns[i] ?? []) })),
    isFooled: columns.some((later, i) =>
      columns.slice(0, i).some((earlier) => isClearlyBelow(later, earlier)),
    ),
  }
}

interface Ranked {
  readonly score: number
  readonly reward: number
}

function meanOfBest(answers: readonly Ranked[], n: number, rng: Rng): number {
  const subsets = drawSubsets(shuffle(rng, answers), n, rng)
  const scores = subsets.map(
    (drawn) => drawn.reduce((best, one) => (one.reward > best.reward ? one : best)).score,
  )
  return mean(scores)
}

function isClearlyBelow(later: readonly number[], earlier: readonly number[]): boolean {
  const falls = earlier.map((quality, row) => quality - (later[row] ?? 0))
  const fall = mean(falls)
  const variance = mean(falls.map((one) => (one - fall) ** 2))
  return fall > ALARM_ERRORS * Math.sqrt(variance / falls.length)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
