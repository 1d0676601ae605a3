/**
 * Fits the arms of best-of-n (estimate/best-of-n.ts) on rows with several samples per model.
 *
 *   examples -> label and quality of every arm (arm-outcomes.ts) -> view -> readers, once per fold and once on all rows
 *            -> heads on out-of-fold readings, cross-fitted for the thresholds
 *
 * Source: BEST-Route, arXiv:2506.22716 section 4.2.
 */
import { WeirError } from '../contract/errors.ts'
import type { Encoder, Features } from '../contract/features.ts'
import type { ModelOutcome, Outcome } from '../contract/outcome.ts'
import type { Query } from '../contract/query.ts'
import { questionOf } from '../contract/question.ts'
import type { AnswerUse } from '../contract/sample-cost.ts'
import type { Selector } from '../contract/score.ts'
import {
  ARM_READERS,
  predictArm,
  readArms,
  type Arm,
  type ArmHead,
  type ArmParameters,
  type ArmPrediction,
  type ArmReaders,
} from '../estimate/best-of-n.ts'
import { combineRaw } from '../estimate/blend.ts'
import { see, type Seen, type View } from '../estimate/components.ts'
import { textColumns } from '../estimate/weighting.ts'
import { fitForest } from '../math/extra-trees.ts'
import { fitRidgeLogistic } from '../math/ridge-logistic.ts'
import { createRng } from '../math/rng.ts'
import { fitSoftLogistic } from '../math/soft-logistic.ts'
import { stackRows, type SparseMatrix } from '../math/sparse.ts'
import { armOutcomeOf, judgedAnswers } from './arm-outcomes.ts'
import { MIN_ROWS } from './examples.ts'
import { fitFamiliarity } from './fit-familiarity.ts'
import { fitCombination } from './fit-combination.ts'
import { SOLVER } from './fit-components.ts'
import { fitView } from './fit-view.ts'
import { assignFolds } from './folds.ts'

/** As in train.ts. */
const FOLDS = 4
/** Inverse penalty of the text readings. The middle of select-penalty.ts's grid: labels of arms are softer than those of pairs. */
const INVERSE_PENALTY = 0.2
/** Of the surface reading: flat from 0.1 to 1 on the recorded pools, docs/methods/best-of-n.md. */
const SURFACE_RIDGE = 0.3
/** As the blend's forest. */
const FOREST = { trees: 60, candidates: 15, minLeafRows: 12 } as const

export interface BestOfNOptions {
  /** Models sampled several times, cheap to dear. */
  readonly models: readonly string[]
  readonly reference: string
  /** Numbers of samples, ascending, each at least 1. */
  readonly samples: readonly number[]
  /** What chooses among the answers to a query; where it was learned from the rows, by parts that have not seen the query. */
  readonly selectorFor: (query: Query) => Selector
  /** Any safe integer. */
  readonly seed: number
  readonly encoder: Encoder
  /** How to read the query of a row; undefined when it has no text. */
  readonly toQuery: (row: Outcome) => Query | undefined
}

/** One row that can teach. Columns: one entry per arm. */
export interface ArmExample {
  readonly row: Outcome
  readonly query: Query
  readonly features: Features
  readonly labels: readonly number[]
  readonly qualities: readonly number[]
  /** Mean quality of one answer of the reference. */
  readonly referenceQuality: number
}

export interface FittedArms {
  readonly parameters: ArmParameters
  readonly examples: readonly ArmExample[]
  /** Per example and arm: prediction by readers and heads that have not seen the example's fold. */
  readonly crossFitted: readonly (readonly ArmPrediction[])[]
  /** Per example: whether it would have been flagged. */
  readonly isUnfamiliar: readonly boolean[]
  /** Mean use of one answer, by model. */
  readonly uses: Readonly<Record<string, AnswerUse>>
}

/** Throws `data.too_few` when fewer than MIN_ROWS rows have text, enough samples of every model and a judged reference. */
export function fitArms(rows: readonly Outcome[], options: BestOfNOptions): FittedArms {
  const arms = options.models.flatMap((model) => options.samples.map((samples): Arm => ({ model, samples })))
  const examples = rows.flatMap((row) => toExample(row, arms, options) ?? [])
  if (examples.length < MIN_ROWS) {
    throw new WeirError(
      'data.too_few',
      `${examples.length} rows have text, ${Math.max(...options.samples)} judged answers of ${options.models.join(', ')} and one of ` +
        `${options.reference}; best-of-n needs at least ${MIN_ROWS}: record more samples, or ask for fewer`,
    )
  }
  const { seed } = options
  const features = examples.map((example) => example.features)
  const view = fitView(features, options.encoder.spec, createRng(seed))
  const set = createArmSet(examples, view)
  const foldOf = assignFolds(
    examples.map(({ query }) => questionOf(query)),
    FOLDS,
    createRng(seed),
  )
  const readings = readOutOfFold(set, foldOf, seed)
  const all = [...examples.keys()]
  const { familiarity, isUnfamiliar } = fitFamiliarity(features, view.weighting)
  return {
    parameters: {
      arms,
      view,
      readers: fitReaders(set, all, seed),
      heads: fitHeads(set, readings, () => true),
      familiarity,
    },
    examples,
    crossFitted: crossFit(set, readings, foldOf),
    isUnfamiliar,
    uses: meanUses(rows, [...options.models, options.reference]),
  }
}

function toExample(row: Outcome, arms: readonly Arm[], options: BestOfNOptions): ArmExample | undefined {
  const { encoder, selectorFor, toQuery, reference, seed } = options
  const query = toQuery(row)
  const standard = Object.hasOwn(row.models, reference) ? row.models[reference] : undefined
  if (query === undefined || standard === undefined) return undefined
  const referenceScores = scoresOf(standard)
  if (referenceScores.length === 0) return undefined
  const rng = createRng(seed)
  const selector = selectorFor(query)
  const outcomes = arms.flatMap(({ model, samples }) => {
    const outcome = Object.hasOwn(row.models, model) ? row.models[model] : undefined
    if (outcome === undefined) return []
    return armOutcomeOf(judgedAnswers(outcome), referenceScores, { query, selector, samples, rng }) ?? []
  })
  if (outcomes.length < arms.length) return undefined
  return {
    row,
    query,
    features: encoder.encode(query),
    labels: outcomes.map(({ label }) => label),
    qualities: outcomes.map(({ quality }) => quality),
    referenceQuality: mean(referenceScores),
  }
}

/** Of an answer that nobody reads: with text or without. */
function scoresOf({ samples = [], score }: ModelOutcome): readonly number[] {
  const judged = samples.flatMap((sample) => sample.score ?? [])
  return judged.length > 0 || score === undefined ? judged : [score]
}

interface ArmSet {
  readonly seen: readonly Seen[]
  readonly text: SparseMatrix
  /** rows x columns, row-major: embedding, then surface features. */
  readonly dense: Float32Array
  readonly columns: number
  readonly rank: number
  /** rows x targets, row-major: quality of each arm, then of the reference. */
  readonly qualities: Float64Array
  readonly targets: number
  /** One column per arm. */
  readonly labels: readonly Float64Array[]
}

function createArmSet(examples: readonly ArmExample[], view: View): ArmSet {
  const seen = examples.map(({ features }) => see(features, view))
  const columns = seen[0]?.dense.length ?? 0
  const dense = new Float32Array(seen.length * columns)
  seen.forEach((one, row) => dense.set(one.dense, row * columns))
  const arms = examples[0]?.labels.length ?? 0
  return {
    seen,
    text: stackRows(
      seen.map(({ text }) => text),
      textColumns(view.weighting),
    ),
    dense,
    columns,
    rank: view.rank,
    qualities: Float64Array.from(
      examples.flatMap(({ qualities, referenceQuality }) => [...qualities, referenceQuality]),
    ),
    targets: arms + 1,
    labels: Array.from({ length: arms }, (_, arm) =>
      Float64Array.from(examples, ({ labels }) => labels[arm] ?? 0),
    ),
  }
}

function fitReaders(set: ArmSet, rows: readonly number[], seed: number): ArmReaders {
  const { text: matrix, dense, columns, rank, qualities, targets } = set
  const all = Array.from({ length: targets }, (_, target) => target)
  const surface = Array.from({ length: columns - rank }, (_, j) =>
    Float64Array.from(rows, (row) => dense[row * columns + rank + j] ?? 0),
  )
  return {
    text: all.map((target) => {
      const labels = columnOf(set, target)
      const options = { inversePenalty: INVERSE_PENALTY, ...SOLVER, rng: createRng(seed) }
      return fitSoftLogistic({ matrix, labels, rows }, options)
    }),
    forest: fitForest({ x: dense, columns, y: qualities, targets }, rows, {
      ...FOREST,
      rng: createRng(seed),
    }),
    surface: all.map((target) => {
      const labels = columnOf(set, target)
      return fitRidgeLogistic(
        surface,
        Float64Array.from(rows, (row) => labels[row] ?? 0),
        SURFACE_RIDGE,
      )
    }),
  }
}

function columnOf({ qualities, targets }: ArmSet, target: number): Float64Array {
  return Float64Array.from(
    { length: qualities.length / targets },
    (_, row) => qualities[row * targets + target] ?? 0,
  )
}

/** Per row and arm: what readers that were not fitted on the row's fold say. */
type Readings = readonly (readonly (readonly number[])[])[]

function readOutOfFold(set: ArmSet, foldOf: Uint8Array, seed: number): Readings {
  const readings: (readonly (readonly number[])[])[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const readers = fitReaders(
      set,
      [...foldOf.keys()].filter((row) => foldOf[row] !== fold),
      seed,
    )
    set.seen.forEach((seen, row) => {
      if (foldOf[row] === fold) readings[row] = readArms(readers, seen, set.rank)
    })
  }
  return readings
}

/** Fits on the rows that `isUsed` admits. */
function fitHeads(set: ArmSet, readings: Readings, isUsed: (row: number) => boolean): ArmHead[] {
  const reference = columnOf(set, set.targets - 1)
  return set.labels.map((labels, arm) => {
    const predictions = Array.from({ length: ARM_READERS }, (_, j) =>
      Float64Array.from(readings, (reading) => reading[arm]?.[j] ?? 0),
    )
    const gaps = columnOf(set, arm).map((quality, row) => quality - (reference[row] ?? 0))
    const combination = fitCombination({ predictions, gaps, labels }, isUsed)
    const rows = [...gaps.keys()].filter(isUsed)
    const z = rows.map((row) => combineRaw(combination, readings[row]?.[arm] ?? []))
    return {
      combination,
      ...fitLine(
        z,
        rows.map((row) => gaps[row] ?? 0),
      ),
    }
  })
}

/** Least squares, never falling; shrunk by 1 - 1/t^2, t the slope over its standard error (James-Stein), so that chance moves no query. */
function fitLine(x: readonly number[], y: readonly number[]): Pick<ArmHead, 'intercept' | 'slope'> {
  const [meanX, meanY] = [mean(x), mean(y)]
  const square = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0)
  const product = x.reduce((sum, value, i) => sum + (value - meanX) * ((y[i] ?? 0) - meanY), 0)
  const steepest = square > 1e-12 ? Math.max(0, product / square) : 0
  const residual = y.reduce(
    (sum, value, i) => sum + (value - meanY - steepest * ((x[i] ?? 0) - meanX)) ** 2,
    0,
  )
  const errorSquare = residual / Math.max(1, x.length - 2) / Math.max(square, 1e-12)
  const slope = steepest > 0 ? steepest * Math.max(0, 1 - errorSquare / steepest ** 2) : 0
  return { intercept: meanY - slope * meanX, slope }
}

/** Predictions of every row by heads fitted on the other folds. */
function crossFit(set: ArmSet, readings: Readings, foldOf: Uint8Array): ArmPrediction[][] {
  const predictions: ArmPrediction[][] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const heads = fitHeads(set, readings, (row) => foldOf[row] !== fold)
    readings.forEach((reading, row) => {
      if (foldOf[row] === fold)
        predictions[row] = heads.map((head, arm) => predictArm(head, reading[arm] ?? []))
    })
  }
  return predictions
}

function meanUses(rows: readonly Outcome[], models: readonly string[]): Record<string, AnswerUse> {
  const used = models.map((model): [string, AnswerUse] => {
    const outcomes = rows.flatMap((row) => (Object.hasOwn(row.models, model) ? [row.models[model]] : []))
    const meanOf = (key: keyof AnswerUse): AnswerUse => {
      const values = outcomes.flatMap((outcome) => outcome?.[key] ?? [])
      return values.length === 0 ? {} : { [key]: mean(values) }
    }
    return [model, { ...meanOf('inputTokens'), ...meanOf('outputTokens'), ...meanOf('costUsd') }]
  })
  return Object.fromEntries(used)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
