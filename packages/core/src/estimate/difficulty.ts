/**
 * Difficulty for a pool: one number of the query, how long the models will have to think, says how good each will be.
 *
 *   d(q)          expected log output length, standardised, by trees over the text's main directions and the surface features; where lengths were
 *                 not recorded, the expected share of models that fail
 *   quality_j(q)  mean quality of model j at the LEVELS of difficulty around d(q), on a line between their middles
 *
 * Source: Number of Thoughts, arXiv:2503.21464: a random forest predicts the number of reasoning steps, cuts on it choose the model's size.
 * Departures: output tokens stand for steps, and what each model does at a level is learned instead of ordering models by size.
 */
import { missing } from '../contract/stored-fields.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { logit } from '../math/logistic.ts'
import { createKind, type PoolShape, type Predictor, type PredictorKind } from './predictor.ts'

export interface DifficultyParameters {
  /** One target: difficulty. */
  readonly forest: Forest
  /** Median difficulty of each level, ascending. */
  readonly middles: Float32Array
  /** Levels x models, row-major: shrunken means. */
  readonly qualities: Float32Array
}

export const difficulty: PredictorKind = createKind('difficulty', (parameters, shape) =>
  createDifficultyPredictor(parameters as DifficultyParameters, shape),
)

/** A level is never surer than this of a model. */
const EPSILON = 0.005

export function createDifficultyPredictor(
  { forest, middles, qualities }: DifficultyParameters,
  { models }: PoolShape,
): Predictor {
  const width = models.length
  if (middles.length === 0 || qualities.length !== middles.length * width)
    throw missing('predictor.difficulty')
  return {
    read({ dense }) {
      const { level, part } = findLevel(middles, predictForest(forest, dense, 0)[0] ?? 0)
      return models.map((_, j) => {
        const below = qualities[level * width + j] ?? 0
        const above = qualities[(level + 1) * width + j] ?? below
        return [logit(below + part * (above - below), EPSILON)]
      })
    },
  }
}

/** The last level whose middle is at most `value`, and how far `value` is on the way to the next: 0 at both ends of the scale. */
function findLevel(middles: Float32Array, value: number): { readonly level: number; readonly part: number } {
  const last = middles.length - 1
  let level = 0
  while (level < last && (middles[level + 1] ?? Infinity) <= value) level += 1
  const from = middles[level] ?? 0
  const to = middles[level + 1] ?? from
  const part = to > from ? Math.max(0, (value - from) / (to - from)) : 0
  return { level, part: level === last ? 0 : part }
}
