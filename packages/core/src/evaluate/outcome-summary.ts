/**
 * Summary of an outcomes file: what the rows hold, each model's means, and the headroom of every pair of models, in one pass. Memory
 * grows with models and pairs of models, not with rows.
 *
 *   headroom = share of queries on which the small model scores at least as much as the large one: the calls a perfect router could keep
 *              small at no loss
 *
 * Source: data/README.md "Headroom" (the table this reproduces); Hybrid LLM, arXiv:2404.14618 figure 1. Of two models the one with the higher
 * mean on the shared rows is called large; whether it also costs more is for the reader to see from the costs.
 */
import type { ModelOutcome, Outcome } from '../contract/outcome.ts'
import { qualityOf } from '../contract/pair-outcome.ts'
import type { Interval } from './bootstrap.ts'
import { meanInterval } from './mean-interval.ts'

export interface ModelSummary {
  readonly model: string
  /** Rows that name the model. */
  readonly rows: number
  /** Rows with a score. */
  readonly judged: number
  /** Rows with more than one answer. */
  readonly sampled: number
  readonly meanQuality: number | null
  /** 95%, Wilson; see mean-interval.ts. */
  readonly qualityInterval: Interval | null
  /** Means over the rows that have the field; null when none has. */
  readonly meanCostUsd: number | null
  readonly meanInputTokens: number | null
  readonly meanOutputTokens: number | null
  readonly meanLatencyMs: number | null
}

export interface PairSummary {
  readonly small: string
  readonly large: string
  /** Rows on which both were judged. */
  readonly rows: number
  readonly smallQuality: number
  readonly largeQuality: number
  /** Share of these rows with small >= large. */
  readonly smallAtLeastLarge: number
  /** Share of these rows with small > large. */
  readonly smallAboveLarge: number
  /** Mean of the better of the two. */
  readonly oracleQuality: number
}

export interface OutcomeSummary {
  readonly rows: number
  /** Rows a router can decide on: with a prompt or messages. */
  readonly rowsWithText: number
  readonly rowsWithCategory: number
  readonly datasets: readonly string[]
  readonly metrics: readonly string[]
  /** By falling mean quality. */
  readonly models: readonly ModelSummary[]
  /** All pairs that share a judged row, by falling headroom. */
  readonly pairs: readonly PairSummary[]
}

export interface OutcomeSummarizer {
  add(row: Outcome): void
  summarize(): OutcomeSummary
}

const AMOUNTS = ['costUsd', 'inputTokens', 'outputTokens', 'latencyMs'] as const

interface Tally {
  count: number
  sum: number
}

interface ModelTally {
  readonly name: string
  readonly index: number
  rows: number
  sampled: number
  readonly quality: Tally
  readonly amounts: Readonly<Record<(typeof AMOUNTS)[number], Tally>>
}

/** Of an unordered pair; `first` is the model seen earlier in the data. */
interface PairTally {
  readonly first: string
  readonly second: string
  rows: number
  firstSum: number
  secondSum: number
  bestSum: number
  firstAbove: number
  secondAbove: number
}

export function createOutcomeSummarizer(): OutcomeSummarizer {
  const models = new Map<string, ModelTally>()
  const pairs = new Map<number, PairTally>()
  const datasets = new Set<string>()
  const metrics = new Set<string>()
  const counts = { rows: 0, rowsWithText: 0, rowsWithCategory: 0 }
  return {
    add(row): void {
      counts.rows += 1
      if (row.prompt !== undefined || row.messages !== undefined) counts.rowsWithText += 1
      if (row.category !== undefined) counts.rowsWithCategory += 1
      if (row.dataset !== undefined) datasets.add(row.dataset)
      if (row.metric !== undefined) metrics.add(row.metric)
      addPairs(pairs, addModels(models, row))
    },
    summarize: () => ({
      ...counts,
      datasets: [...datasets],
      metrics: [...metrics],
      models: [...models.values()].map(toModelSummary).sort(byQuality),
      pairs: [...pairs.values()].map(toPairSummary).sort(byHeadroom),
    }),
  }
}

interface JudgedModel {
  readonly tally: ModelTally
  readonly quality: number
}

/** Adds each model's numbers; returns the judged ones, in the order in which the data first named them. */
function addModels(models: Map<string, ModelTally>, row: Outcome): readonly JudgedModel[] {
  const judged: JudgedModel[] = []
  for (const [name, outcome] of Object.entries(row.models)) {
    const tally = models.get(name) ?? createTally(name, models.size)
    models.set(name, tally)
    tally.rows += 1
    if ((outcome.samples?.length ?? 0) > 1) tally.sampled += 1
    for (const amount of AMOUNTS) add(tally.amounts[amount], outcome[amount])
    const quality = qualityOf(outcome)
    add(tally.quality, quality)
    if (quality !== undefined) judged.push({ tally, quality })
  }
  return judged.sort((a, b) => a.tally.index - b.tally.index)
}

/** Models per file that a pair's key has room for: 2^26, squared still a safe integer. */
const MOST_MODELS = 0x4000000

function addPairs(pairs: Map<number, PairTally>, judged: readonly JudgedModel[]): void {
  for (const [i, first] of judged.entries()) {
    for (let j = i + 1; j < judged.length; j++) {
      const second = judged[j]
      if (second === undefined) continue
      const key = first.tally.index * MOST_MODELS + second.tally.index
      const pair = pairs.get(key) ?? createPairTally(first.tally.name, second.tally.name)
      if (pair.rows === 0) pairs.set(key, pair)
      pair.rows += 1
      pair.firstSum += first.quality
      pair.secondSum += second.quality
      pair.bestSum += Math.max(first.quality, second.quality)
      if (first.quality > second.quality) pair.firstAbove += 1
      else if (second.quality > first.quality) pair.secondAbove += 1
    }
  }
}

function empty(): Tally {
  return { count: 0, sum: 0 }
}

function createTally(name: string, index: number): ModelTally {
  const amounts = { costUsd: empty(), inputTokens: empty(), outputTokens: empty(), latencyMs: empty() }
  return { name, index, rows: 0, sampled: 0, quality: empty(), amounts }
}

function createPairTally(first: string, second: string): PairTally {
  return { first, second, rows: 0, firstSum: 0, secondSum: 0, bestSum: 0, firstAbove: 0, secondAbove: 0 }
}

function add(tally: Tally, value: ModelOutcome['score']): void {
  if (value === undefined) return
  tally.count += 1
  tally.sum += value
}

function meanOf({ count, sum }: Tally): number | null {
  return count === 0 ? null : sum / count
}

function toModelSummary({ name, rows, sampled, quality, amounts }: ModelTally): ModelSummary {
  const meanQuality = meanOf(quality)
  return {
    model: name,
    rows,
    judged: quality.count,
    sampled,
    meanQuality,
    qualityInterval: meanQuality === null ? null : (meanInterval(meanQuality, quality.count) ?? null),
    meanCostUsd: meanOf(amounts.costUsd),
    meanInputTokens: meanOf(amounts.inputTokens),
    meanOutputTokens: meanOf(amounts.outputTokens),
    meanLatencyMs: meanOf(amounts.latencyMs),
  }
}

function toPairSummary(pair: PairTally): PairSummary {
  const firstIsLarge = pair.firstSum > pair.secondSum
  const [smallSum, largeSum] = firstIsLarge
    ? [pair.secondSum, pair.firstSum]
    : [pair.firstSum, pair.secondSum]
  const [smallAbove, largeAbove] = firstIsLarge
    ? [pair.secondAbove, pair.firstAbove]
    : [pair.firstAbove, pair.secondAbove]
  return {
    small: firstIsLarge ? pair.second : pair.first,
    large: firstIsLarge ? pair.first : pair.second,
    rows: pair.rows,
    smallQuality: smallSum / pair.rows,
    largeQuality: largeSum / pair.rows,
    smallAtLeastLarge: (pair.rows - largeAbove) / pair.rows,
    smallAboveLarge: smallAbove / pair.rows,
    oracleQuality: pair.bestSum / pair.rows,
  }
}

function byQuality(a: ModelSummary, b: ModelSummary): number {
  return (b.meanQuality ?? -1) - (a.meanQuality ?? -1) || (a.model < b.model ? -1 : 1)
}

function byHeadroom(a: PairSummary, b: PairSummary): number {
  return b.smallAtLeastLarge - a.smallAtLeastLarge || b.rows - a.rows || (a.small < b.small ? -1 : 1)
}
