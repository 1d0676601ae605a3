/**
 * Training: outcome rows to artifact. The whole of learning in one readable file.
 *
 *   examples -> labels -> view (no labels) -> task types -> readers, once per fold and once on all rows -> each model's quality
 *            -> combination and calibration on out-of-fold predictions -> thresholds on cross-fitted probabilities
 *
 * Cross-fitted: a row's probability comes from components that were not fitted on its fold and from a combination that was not
 * either, so cross-validation metrics and thresholds speak about rows that training did not see. The view (idf, projection) reads
 * the texts of all rows, never a label. The same rows, options and seed give the same bytes.
 */
import type { Artifact, CrossValidation, LabelMethod } from '../contract/artifact.ts'
import type { Pair } from '../contract/candidate.ts'
import { WeirError } from '../contract/errors.ts'
import type { Encoder } from '../contract/features.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { PolicyName } from '../contract/policy.ts'
import type { Query } from '../contract/query.ts'
import { combine, type BlendParameters } from '../estimate/blend.ts'
import { COMPONENT_NAMES, read, see, type Reading } from '../estimate/components.ts'
import { toStoredBlend } from '../estimate/stored-blend.ts'
import { textColumns } from '../estimate/weighting.ts'
import { auroc } from '../math/auroc.ts'
import { averagePgr } from '../math/average-pgr.ts'
import { expectedCalibrationError } from '../math/calibration-error.ts'
import { logLoss } from '../math/log-loss.ts'
import { createQualityCurve } from '../math/quality-curve.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { checkEnough, toExamples, type Example } from './examples.ts'
import { fitCombination, type StackingRows } from './fit-combination.ts'
import { fitCascade, type FitCascadeOptions, type Routed } from './fit-cascade.ts'
import { FALSE_ALARM_RATE, fitFamiliarity } from './fit-familiarity.ts'
import { fitQualities, predictCrossFitted } from './fit-qualities.ts'
import { fitView } from './fit-view.ts'
import { createTrainingSet, fitReaders, type FitOptions, type TrainingSet } from './fit-components.ts'
import { ALWAYS_LARGE, createCalibration, DEFAULT_DELTA } from './calibration.ts'
import { assignFolds } from './folds.ts'
import { makeLabels } from './labels.ts'
import { selectInversePenalty } from './select-penalty.ts'
import { selectRelaxation, type Relaxation } from './select-relaxation.ts'
import { findTaskTypes } from './task-types.ts'
import { createTrainingCurve } from './threshold-sequence.ts'

/** Folds for out-of-fold predictions. Four cost three fits of all rows; more changed nothing beyond noise. */
const FOLDS = 4

export interface TrainOptions {
  readonly pair: Pair
  /** Default 'trans'. */
  readonly method?: LabelMethod
  /** Any safe integer. */
  readonly seed: number
  /** Train on this many rows, drawn by the seed. Default: all. */
  readonly rows?: number
  /** SHA-256 of the rows given, hex: the artifact's tie to its data. */
  readonly dataHash: string
  /** UTC day of training, ISO 8601. Default: none is stored. */
  readonly date?: string
  /** Chance that the promise of a level is broken. Default 0.05. Range (0, 1). */
  readonly delta?: number
  readonly libraryVersion: string
  readonly encoder: Encoder
  /** How to read the query of a row; undefined when it has no text. */
  readonly toQuery: (row: Outcome) => Query | undefined
  /** Policies to train for besides `route`. Default: none. */
  readonly policies?: readonly Exclude<PolicyName, 'route'>[]
  /** Called between steps; awaited, so that it may let the event loop turn and may throw to stop. */
  readonly onProgress?: (progress: TrainProgress) => void | Promise<void>
  /** Checked between steps; its reason is thrown. */
  readonly signal?: AbortSignal
}

export interface TrainProgress {
  readonly step: string
  readonly done: number
  readonly total: number
}

/**
 * Throws `data.model`, `data.too_few`, `data.one_class` when the rows cannot teach. Cost: linear in rows times text length; see
 * docs/methods/hybrid-llm.md.
 */
export async function fitArtifact(rows: readonly Outcome[], options: TrainOptions): Promise<Artifact> {
  const { method = 'trans', pair, seed, encoder } = options
  const steps = createSteps(options)
  await steps.begin('reading queries')
  const readsAnswers = options.policies?.includes('cascade') === true
  const examples = sample(toExamples(rows, { ...options, readsAnswers }), options)
  checkEnough(examples)
  const pairs = examples.map(({ outcome }) => outcome)
  const relaxation = method === 'trans' ? selectRelaxation(pairs) : null
  const labels = makeLabels(pairs, method, relaxation?.t ?? 0)
  checkClasses(labels, examples, pair)
  await steps.begin('seeing the text')
  const { set, view } = prepare(examples, options)
  const keys = examples.map(({ textKey }) => textKey)
  const foldOf = assignFolds(keys, FOLDS, createRng(seed))
  const fit: FitOptions = { seed, inversePenalty: selectInversePenalty(set, foldOf, seed) }
  const readings = await readOutOfFold({ set, foldOf, fit, steps })
  const learned = { ...set, readings }
  const predictions = predictCrossFitted(learned, foldOf, COMPONENT_NAMES.length)
  await steps.begin('fitting on all rows')
  const components = {
    ...fitReaders(set, [...examples.keys()], fit),
    qualities: fitQualities(learned, () => true),
  }
  await steps.begin('selecting thresholds')
  const stacking: StackingRows = { predictions, gaps: set.gaps, labels }
  const scores = crossFit(stacking, foldOf)
  const { familiarity, isUnfamiliar } = fitFamiliarity(
    examples.map(({ features }) => features),
    view.weighting,
  )
  const combination = fitCombination(stacking, () => true)
  const blend: BlendParameters = { view, components, combination, familiarity }
  const date = options.date ?? null
  const delta = options.delta ?? DEFAULT_DELTA
  const services = await fitServices(
    { examples, seen: set.seen, readings, foldOf, scores, isUnfamiliar },
    options,
    {
      pair,
      method,
      relaxation: relaxation?.t ?? 0,
      spec: encoder.spec,
      dataHash: options.dataHash,
      date,
      seed,
      delta,
      onStep: (step) => steps.begin(step),
    },
  )
  await steps.begin('done')
  const trials = {
    scores,
    small: pairs.map(({ smallQuality }) => smallQuality),
    large: pairs.map(({ largeQuality }) => largeQuality),
  }
  const marked = {
    ...trials,
    scores: scores.map((score, row) => (isUnfamiliar[row] === true ? ALWAYS_LARGE : score)),
  }
  const meanQuality = { small: mean(trials.small), large: mean(trials.large) }
  const curve = createTrainingCurve(marked)
  return {
    formatVersion: 1,
    method,
    pair,
    metric: metricOf(rows),
    encoder: encoder.spec,
    training: {
      dataHash: options.dataHash,
      rows: examples.length,
      seed,
      libraryVersion: options.libraryVersion,
      meanQuality,
      unfamiliar: { falseAlarmRate: FALSE_ALARM_RATE },
    },
    relaxation: relaxation === null ? null : toStored(relaxation),
    crossValidation: {
      ...measure(trials, labels),
      taskTableApgr: apgrOf({ ...trials, scores: predictions[COMPONENT_NAMES.indexOf('table')] ?? [] }),
    },
    trainingCurve: curve,
    calibration: createCalibration(marked, {
      source: 'cross-fitted',
      prior: { curve, rows: examples.length, meanQuality },
      dataHash: options.dataHash,
      date,
      seed,
      delta,
    }),
    estimator: { name: 'blend', parameters: toStoredBlend(blend) },
    ...services,
  }
}

async function fitServices(
  routed: Routed,
  { policies = [] }: TrainOptions,
  cascade: FitCascadeOptions,
): Promise<Pick<Artifact, 'services'>> {
  if (!policies.includes('cascade')) return {}
  return { services: { cascade: await fitCascade(routed, cascade) } }
}

interface Steps {
  begin(step: string): Promise<void>
}

function createSteps({ onProgress, signal, policies = [] }: TrainOptions): Steps {
  // Reading answers: seeing them, the folds, all rows.
  const total = FOLDS + 4 + (policies.includes('cascade') ? FOLDS + 2 : 0)
  let done = -1
  return {
    async begin(step: string): Promise<void> {
      done += 1
      signal?.throwIfAborted()
      await onProgress?.({ step, done: Math.min(done, total), total })
    },
  }
}

/** Draws before looking at labels; keeps the drawn rows in file order. */
export function sample<T>(
  items: readonly T[],
  { rows, seed }: Pick<TrainOptions, 'rows' | 'seed'>,
): readonly T[] {
  if (rows === undefined || rows >= items.length) return items
  const drawn = new Set(shuffle(createRng(seed), [...items.keys()]).slice(0, rows))
  return items.filter((_, i) => drawn.has(i))
}

function checkClasses(labels: Float64Array, examples: readonly Example[], { small, large }: Pair): void {
  const sum = labels.reduce((total, label) => total + label, 0)
  if (sum > 0 && sum < labels.length) return
  const always = sum > 0
  throw new WeirError(
    'data.one_class',
    `${small} is ${always ? 'always' : 'never'} good enough in all ${examples.length} rows: there is nothing to learn; ` +
      `use ${always ? small : large} alone, or collect more varied outcomes`,
  )
}

function prepare(
  examples: readonly Example[],
  { encoder, seed }: TrainOptions,
): { readonly set: TrainingSet; readonly view: BlendParameters['view'] } {
  const view = fitView(
    examples.map(({ features }) => features),
    encoder.spec,
    createRng(seed),
  )
  const seen = examples.map(({ features }) => see(features, view))
  const embeddings = new Float32Array(examples.length * view.rank)
  seen.forEach(({ dense }, row) => embeddings.set(dense.subarray(0, view.rank), row * view.rank))
  const types = findTaskTypes({
    categories: examples.map(({ category }) => category),
    embeddings,
    rank: view.rank,
    rng: createRng(seed),
  })
  const set = createTrainingSet({
    seen,
    rank: view.rank,
    smallQualities: Float64Array.from(examples, ({ outcome }) => outcome.smallQuality),
    largeQualities: Float64Array.from(examples, ({ outcome }) => outcome.largeQuality),
    types,
    textColumns: textColumns(view.weighting),
    vocabularySize: view.weighting.vocabularySize,
  })
  return { set, view }
}

/** Every row read by readers that were not fitted on its fold. */
async function readOutOfFold(input: {
  readonly set: TrainingSet
  readonly foldOf: Uint8Array
  readonly fit: FitOptions
  readonly steps: Steps
}): Promise<Reading[]> {
  const { set, foldOf, fit, steps } = input
  const readings: Reading[] = []
  const rows = [...foldOf.keys()]
  for (let fold = 0; fold < FOLDS; fold++) {
    await steps.begin(`cross-validation, fold ${fold + 1} of ${FOLDS}`)
    const readers = fitReaders(
      set,
      rows.filter((row) => foldOf[row] !== fold),
      fit,
    )
    set.seen.forEach((seen, row) => {
      if (foldOf[row] === fold) readings[row] = read(readers, seen)
    })
  }
  return readings
}

/** Probabilities of every row by a combination fitted on the other folds. */
function crossFit(stacking: StackingRows, foldOf: Uint8Array): Float64Array {
  const scores = new Float64Array(foldOf.length)
  for (let fold = 0; fold < FOLDS; fold++) {
    const combination = fitCombination(stacking, (row) => foldOf[row] !== fold)
    for (let row = 0; row < scores.length; row++) {
      if (foldOf[row] !== fold) continue
      scores[row] = combine(
        combination,
        stacking.predictions.map((column) => column[row] ?? 0),
      )
    }
  }
  return scores
}

type Columns = { readonly scores: ArrayLike<number>; readonly small: number[]; readonly large: number[] }

function measure(
  { scores, small, large }: Columns,
  labels: Float64Array,
): Omit<CrossValidation, 'taskTableApgr'> {
  // AUROC needs two classes; a soft label counts as the class it is nearer to.
  const classes = labels.map((label) => (label >= 0.5 ? 1 : 0))
  return {
    folds: FOLDS,
    apgr: apgrOf({ scores, small, large }),
    auroc: auroc(scores, classes) ?? null,
    logLoss: logLoss(scores, labels),
    expectedCalibrationError: expectedCalibrationError(scores, labels),
  }
}

function apgrOf(trials: Columns): number | null {
  return averagePgr(createQualityCurve(trials)) ?? null
}

/** The curve with numbers short enough to read. */
function toStored({ t, grid, objective }: Relaxation): Relaxation {
  return { t, grid: grid.map(shorten), objective: objective.map(shorten) }
}

function shorten(value: number): number {
  return Number(value.toPrecision(6))
}

/** The measure all rows name; rows that name none say "score", rows that disagree say so. */
export function metricOf(rows: readonly Outcome[]): string {
  const names = new Set(rows.map(({ metric }) => metric ?? 'score'))
  return names.size === 1 ? ([...names][0] ?? 'score') : 'mixed'
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
