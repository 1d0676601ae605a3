/**
 * Comparison of methods on recorded rows: the same splits, the same training rows, the same tested rows for all of them, decided by the code that
 * serves.
 *
 *   rows -> splits by question -> per split: fit each method, replay the tested rows, keep the scores -> statistics and tests
 *
 * Composes learn/, the river and evaluate/, which do not know each other. What a method learned is let go of as soon as it has scored its split.
 */
import type { Artifact, LabelMethod } from './contract/artifact.ts'
import type { Pair } from './contract/candidate.ts'
import type { Embedder } from './contract/embedder.ts'
import { WeirError } from './contract/errors.ts'
import type { Outcome } from './contract/outcome.ts'
import { toPairOutcome, type PairOutcome } from './contract/pair-outcome.ts'
import { questionOf } from './contract/question.ts'
import type { Comparison } from './evaluate/comparison.ts'
import type { ComparisonTrials, MethodTrials, SplitTrials } from './evaluate/comparison-trials.ts'
import { createComparison, type ComparisonOptions } from './evaluate/create-comparison.ts'
import { goodEnough } from './evaluate/good-enough.ts'
import { splitRows, type Split, type SplitPlan } from './evaluate/splits.ts'
import { fitTaskTable } from './evaluate/task-table.ts'
import { FAILED_SCORE } from './evaluate/trial-log.ts'
import { expectedCalibrationError } from './math/calibration-error.ts'
import { createRng, shuffle } from './math/rng.ts'
import type { FittedMethod, Lesson, Method } from './methods/method.ts'
import { probe } from './probe.ts'
import { replay } from './replay.ts'
import { queryFromOutcome } from './request/query.ts'
import { train } from './train.ts'

/** Fewest different questions a split must test: with fewer no interval says anything. */
const MIN_TESTED = 20

export interface CompareOptions extends ComparisonOptions {
  readonly pair: Pair
  /** At least one; the others are held against the first. */
  readonly methods: readonly Method[]
  /** Each gives the splits of its plan and seeds the training on them. At least one. */
  readonly seeds: readonly number[]
  readonly plan: SplitPlan
  /** Train on this many rows of the training side, drawn by the seed. Default: all. */
  readonly trainingRows?: number
  /** Identifies the rows. */
  readonly dataHash: string
  /** Its vectors join what every method reads; one with a memory (createCachedEmbedder) embeds each text once. Default: none. */
  readonly embedder?: Embedder
  /** Called between steps; awaited, so that it may let the event loop turn and may throw to stop. */
  readonly onProgress?: (progress: CompareProgress) => void | Promise<void>
}

export interface CompareProgress {
  /** From 0; `splits` when everything is scored and intervals are being computed. */
  readonly split: number
  readonly splits: number
  readonly method: string
  readonly step: string
}

/**
 * Throws `data.model` when no row has a score of both models and a text, `data.too_few` when a split would test too few questions, and what
 * training throws when a split's rows cannot teach.
 */
export async function compare(rows: readonly Outcome[], options: CompareOptions): Promise<Comparison> {
  const usable = selectUsable(rows, options.pair)
  const splits = options.seeds.flatMap((seed) =>
    splitRows(
      usable.map(({ question }) => question),
      options.plan,
      seed,
    ),
  )
  checkTested(splits, usable)
  const scored: SplitTrials[] = []
  for (const [at, split] of splits.entries()) {
    const report = async (method: string, step: string): Promise<void> =>
      options.onProgress?.({ split: at, splits: splits.length, method, step })
    scored.push(await runSplit({ usable, split, options, report }))
  }
  await options.onProgress?.({ split: splits.length, splits: splits.length, method: '', step: 'intervals' })
  return createComparison(toTrials(usable, scored, options), options)
}

/** A row that teaches and can be tested. */
interface Usable {
  readonly row: Outcome
  readonly outcome: PairOutcome
  readonly question: string
}

function selectUsable(rows: readonly Outcome[], pair: Pair): readonly Usable[] {
  const usable = rows.flatMap((row) => {
    const outcome = toPairOutcome(row, pair)
    const query = queryFromOutcome(row)
    return outcome === undefined || query === undefined ? [] : [{ row, outcome, question: questionOf(query) }]
  })
  if (usable.length > 0) return usable
  const models = [...new Set(rows.flatMap((row) => Object.keys(row.models)))].slice(0, 12).join(', ')
  throw new WeirError(
    'data.model',
    `no row with text has a score for both ${pair.small} and ${pair.large}; models in the data: ${models || 'none'}. Name two of them with ` +
      '--small and --large',
  )
}

function checkTested(splits: readonly Split[], usable: readonly Usable[]): void {
  for (const { seed, tested } of splits) {
    const questions = new Set(tested.map((row) => usable[row]?.question)).size
    if (questions >= MIN_TESTED) continue
    throw new WeirError(
      'data.too_few',
      `a split of seed ${seed} would test ${questions} different texts; at least ${MIN_TESTED} are needed: collect more outcomes, use ` +
        'fewer folds, or train on a smaller share',
    )
  }
}

interface SplitRun {
  readonly usable: readonly Usable[]
  readonly split: Split
  readonly options: CompareOptions
  readonly report: (method: string, step: string) => Promise<void>
}

async function runSplit({ usable, split, options, report }: SplitRun): Promise<SplitTrials> {
  const training = draw(split, options.trainingRows).flatMap((row) => usable[row] ?? [])
  const tested = split.tested.flatMap((row) => usable[row] ?? [])
  let current = ''
  const lesson = createLesson(training, { ...options, seed: split.seed }, (step) => report(current, step))
  const results: MethodTrials[] = []
  for (const method of options.methods) {
    current = method.name
    await report(current, 'fitting')
    const fitted = await method.fit(lesson)
    await report(current, 'replaying')
    const scoreRows = method.readsAnswers === true ? readRows : routeRows
    results.push(await scoreRows(fitted, tested))
  }
  return {
    seed: split.seed,
    trainingRows: training.length,
    tested: split.tested,
    bestSingle: findBestSingle(training),
    taskScores: scoreTaskTypes(training, tested),
    methods: results,
  }
}

/** Keeps the drawn rows in the order they had. */
function draw({ training, seed }: Split, rows: number | undefined): readonly number[] {
  if (rows === undefined || rows >= training.length) return training
  const drawn = new Set(shuffle(createRng(seed), training).slice(0, rows))
  return training.filter((row) => drawn.has(row))
}

function createLesson(
  training: readonly Usable[],
  {
    pair,
    seed,
    dataHash,
    methods,
    embedder,
  }: Pick<CompareOptions, 'pair' | 'dataHash' | 'methods' | 'embedder'> & { readonly seed: number },
  report: (step: string) => Promise<void>,
): Lesson {
  const rows = training.map(({ row }) => row)
  const policies = methods.some(({ readsAnswers }) => readsAnswers === true) ? (['cascade'] as const) : []
  const trained = new Map<LabelMethod, Promise<Artifact>>()
  const withEmbedder = embedder === undefined ? {} : { embedder }
  return {
    rows,
    pair,
    seed,
    ...withEmbedder,
    train(method) {
      const known = trained.get(method)
      if (known !== undefined) return known
      const artifact = train(rows, {
        pair,
        method,
        seed,
        dataHash,
        ...withEmbedder,
        // The cascade reads with the readers of this label (methods/cascade.ts); the others have no use for it.
        policies: method === 'trans' ? policies : [],
        onProgress: ({ step }) => report(step),
      })
      trained.set(method, artifact)
      return artifact
    },
  }
}

/** The decisions are those of replay, at a cut-off that does not matter: only their scores are kept. */
async function routeRows(
  { river, relaxation }: FittedMethod,
  tested: readonly Usable[],
): Promise<MethodTrials> {
  const scores = new Float64Array(tested.length)
  for (const [i, { row }] of tested.entries()) {
    const replayed = await replay(river, row, { kind: 'threshold', threshold: 0.5 })
    scores[i] = replayed?.decision.score ?? FAILED_SCORE
  }
  return { scores, expectedCalibrationError: errorOf(scores, tested, relaxation) }
}

/** Every tested answer of the small model read, as the cascade would; FAILED_SCORE where it cannot be. */
async function readRows(
  { river, relaxation }: FittedMethod,
  tested: readonly Usable[],
): Promise<MethodTrials> {
  const scores = new Float64Array(tested.length)
  for (const [i, { row }] of tested.entries()) {
    const probed = await probe(river, row, 'cascade')
    scores[i] = probed?.pGoodEnough ?? FAILED_SCORE
  }
  return { scores, expectedCalibrationError: errorOf(scores, tested, relaxation), readsAnswers: true }
}

function errorOf(scores: Float64Array, tested: readonly Usable[], relaxation: number | null): number | null {
  if (relaxation === null) return null
  const known = [...scores.keys()].filter((i) => scores[i] !== FAILED_SCORE)
  const probabilities = known.map((i) => scores[i] ?? 0)
  const labels = known.map((i) => {
    const outcome = tested[i]?.outcome
    return outcome === undefined ? 0 : goodEnough(outcome, relaxation)
  })
  return known.length === 0 ? null : expectedCalibrationError(probabilities, labels)
}

function gapOf({ outcome }: Usable): number {
  return outcome.smallQuality - outcome.largeQuality
}

function findBestSingle(training: readonly Usable[]): keyof Pair {
  return training.reduce((sum, one) => sum + gapOf(one), 0) >= 0 ? 'small' : 'large'
}

function scoreTaskTypes(training: readonly Usable[], tested: readonly Usable[]): Float64Array | undefined {
  const categories = training.map(({ row }) => row.category)
  if (categories.every((category) => category === undefined)) return undefined
  const table = fitTaskTable({ categories, gaps: training.map(gapOf) })
  return Float64Array.from(tested, ({ row }) => table.scoreOf(row.category))
}

function costsOf(usable: readonly Usable[]): Pick<ComparisonTrials, 'costs'> {
  const isKnown = usable.every(
    ({ outcome }) => outcome.smallCostUsd !== undefined && outcome.largeCostUsd !== undefined,
  )
  if (!isKnown) return {}
  return {
    costs: {
      small: Float64Array.from(usable, ({ outcome }) => outcome.smallCostUsd ?? 0),
      large: Float64Array.from(usable, ({ outcome }) => outcome.largeCostUsd ?? 0),
    },
  }
}

function toTrials(
  usable: readonly Usable[],
  splits: readonly SplitTrials[],
  { pair, methods }: CompareOptions,
): ComparisonTrials {
  const questions = new Map<string, number>()
  for (const { question } of usable) if (!questions.has(question)) questions.set(question, questions.size)
  return {
    pair,
    small: Float64Array.from(usable, ({ outcome }) => outcome.smallQuality),
    large: Float64Array.from(usable, ({ outcome }) => outcome.largeQuality),
    labels: Float64Array.from(usable, ({ outcome }) => goodEnough(outcome)),
    ...costsOf(usable),
    questionOf: Uint32Array.from(usable, ({ question }) => questions.get(question) ?? 0),
    questions: questions.size,
    methods: methods.map(({ name }) => name),
    splits,
  }
}
