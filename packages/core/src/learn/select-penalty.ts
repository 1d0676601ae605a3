/**
 * Chooses how strongly the linear readers are penalised, by cross-validation inside the training rows. From the middle of the grid, which
 * serves most text, it walks to a neighbour only when the held-out cross-entropy of both models' qualities falls *clearly*: by more than LEAST_GAIN
 * standard errors of the paired difference. Text that says much (simple rules, programs) wants weak penalties and shows it; on
 * weak text the losses differ by chance, and following chance costs more than it gains.
 */
import { crossEntropy } from '../math/logistic.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { fitSoftLogistics } from '../math/soft-logistic.ts'
import { dotRowColumns } from '../math/sparse.ts'
import { SOLVER, type LinearSet } from './fit-components.ts'

/** Inverse penalties, weakest model first. Steps of 4: finer ones differ by less than the noise. */
const GRID: readonly number[] = [0.0125, 0.05, 0.2, 0.8, 3.2, 12.8]
const START = 2
const LEAST_GAIN = 2
/** Folds held out in turn. Two of the four: enough to see a step of 4. */
const FOLDS_USED = 2
/** Rows looked at: the choice of a step of 4 does not need more, and its cost then stops growing. */
const MAX_ROWS = 4000

export function selectInversePenalty(set: LinearSet, foldOf: Uint8Array, seed: number): number {
  const known = new Map<number, Float64Array>()
  const lossesAt = (index: number): Float64Array | undefined => {
    const inversePenalty = GRID[index]
    if (inversePenalty === undefined) return undefined
    const losses = known.get(index) ?? heldOutLosses({ set, foldOf, seed, inversePenalty })
    known.set(index, losses)
    return losses
  }
  const isBetter = (index: number, than: number): boolean => {
    const [ours, theirs] = [lossesAt(index), lossesAt(than)]
    return ours !== undefined && theirs !== undefined && isClearlyLower(ours, theirs)
  }
  for (const direction of [1, -1]) {
    let best = START
    while (isBetter(best + direction, best)) best += direction
    if (best !== START) return GRID[best] ?? 0.2
  }
  return GRID[START] ?? 0.2
}

function isClearlyLower(ours: Float64Array, theirs: Float64Array): boolean {
  const gains = theirs.map((loss, i) => loss - (ours[i] ?? 0))
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / gains.length
  return mean > LEAST_GAIN * Math.sqrt(variance / gains.length)
}

interface HeldOut {
  readonly set: LinearSet
  readonly foldOf: Uint8Array
  readonly seed: number
  readonly inversePenalty: number
}

/** Cross-entropy of each held-out row, both models' added, in nats; the rows and their order do not depend on the penalty. */
function heldOutLosses({ set, foldOf, seed, inversePenalty }: HeldOut): Float64Array {
  // Drawn, not the first ones: files are often sorted by task.
  const shown = shuffle(createRng(seed), [...foldOf.keys()]).slice(0, MAX_ROWS)
  const held = shown.filter((row) => (foldOf[row] ?? 0) < FOLDS_USED)
  const losses = new Float64Array(held.length)
  for (let fold = 0; fold < FOLDS_USED; fold++) {
    const rows = shown.filter((row) => foldOf[row] !== fold)
    const labels = [set.smallQualities, set.largeQualities]
    const { weights, biases } = fitSoftLogistics(
      { matrix: set.text, labels, rows },
      { inversePenalty, ...SOLVER, rng: createRng(seed) },
    )
    const odds = new Float64Array(labels.length)
    held.forEach((row, i) => {
      if (foldOf[row] !== fold) return
      dotRowColumns(set.text, row, { dense: weights, width: labels.length, into: odds })
      for (const [j, of] of labels.entries())
        losses[i] = (losses[i] ?? 0) + crossEntropy(of[row] ?? 0.5, (odds[j] ?? 0) + (biases[j] ?? 0))
    })
  }
  return losses
}
