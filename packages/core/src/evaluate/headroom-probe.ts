/**
 * Probe: a quick look at what a query tells about its quality gap, before any router is trained. Views of the queries each predict the gap
 * of every row from the other folds; their sum is the probe's score.
 *
 *   score(row) = sum over views of (view's cross-fitted prediction of the gap, less its mean within the row's fold)
 *
 * Views: the category's shrunken mean gap (math/shrunken-means.ts), and one ridge regression per block of columns (math/cross-ridge.ts).
 * Every view shrinks by as much as it finds nothing, so a blind one adds nearly nothing. Each view also scores how much of a target it
 * explains (math/ridge-score.ts), for tests. Linear and fitted in moments; a trained router sees more.
 */
import { createCrossRidge, scaleColumns, type CrossRidge } from '../math/cross-ridge.ts'
import { gaussian } from '../math/gaussian.ts'
import {
  createGroupScores,
  createRidgeScores,
  findMajority,
  squaredDistance,
  type ScoreStatistics,
} from '../math/ridge-score.ts'
import type { Rng } from '../math/rng.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'

/** Columns that describe the rows: one way of seeing the text. */
export interface ProbeBlock {
  readonly name: string
  /** rows x columns, row-major. Centred and scaled in place by createProbe. */
  readonly z: Float32Array
  readonly columns: number
}

/** Which of some frequent words each row holds: for chances that hang on a single word. */
export interface ProbeWords {
  /** Number of words. */
  readonly count: number
  /** Per row, the words it holds, each once, 0 … count - 1. */
  readonly wordsOf: readonly Uint16Array[]
}

export interface ProbeInput {
  readonly rows: number
  /** Group of each row, 0 … groups - 1, -1 for none. Left out: no category view. */
  readonly categories?: { readonly groupOf: Int32Array; readonly groups: number }
  readonly blocks: readonly ProbeBlock[]
  readonly words?: ProbeWords
  /** Fold of each row, 0 … folds - 1. */
  readonly foldOf: ArrayLike<number>
  readonly folds: number
  /** Signal to noise that the score statistics look for; see math/ridge-score.ts. */
  readonly ratio: number
}

interface View {
  readonly name: string
  /** Left out: the view only takes part in tests. */
  readonly predict?: (target: ArrayLike<number>, into: Float64Array) => void
  /** How much of values - baseline this view explains, one number per alternative it is sharp for; see math/ridge-score.ts. */
  readonly scores: ScoreStatistics
  /** A direction that this view could see, drawn from what its score assumes; adds to `into`. */
  drawSignal(rng: Rng, into: Float64Array): void
}

export interface Probe {
  readonly rows: number
  /** Names of the views. `category` is the first when there is one. */
  readonly views: readonly string[]
  /** Cross-fitted predictions of the views that predict, in their order, centred within folds. The arrays are reused by the next call. */
  predict(target: ArrayLike<number>): readonly Float64Array[]
  /** Scores of each view for values - baseline, which must have mean 0, in the order of the views. */
  createScore(baseline: ArrayLike<number>): (values: ArrayLike<number>) => readonly (readonly number[])[]
  /** A conditional mean that one view alone could find (`view`: its index), or all together (undefined). Any scale. */
  drawSignal(rng: Rng, view?: number): Float64Array
}

/** Blocks in which nothing varies are left out. */
export function createProbe({ rows, categories, blocks, words, ...rest }: ProbeInput): Probe {
  const { foldOf, folds } = rest
  const views = blocks
    .filter(({ z, columns }) => scaleColumns(z, columns))
    .map((block) => createRidgeView(block, rest))
  if (categories !== undefined) views.unshift(createTableView(categories, rest))
  if (words !== undefined && words.count > 0) views.push(createWordView(words, rows))
  const predictors = views.flatMap(({ predict }) => (predict === undefined ? [] : [predict]))
  const predictions = predictors.map(() => new Float64Array(rows))
  const centre = createFoldCentring(foldOf, folds)
  return {
    rows,
    views: views.map(({ name }) => name),
    predict(target): readonly Float64Array[] {
      for (const [i, predict] of predictors.entries()) {
        const into = predictions[i]
        if (into === undefined) continue
        predict(target, into)
        centre(into)
      }
      return predictions
    },
    createScore(baseline) {
      const prepared = views.map(({ scores }) => scores(baseline))
      return (values) => prepared.map((scores) => scores(values))
    },
    drawSignal(rng, view): Float64Array {
      const signal = new Float64Array(rows)
      for (const one of view === undefined ? views : views.slice(view, view + 1)) one.drawSignal(rng, signal)
      return signal
    },
  }
}

/** The probe's score: the sum of its views. */
export function sumViews(predictions: readonly Float64Array[], rows: number): Float64Array {
  const sum = new Float64Array(rows)
  for (const one of predictions) for (let i = 0; i < rows; i++) sum[i] = (sum[i] ?? 0) + (one[i] ?? 0)
  return sum
}

type Rest = Pick<ProbeInput, 'foldOf' | 'folds' | 'ratio'>

function createRidgeView({ name, z, columns }: ProbeBlock, { foldOf, folds, ratio }: Rest): View {
  // Made when asked for: tests need the score alone.
  let ridge: CrossRidge | undefined
  return {
    name,
    predict(target, into): void {
      ridge ??= createCrossRidge({ z, columns, foldOf, folds })
      ridge.predict(target, into)
    },
    scores: createRidgeScores({ z, columns, ratios: [ratio, ratio / LEADING] }),
    drawSignal(rng, into): void {
      const weights = Float64Array.from({ length: columns }, () => gaussian(rng))
      for (let row = 0; row < into.length; row++) {
        let sum = into[row] ?? 0
        for (let j = 0; j < columns; j++) sum += (z[row * columns + j] ?? 0) * (weights[j] ?? 0)
        into[row] = sum
      }
    },
  }
}

/** At so much smaller a ratio the score listens to the leading directions almost alone. */
const LEADING = 30

/** The word whose rows differ most from the rest: largest squared deviation of their sum, in its variance under random order. */
function createWordView({ count, wordsOf }: ProbeWords, rows: number): View {
  const sizes = new Float64Array(count)
  for (const words of wordsOf) for (const word of words) sizes[word] = (sizes[word] ?? 0) + 1
  /** As in ridge-score.ts: rows of the commonest value need no visit. */
  const sumWords = (target: ArrayLike<number>): Float64Array => {
    const base = findMajority(target)
    const sums = sizes.map((size) => base * size)
    for (const [row, words] of wordsOf.entries()) {
      const y = (target[row] ?? 0) - base
      if (y === 0) continue
      for (const word of words) sums[word] = (sums[word] ?? 0) + y
    }
    return sums
  }
  return {
    name: 'word',
    scores(baseline) {
      const fixed = sumWords(baseline)
      return (values) => {
        const sums = sumWords(values)
        let most = 0
        for (const [word, size] of sizes.entries()) {
          const share = size / rows
          const sum = (sums[word] ?? 0) - (fixed[word] ?? 0)
          if (share > 0 && share < 1) most = Math.max(most, (sum * sum) / (share * (1 - share)))
        }
        const squares = squaredDistance(values, baseline)
        return [squares > 0 ? most / squares : 0]
      }
    },
    drawSignal(rng, into): void {
      const drawn = rng.int(count)
      for (const [row, words] of wordsOf.entries())
        if (words.includes(drawn)) into[row] = (into[row] ?? 0) + 1
    },
  }
}

function createTableView(
  { groupOf, groups }: NonNullable<ProbeInput['categories']>,
  { foldOf, folds, ratio }: Rest,
): View {
  const outside = Array.from({ length: folds }, (_, fold) =>
    [...groupOf.keys()].filter((row) => foldOf[row] !== fold),
  )
  return {
    name: 'category',
    scores: createGroupScores(groupOf, groups, [ratio]),
    predict(target, into): void {
      const fits = outside.map((rows) => fitShrunkenMeans({ groupOf, values: target, groups }, rows))
      for (let row = 0; row < into.length; row++) {
        const fit = fits[foldOf[row] ?? 0]
        const mean = fit?.mean ?? 0
        into[row] = (fit?.means[groupOf[row] ?? -1] ?? mean) - mean
      }
    },
    drawSignal(rng, into): void {
      const means = Float64Array.from({ length: groups }, () => gaussian(rng))
      for (let row = 0; row < into.length; row++)
        into[row] = (into[row] ?? 0) + (means[groupOf[row] ?? -1] ?? 0)
    },
  }
}

/** Fits of different folds have different means by chance, against which the held-out fold is biased; so each fold is centred. */
function createFoldCentring(foldOf: ArrayLike<number>, folds: number): (values: Float64Array) => void {
  const sums = new Float64Array(folds)
  const sizes = new Float64Array(folds)
  for (let i = 0; i < foldOf.length; i++) sizes[foldOf[i] ?? 0] = (sizes[foldOf[i] ?? 0] ?? 0) + 1
  return (values) => {
    sums.fill(0)
    for (let i = 0; i < values.length; i++) {
      const fold = foldOf[i] ?? 0
      sums[fold] = (sums[fold] ?? 0) + (values[i] ?? 0)
    }
    for (let i = 0; i < values.length; i++) {
      const fold = foldOf[i] ?? 0
      values[i] = (values[i] ?? 0) - (sums[fold] ?? 0) / (sizes[fold] ?? 1)
    }
  }
}
