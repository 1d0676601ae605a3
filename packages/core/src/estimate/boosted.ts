/**
 * Boosted trees for a pool: small trees over the embedding and the surface features, each correcting what those before it miss of all models.
 *
 *   read_j = base_j + sum over the trees of the leaf's step_j          log-odds of quality
 *
 * Source: Friedman, Annals of Statistics 29 (2001). Routoo (arXiv:2401.13979) and TensorOpera Router (arXiv:2408.12320) predict qualities by language
 * models; trees are our stand-in.
 */
import { packArray, unpackArray } from '../contract/packed-array.ts'
import { missing, record } from '../contract/stored-fields.ts'
import type { BoostedTrees } from '../math/boosted-trees.ts'
import { predictForest } from '../math/extra-trees.ts'
import type { PredictorKind } from './predictor.ts'
import { fromStoredForest, toStoredForest } from './stored-forest.ts'

export const boosted: PredictorKind = {
  name: 'boosted',
  create(parameters) {
    const { bases, trees } = parameters as BoostedTrees
    const count = trees.roots.length
    return {
      read({ dense }) {
        const means = predictForest(trees, dense, 0)
        return Array.from(bases, (base, j) => [base + count * (means[j] ?? 0)])
      },
    }
  },
  toStored(parameters) {
    const { bases, trees } = parameters as BoostedTrees
    return { bases: packArray(bases, 'float32'), trees: toStoredForest(trees) }
  },
  fromStored(stored, { models }): BoostedTrees {
    const root = record(stored, 'predictor.boosted')
    const bases = unpackArray(root['bases'], 'predictor.boosted.bases')
    if (bases.length !== models.length) throw missing('predictor.boosted.bases')
    return { bases, trees: fromStoredForest(root['trees'], models.length) }
  },
}
