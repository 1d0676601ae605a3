/**
 * Routing: trains on one part of each data set, measures on the rest, through the public API alone.
 *
 * Splits go by question text (lower case, white space collapsed), never by row, so that a repeated question cannot sit on both sides. The router
 * sees the prompt alone; training rows keep their category. Intervals: 95%, rows of the data set drawn with replacement, the same draw for every
 * split, statistic averaged over splits. The spread over splits (standard deviation) is given beside it: it holds the chance in training.
 */
import {
  averagePgr,
  createComparison,
  createQualityCurve,
  createRiver,
  createRng,
  fitTaskTable,
  replay,
  shuffle,
  toPairOutcome,
  train,
  type ComparedStatistic,
  type ComparisonTrials,
  type Outcome,
  type Pair,
  type Report,
} from '@weir/core'
import { measureRiver } from '../../packages/weir/src/report/measure.ts'
import { hashOf, placeOf, readPairRows } from '../recorded.ts'
import { CASES, RESAMPLES, SEED, SPLITS, type Case, type Result, type Statistic } from './routing-cases.ts'
import { renderRouting } from './routing-page.ts'
import { createSection, three, type Section } from './section.ts'

interface Split {
  readonly seed: number
  readonly training: readonly Outcome[]
  /** Indices of the tested rows into the data set. */
  readonly tested: readonly number[]
}

interface Measured {
  readonly tested: readonly number[]
  readonly trainingRows: number
  readonly report: Report
  /** One per tested row. */
  readonly scores: readonly number[]
  readonly tableScores: readonly number[]
}

function splitRows(of: Case, rows: readonly Outcome[]): readonly Split[] {
  return Array.from({ length: SPLITS }, (_, i): Split => {
    const salt = `results ${of.split === 'folds' ? SEED : i + 1}`
    const isTested = (row: Outcome): boolean => {
      const at = placeOf(row, salt)
      return of.split === 'folds' ? Math.floor(at * SPLITS) === i : at >= 0.5
    }
    const tested = [...rows.entries()].filter(([, row]) => isTested(row)).map(([k]) => k)
    const rest = rows.filter((row) => !isTested(row))
    const training =
      of.trainingRows === undefined ? rest : shuffle(createRng(i + 1), rest).slice(0, of.trainingRows)
    return { seed: i + 1, training, tested }
  })
}

async function measureSplit(
  of: Case,
  rows: readonly Outcome[],
  { seed, training, tested }: Split,
): Promise<Measured> {
  const artifact = await train(training, { pair: of.pair, seed, dataHash: hashOf(training) })
  const river = createRiver(artifact, { candidates: [{ model: of.pair.small }, { model: of.pair.large }] })
  const table = fitTaskTable({
    categories: training.map((row) => row.category),
    gaps: training.map((row) => gapOf(row, of.pair)),
  })
  const testRows = tested.flatMap((k) => rows[k] ?? [])
  const { report } = await measureRiver(river, testRows, {
    seed: SEED,
    resamples: 0,
    taskTable: table,
    relaxation: artifact.relaxation?.t ?? 0,
  })
  const scores: number[] = []
  for (const row of testRows) {
    const replayed = await replay(river, row, { kind: 'quality', quality: 0.95 })
    scores.push(replayed?.decision.score ?? -1)
  }
  const tableScores = testRows.map((row) => table.scoreOf(row.category))
  return { tested, trainingRows: training.length, report, scores, tableScores }
}

function gapOf(row: Outcome, pair: Pair): number {
  const outcome = toPairOutcome(row, pair)
  return outcome === undefined ? 0 : outcome.smallQuality - outcome.largeQuality
}

const INTERVALS: Readonly<Record<Statistic, ComparedStatistic>> = {
  apgr: 'apgr',
  kept0: 'costAdvantageAtDrop.0',
  kept1: 'costAdvantageAtDrop.0.01',
  kept5: 'costAdvantageAtDrop.0.05',
}

/** Intervals of the means over splits: one draw of the data set's rows for all splits. */
function measureIntervals(trials: ComparisonTrials): Result['intervals'] {
  const { systems, tests } = createComparison(trials, { seed: SEED, resamples: RESAMPLES })
  const weir = systems.find(({ name }) => name === 'weir')
  return {
    ...Object.fromEntries(
      Object.entries(INTERVALS).map(([name, statistic]) => [name, weir?.statistics[statistic]?.interval]),
    ),
    aboveTable: tests.find(({ against }) => against === 'bestPerTaskType')?.difference?.interval,
  }
}

function toTrials(of: Case, rows: readonly Outcome[], splits: readonly Measured[]): ComparisonTrials {
  const outcomes = rows.map((row) => toPairOutcome(row, of.pair))
  const small = outcomes.map((outcome) => outcome?.smallQuality ?? 0)
  const large = outcomes.map((outcome) => outcome?.largeQuality ?? 0)
  return {
    pair: of.pair,
    small,
    large,
    labels: small.map((quality, k) => (quality >= (large[k] ?? 0) ? 1 : 0)),
    questionOf: [...rows.keys()],
    questions: rows.length,
    methods: ['weir'],
    splits: splits.map(({ tested, trainingRows, scores, tableScores }, i) => ({
      seed: i + 1,
      trainingRows,
      tested,
      bestSingle: 'large',
      taskScores: tableScores,
      methods: [{ scores, expectedCalibrationError: null }],
    })),
  }
}

/** The splits' probabilities are comparable because they are calibrated. */
function poolApgr(
  { split }: Case,
  { small, large }: ComparisonTrials,
  splits: readonly Measured[],
): number | null {
  if (split !== 'folds') return null
  const tested = splits.flatMap((one) => [...one.tested])
  const curve = createQualityCurve({
    scores: splits.flatMap(({ scores }) => [...scores]),
    small: tested.map((k) => small[k] ?? 0),
    large: tested.map((k) => large[k] ?? 0),
  })
  return averagePgr(curve) ?? null
}

async function measureCase(name: string): Promise<Result> {
  const of = CASES.find((one) => one.name === name)
  if (of === undefined) throw new Error(`no case ${name}`)
  const rows = await readPairRows(of)
  const splits: Measured[] = []
  for (const split of splitRows(of, rows)) {
    const measured = await measureSplit(of, rows, split)
    splits.push(measured)
    const { apgr, baselines } = measured.report
    process.stderr.write(
      `${name} ${split.seed}: ${measured.trainingRows} -> ${measured.tested.length} rows, apgr ${three(apgr)}, ` +
        `table ${three(baselines.taskTable?.apgr)}\n`,
    )
  }
  const trials = toTrials(of, rows, splits)
  return {
    of,
    rows: rows.length,
    dataHash: hashOf(rows),
    splits: splits.map(({ trainingRows, tested, report }) => ({
      trainingRows,
      testedRows: tested.length,
      report,
    })),
    intervals: measureIntervals(trials),
    pooledApgr: poolApgr(of, trials, splits),
  }
}

export const routing: Section = createSection({
  name: 'routing',
  cases: CASES.map(({ name }) => name),
  measure: measureCase,
  render: renderRouting,
})
