/**
 * Reading the answer: `weir train --policy cascade` on mmlu-pro pairs with the small model's answers, against the router that sees the question
 * alone, both from the same artifact and on the same rows. Everything is replayed through the code that serves.
 */
import {
  createComparison,
  createRiver,
  probe,
  replay,
  spent,
  toPairOutcome,
  train,
  type Comparison,
  type ComparisonTrials,
  type Outcome,
  type Pair,
  type Replayed,
  type River,
} from '@weir/core'
import { study, type Study } from '../promise-study.ts'
import { hashOf, placeOf, readAnsweredRows, STUDIED, type Studied } from '../recorded.ts'
import { renderCascadeAnswers } from './cascade-answers-page.ts'
import { createSection, type Section } from './section.ts'

const PAIRS: readonly string[] = ['gemini', 'llama-gpt4o']
const SPLITS = 5
const RESAMPLES = 1000
const LEVELS: readonly number[] = [0.9, 0.95, 0.98, 0.99, 1]

/** Replayed at one level in mode estimate; money as a share of all large. */
export interface LevelMoney {
  readonly level: number
  readonly policy: 'route' | 'cascade'
  readonly delivered: number
  readonly kept: number
  /** Share of queries that were drafted. */
  readonly drafted: number
  readonly costUsd: number
  readonly largeUsd: number
  /** Of drafts that were thrown away. */
  readonly wastedUsd: number
}

export interface Read {
  readonly kind: 'reading'
  readonly studied: Studied
  readonly rows: number
  readonly dataHash: string
  readonly comparison: Comparison
  /** Means over the splits. */
  readonly money: readonly LevelMoney[]
}

export interface Kept {
  readonly kind: 'promise'
  readonly study: Study
}

export type Result = Read | Kept

interface Split {
  readonly seed: number
  readonly trainingRows: number
  readonly tested: readonly number[]
  readonly reading: readonly number[]
  readonly routing: readonly number[]
  readonly money: readonly LevelMoney[]
}

async function runSplit(rows: readonly Outcome[], { pair }: Studied, seed: number): Promise<Split> {
  const isTested = (row: Outcome): boolean => placeOf(row, `cascade ${seed}`) >= 0.5
  const training = rows.filter((row) => !isTested(row))
  const artifact = await train(training, { pair, seed, dataHash: hashOf(training), policies: ['cascade'] })
  const river = createRiver(artifact)
  const split = { tested: [] as number[], reading: [] as number[], routing: [] as number[] }
  for (const [i, row] of rows.entries()) {
    if (!isTested(row)) continue
    const probed = await probe(river, row, 'cascade')
    if (probed === undefined) throw new Error(`row ${row.id} cannot be read`)
    split.tested.push(i)
    split.reading.push(probed.pGoodEnough)
    split.routing.push(probed.pSmall)
  }
  const tested = split.tested.flatMap((i) => rows[i] ?? [])
  return { seed, trainingRows: training.length, ...split, money: await measureMoney(river, tested) }
}

async function measureMoney(river: River, rows: readonly Outcome[]): Promise<readonly LevelMoney[]> {
  const measured: LevelMoney[] = []
  for (const policy of ['route', 'cascade'] as const) {
    for (const level of LEVELS) measured.push(await measureLevel(river, rows, { policy, level }))
  }
  return measured
}

async function measureLevel(
  river: River,
  rows: readonly Outcome[],
  { policy, level }: Pick<LevelMoney, 'policy' | 'level'>,
): Promise<LevelMoney> {
  const sum = { quality: 0, large: 0, kept: 0, drafted: 0, costUsd: 0, largeUsd: 0, wastedUsd: 0 }
  for (const row of rows) {
    const replayed = await replay(river, row, { kind: 'quality', quality: level, mode: 'estimate', policy })
    const outcome = toPairOutcome(row, river.pair)
    if (replayed === undefined || outcome === undefined) continue
    sum.large += outcome.largeQuality
    sum.largeUsd += outcome.largeCostUsd ?? 0
    addServed(sum, replayed, river.pair)
  }
  const n = rows.length
  return {
    level,
    policy,
    delivered: sum.quality / sum.large,
    kept: sum.kept / n,
    drafted: sum.drafted / n,
    costUsd: sum.costUsd / n,
    largeUsd: sum.largeUsd / n,
    wastedUsd: sum.wastedUsd / n,
  }
}

function addServed(
  sum: Record<'quality' | 'kept' | 'drafted' | 'costUsd' | 'wastedUsd', number>,
  { accepted, attempts }: Replayed,
  { small }: Pair,
): void {
  const draft = attempts.find(({ model }) => model === small)
  const isKept = accepted?.model === small
  sum.quality += accepted?.quality ?? 0
  sum.kept += isKept ? 1 : 0
  sum.drafted += draft === undefined ? 0 : 1
  sum.costUsd += spent(attempts).usd
  sum.wastedUsd += isKept ? 0 : (draft?.costUsd ?? 0)
}

function averageMoney(splits: readonly Split[]): readonly LevelMoney[] {
  const [first] = splits
  return (first?.money ?? []).map((of, at) => {
    const all = splits.flatMap(({ money }) => money[at] ?? [])
    const mean = (key: 'delivered' | 'kept' | 'drafted' | 'costUsd' | 'largeUsd' | 'wastedUsd'): number =>
      all.reduce((sum, one) => sum + one[key], 0) / all.length
    return {
      ...of,
      delivered: mean('delivered'),
      kept: mean('kept'),
      drafted: mean('drafted'),
      costUsd: mean('costUsd'),
      largeUsd: mean('largeUsd'),
      wastedUsd: mean('wastedUsd'),
    }
  })
}

async function measureReading(studied: Studied): Promise<Read> {
  const rows = await readAnsweredRows(studied)
  const splits: Split[] = []
  for (let seed = 1; seed <= SPLITS; seed++) {
    splits.push(await runSplit(rows, studied, seed))
    process.stderr.write(`${studied.name}: split ${seed} of ${SPLITS}\n`)
  }
  const outcomes = rows.map((row) => toPairOutcome(row, studied.pair))
  const small = outcomes.map((outcome) => outcome?.smallQuality ?? 0)
  const large = outcomes.map((outcome) => outcome?.largeQuality ?? 0)
  const trials: ComparisonTrials = {
    pair: studied.pair,
    small,
    large,
    labels: small.map((quality, i) => (quality >= (large[i] ?? 0) ? 1 : 0)),
    questionOf: [...rows.keys()],
    questions: rows.length,
    methods: ['router', 'cascade'],
    splits: splits.map(({ seed, trainingRows, tested, reading, routing }) => ({
      seed,
      trainingRows,
      tested,
      bestSingle: 'large',
      taskScores: undefined,
      methods: [
        { scores: routing, expectedCalibrationError: null },
        { scores: reading, expectedCalibrationError: null },
      ],
    })),
  }
  return {
    kind: 'reading',
    studied,
    rows: rows.length,
    dataHash: hashOf(rows),
    comparison: createComparison(trials, { seed: 1, resamples: RESAMPLES }),
    money: averageMoney(splits),
  }
}

export const cascadeAnswers: Section = createSection<Result>({
  name: 'cascade-answers',
  issue: 4,
  cases: PAIRS.flatMap((name) => [`reading-${name}`, `promise-${name}`]),
  measure: async (name) => {
    const studied = STUDIED.find((one) => name.endsWith(`-${one.name}`) && PAIRS.includes(one.name))
    if (studied === undefined) throw new Error(`no case ${name}`)
    if (name.startsWith('reading-')) return measureReading(studied)
    return { kind: 'promise', study: await study(studied, 'cascade') }
  },
  render: renderCascadeAnswers,
})
