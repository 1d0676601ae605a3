/**
 * Forest for a pool: extremely randomised trees over the embedding and the surface features; a leaf holds the mean quality of every model.
 *
 *   read_j = logit(mean over the trees of the leaf's quality_j)
 *
 * Source: Geurts, Ernst and Wehenkel, Machine Learning 63 (2006); trees as predictors of each model's quality: Routoo, arXiv:2401.13979, and
 * TensorOpera Router, arXiv:2408.12320, whose predictors are language models. One forest for all models: rows are cut where it tells most of all.
 */
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { logit } from '../math/logistic.ts'
import type { PredictorKind } from './predictor.ts'
import { fromStoredForest, toStoredForest } from './stored-forest.ts'

/** A leaf is never surer than this of a model: few rows cannot say more. */
const EPSILON = 0.005

export const forest: PredictorKind = {
  name: 'forest',
  create: (parameters) => ({
    read: ({ dense }) =>
      Array.from(predictForest(parameters as Forest, dense, 0), (quality) => [logit(quality, EPSILON)]),
  }),
  toStored: (parameters) => toStoredForest(parameters as Forest),
  fromStored: (stored, { models }) => fromStoredForest(stored, models.length),
}
