/**
 * Contract suite of estimators: finite probabilities, the same for the same features in any order of asking, arguments left alone.
 * Throws an Error that says which rule is broken and for which features. House section 9.
 */
import type { Estimator } from '../contract/estimate.ts'
import type { Features } from '../contract/features.ts'
import { isUnit, requireThat, show, unchangedBy } from './require.ts'

/** `seen`: features of the encoder that the estimator was made for. */
export function checkEstimator(estimator: Estimator, seen: readonly Features[]): void {
  requireThat(seen.length > 0, 'checkEstimator needs features of at least one query')
  requireThat(estimator.name !== '', 'an estimator has a name')
  const first = seen.map((features, i) => {
    const where = `features ${i}`
    const { pSmall } = unchangedBy([features], where, () => estimator.estimate(features))
    requireThat(isUnit(pSmall), `${where}: pSmall must be a number in [0, 1], got ${show(pSmall)}`)
    return pSmall
  })
  for (const [i, features] of [...seen.entries()].reverse()) {
    const { pSmall } = estimator.estimate(features)
    requireThat(
      pSmall === first[i],
      `features ${i}: ${show(first[i])} at first, ${show(pSmall)} when asked again`,
    )
  }
}
