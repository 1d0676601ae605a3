/**
 * How many large calls a proven margin of one point saves, all data used. The router is cross-fitted: four folds by question, each scored by a
 * router that weir train made from the other three. On the cross-fitted scores of all rows the promise is proven at the level
 *
 *   1 - 0.01 / quality(large)       that is: mean quality at most one point below the large model's
 *
 * with delta 0.05, one-sided, as weir train proves its levels: asymptotic, the thresholds being those of the cross-fitted curve itself.
 * weir train offers levels in steps of 0.0025 only; here the level is exact.
 */
import { createRiver, train, type Outcome, type Pair } from '@weir/core'
import { selectPromises } from '../../packages/core/src/learn/select-promise.ts'
import { createTrainingCurve } from '../../packages/core/src/learn/threshold-sequence.ts'
import { scoreRows, type ScoredRows } from '../../packages/core/src/calibrate.ts'
import { hashOf, placeOf, readPairRows, STUDIED } from '../recorded.ts'
import {
  createSection,
  mean,
  percent,
  thousands,
  three,
  type Figure,
  type Rendered,
  type Section,
  type Target,
} from './section.ts'

interface Case {
  readonly name: string
  readonly file: string
  readonly pair: Pair
}

const CASES: readonly Case[] = [
  ...STUDIED.map(({ name, file, pair }) => ({ name, file, pair })),
  {
    name: 'gsm8k',
    file: 'routellm-gsm8k',
    pair: { small: 'mistralai/Mixtral-8x7B-Instruct-v0.1', large: 'gpt-4-1106-preview' },
  },
  {
    name: 'llmrouter-8b',
    file: 'llmrouter',
    pair: { small: 'llama-3.1-8b-instruct', large: 'llama-3.1-nemotron-51b-instruct' },
  },
  {
    name: 'zeroeval-gpt4o',
    file: 'zeroeval-gsm',
    pair: { small: 'gpt-4o-mini-2024-07-18', large: 'gpt-4o-2024-08-06' },
  },
  {
    name: 'confidence-claude',
    file: 'confidence',
    pair: { small: 'claude-3-haiku-20240307', large: 'claude-sonnet-4-20250514' },
  },
  {
    name: 'cascades-gpt4o',
    file: 'rational-cascades-a',
    pair: { small: 'gpt-4o-mini', large: 'gpt-4o' },
  },
  {
    name: 'bfcl-gpt4o',
    file: 'bfcl',
    pair: { small: 'gpt-4o-mini-2024-07-18-FC', large: 'gpt-4o-2024-05-13-FC' },
  },
]

const FOLDS = 4
const SEED = 1
const DELTA = 0.05
/** Points of quality that may be lost: 0.01 is one. */
const MARGIN = 0.01

interface Result {
  readonly of: Case
  readonly rows: number
  readonly dataHash: string
  readonly small: number
  readonly large: number
  readonly level: number
  /** Null when not even the first threshold is proven. */
  readonly threshold: number | null
  readonly kept: number
  /** quality(large) - quality(routed) on the rows at the threshold, with one standard error. */
  readonly lost: number
  readonly lostError: number
}

/** Every row scored by a router that has not seen its question. */
async function scoreCrossFitted({ name, pair }: Case, rows: readonly Outcome[]): Promise<ScoredRows> {
  const columns = { scores: [] as number[], small: [] as number[], large: [] as number[] }
  for (let fold = 0; fold < FOLDS; fold++) {
    const isTested = (row: Outcome): boolean => Math.floor(placeOf(row, `proven ${SEED}`) * FOLDS) === fold
    const training = rows.filter((row) => !isTested(row))
    const artifact = await train(training, { pair, seed: SEED, dataHash: hashOf(training) })
    const scored = await scoreRows(createRiver(artifact), rows.filter(isTested))
    columns.scores.push(...scored.scores)
    columns.small.push(...scored.small)
    columns.large.push(...scored.large)
    process.stderr.write(`${name}: fold ${fold + 1} of ${FOLDS} scored\n`)
  }
  return columns
}

async function measure(name: string): Promise<Result> {
  const of = CASES.find((one) => one.name === name)
  if (of === undefined) throw new Error(`no case ${name}`)
  const rows = await readPairRows(of)
  const trials = await scoreCrossFitted(of, rows)
  const meanQuality = { small: mean(trials.small), large: mean(trials.large) }
  const level = 1 - MARGIN / meanQuality.large
  const prior = { curve: createTrainingCurve(trials), rows: rows.length, meanQuality }
  const [point] = selectPromises(trials, { levels: [level], delta: DELTA, prior, seed: SEED })
  const threshold = point?.threshold ?? null
  const losses = trials.scores.map((score, i) =>
    score >= (threshold ?? Number.POSITIVE_INFINITY) ? (trials.large[i] ?? 0) - (trials.small[i] ?? 0) : 0,
  )
  const lost = mean(losses)
  const squares = mean(losses.map((loss) => (loss - lost) ** 2))
  return {
    of,
    rows: rows.length,
    dataHash: hashOf(rows),
    ...meanQuality,
    level,
    threshold,
    kept: point?.expectedCostAdvantage ?? 0,
    lost,
    lostError: Math.sqrt(squares / losses.length),
  }
}

function renderRow({
  of,
  rows,
  dataHash,
  small,
  large,
  level,
  threshold,
  kept,
  lost,
  lostError,
}: Result): string {
  const note =
    threshold === null ? 'not provable' : threshold === 0 ? 'all small is proven' : three(threshold)
  return `| ${of.name}: ${of.pair.small} -> ${of.pair.large} | ${thousands(rows)} | ${dataHash.slice(0, 12)} | ${three(small)} | ${three(large)} | ${level.toFixed(4)} | ${note} | **${percent(kept)}** | ${(100 * lost).toFixed(2)} ± ${(200 * lostError).toFixed(2)} |`
}

function figuresOf({ of, rows, kept, lost, lostError }: Result): readonly [string, Figure][] {
  const error = 2 * Math.sqrt((kept * (1 - kept)) / rows)
  return [
    [`proven/${of.name}/kept`, { value: kept, interval: [kept - error, kept + error] }],
    [`proven/${of.name}/lost`, { value: lost, interval: [lost - 2 * lostError, lost + 2 * lostError] }],
  ]
}

function render(results: readonly Result[]): Rendered {
  const above = (share: number): number => results.filter(({ kept }) => kept >= share).length
  const text = `## Fewer large calls at a proven margin of one point

All rows of each set, router cross-fitted in ${FOLDS} folds by question (seed ${SEED}); level 1 - 0.01 / quality(large), proven one-sided with 95% confidence on the cross-fitted scores. Kept small: large calls saved.
Lost: points of quality below the large model on the same rows, ± two standard errors (of one threshold; the choice among thresholds is what the promise accounts for). ${above(0.4)} of ${results.length} pairs save at least 40%,
${above(0.2)} at least 20%.

| pair | rows | data | small | large | level | threshold | kept small | lost, points |
|---|---:|---|---:|---:|---:|---|---:|---:|
${results.map(renderRow).join('\n')}
`
  const judge = (share: number, pairs: number): Target => ({
    point: 6,
    what: `pairs with at least ${percent(share, 0)} fewer large calls at a proven margin of one point`,
    asked: `at least ${pairs}`,
    reached: `${above(share)} of ${results.length}`,
    isMet: above(share) >= pairs,
  })
  const figures = Object.fromEntries(results.flatMap(figuresOf))
  return { text, figures, targets: [judge(0.4, 1), judge(0.2, 3)] }
}

export const proven: Section = createSection<Result>({
  name: 'proven',
  cases: CASES.map(({ name }) => name),
  measure,
  render,
})
