/**
 * Fits the answer reader (score/answer-reader.ts): question and answer of the training rows -> the chance that the small model's answer is
 * good enough. As in training the router, every row is read by readers that were not fitted on its fold, and the probabilities that
 * thresholds are chosen on come from a combination that was not either.
 *
 *   view of the answers (no labels) -> text reader and forest, once per fold and once on all rows -> each model's quality -> calibration
 */
import type { EncoderSpec, Features } from '../contract/features.ts'
import { SIGNALS, type SignalName, type Signals } from '../contract/score.ts'
import { see, type LinearReader, type Seen, type View } from '../estimate/components.ts'
import { textColumns } from '../estimate/weighting.ts'
import { fitForest, predictForest, type Forest } from '../math/extra-trees.ts'
import { sigmoid } from '../math/logistic.ts'
import { fitPlatt } from '../math/platt.ts'
import { createRng } from '../math/rng.ts'
import { dotSparsePair, stackRows } from '../math/sparse.ts'
import {
  combineAnswer,
  gapOfReading,
  joinColumns,
  readSignalColumns,
  type AnswerReader,
  type AnswerReading,
  type SignalColumn,
} from '../score/answer-reader.ts'
import { transformSignal } from '../score/tail-log.ts'
import { fitLinear, type LinearSet } from './fit-components.ts'
import { fitQualities } from './fit-qualities.ts'
import { fitReliability } from './fit-reliability.ts'
import { fitView } from './fit-view.ts'
import { selectInversePenalty } from './select-penalty.ts'

/** Share of rows that must carry a signal for it to be a predictor. */
const LEAST_CARRIED = 0.2
/** As the blend's forest, on more columns, so with more cuts tried in each node. */
const TREES = { trees: 60, candidates: 20, minLeafRows: 12 } as const

/** Columns of equal length, one entry per training row. */
export interface AnswerRows {
  /** Features of the small model's answer, encoded as a text of its own. */
  readonly answers: readonly Features[]
  /** What the question's readers said of each model, out of fold. */
  readonly questionReadings: readonly AnswerReading[]
  /** The question's main directions and surface. */
  readonly questionDense: readonly Float32Array[]
  /** describeExchange of each. */
  readonly exchanges: readonly Float32Array[]
  readonly signals: readonly Signals[]
  /** Quality of the small model's answer that was read, in [0, 1]. */
  readonly smallQualities: Float64Array
  readonly largeQualities: Float64Array
  readonly labels: Float64Array
  readonly foldOf: Uint8Array
}

export interface FitAnswerOptions {
  readonly spec: EncoderSpec
  readonly seed: number
  /** Called before each step, so that it may let the event loop turn. */
  readonly onStep: (step: string) => Promise<void>
}

export interface FittedAnswerReader {
  readonly view: View
  readonly linear: LinearReader
  readonly reader: AnswerReader
  /** pGoodEnough of every row, cross-fitted. */
  readonly probabilities: Float64Array
}

export async function fitAnswerReader(
  rows: AnswerRows,
  { spec, seed, onStep }: FitAnswerOptions,
): Promise<FittedAnswerReader> {
  await onStep('seeing the answers')
  const { foldOf } = rows
  const view = fitView(rows.answers, spec, createRng(seed))
  const seen = rows.answers.map((features) => see(features, view))
  const signals = findSignals(rows.signals)
  const set = toSet(rows, seen, view)
  const table = toTable(rows, seen, signals)
  const inversePenalty = selectInversePenalty(set, foldOf, seed)
  const all = [...foldOf.keys()]
  const fit = (chosen: readonly number[]): Parts => ({
    linear: fitLinear(set, chosen, { seed, inversePenalty }),
    forest: fitForest(table, chosen, { ...TREES, rng: createRng(seed) }),
  })
  const readings: AnswerReading[] = []
  for (const fold of new Set(foldOf)) {
    await onStep(`answers, fold ${fold + 1}`)
    const parts = fit(all.filter((row) => foldOf[row] !== fold))
    for (const row of all) {
      if (foldOf[row] === fold) readings[row] = readRow(parts, { rows, seen, table, signals }, row)
    }
  }
  await onStep('fitting the answers on all rows')
  const { linear, forest } = fit(all)
  const combination = fitCombination(rows, readings, () => true)
  return {
    view,
    linear,
    reader: { signals, forest, ...combination },
    probabilities: crossFit(rows, readings),
  }
}

interface Parts {
  readonly linear: LinearReader
  readonly forest: Forest
}

interface Table {
  readonly x: Float32Array
  readonly columns: number
  readonly y: Float64Array
  readonly targets: number
}

interface Reads {
  readonly rows: AnswerRows
  readonly seen: readonly Seen[]
  readonly table: Table
  readonly signals: readonly SignalColumn[]
}

function readRow({ linear, forest }: Parts, reads: Reads, row: number): AnswerReading {
  const { rows, seen, table, signals } = reads
  const text = seen[row] === undefined ? [0, 0] : dotSparsePair(seen[row].text, linear.weights)
  const trees = predictForest(forest, table.x, row * table.columns)
  const columns = readSignalColumns(signals, rows.signals[row] ?? {})
  const { small = [], large = [] } = rows.questionReadings[row] ?? {}
  return {
    small: [...small, (text[0] ?? 0) + linear.smallBias, trees[0] ?? 0, ...columns],
    large: [...large, (text[1] ?? 0) + linear.largeBias, trees[1] ?? 0, ...columns],
  }
}

/** Signals that enough rows carry, with what stands in where a row does not. */
function findSignals(rows: readonly Signals[]): readonly SignalColumn[] {
  return (Object.keys(SIGNALS) as SignalName[]).flatMap((signal) => {
    const values = rows.flatMap((signals) => {
      const value = signals[signal]
      return value === undefined ? [] : [transformSignal(value, signal, 'tailLogTwoSided')]
    })
    if (values.length < LEAST_CARRIED * rows.length) return []
    const finite = values.filter(Number.isFinite)
    if (finite.length === 0) return []
    const range: [number, number] = [
      finite.reduce((a, b) => Math.min(a, b)),
      finite.reduce((a, b) => Math.max(a, b)),
    ]
    const held = values.map((x) => Math.min(range[1], Math.max(range[0], x)))
    return [{ signal, range, mean: held.reduce((sum, x) => sum + x, 0) / held.length }]
  })
}

function toSet({ smallQualities, largeQualities }: AnswerRows, seen: readonly Seen[], view: View): LinearSet {
  const text = stackRows(
    seen.map((one) => one.text),
    textColumns(view.weighting),
  )
  return { text, smallQualities, largeQualities }
}

function toTable(rows: AnswerRows, seen: readonly Seen[], signals: readonly SignalColumn[]): Table {
  const columnsOf = (row: number): Float32Array =>
    joinColumns(denseOf(rows, seen, row), readSignalColumns(signals, rows.signals[row] ?? {}))
  const columns = columnsOf(0).length
  const x = new Float32Array(columns * seen.length)
  seen.forEach((_, row) => x.set(columnsOf(row), row * columns))
  const y = Float64Array.from(
    { length: 2 * seen.length },
    (_, i) => (i % 2 === 0 ? rows.smallQualities : rows.largeQualities)[i >> 1] ?? 0,
  )
  return { x, columns, y, targets: 2 }
}

function denseOf({ questionDense, exchanges }: AnswerRows, seen: readonly Seen[], row: number): Float32Array {
  return joinColumns(
    questionDense[row] ?? new Float32Array(),
    seen[row]?.dense ?? new Float32Array(),
    exchanges[row] ?? new Float32Array(),
  )
}

type Combination = Omit<AnswerReader, 'forest' | 'signals'>

function fitCombination(
  { smallQualities, largeQualities, labels }: AnswerRows,
  readings: readonly AnswerReading[],
  isUsed: (row: number) => boolean,
): Combination {
  const qualities = fitQualities({ readings, smallQualities, largeQualities }, isUsed)
  const rows = [...labels.keys()].filter(isUsed)
  const used = rows.map((row) => labels[row] ?? 0)
  const gaps = rows.map((row) => {
    const reading = readings[row]
    return reading === undefined ? 0 : gapOfReading(qualities, reading)
  })
  const { slope, intercept } = fitPlatt(gaps, Float64Array.from(used))
  const probabilities = gaps.map((gap) => sigmoid(slope * gap + intercept))
  return { qualities, slope, intercept, reliability: fitReliability(probabilities, used) }
}

function crossFit(rows: AnswerRows, readings: readonly AnswerReading[]): Float64Array {
  const { foldOf } = rows
  const probabilities = new Float64Array(foldOf.length)
  for (const fold of new Set(foldOf)) {
    const combination = fitCombination(rows, readings, (row) => foldOf[row] !== fold)
    readings.forEach((reading, row) => {
      if (foldOf[row] === fold) probabilities[row] = combineAnswer(combination, reading)
    })
  }
  return probabilities
}
