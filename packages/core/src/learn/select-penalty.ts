/**
 * Chooses how strongly the linear components are penalised, by cross-validation inside the training rows: strong where the text says
 * little, weak where it says much. From the middle of the grid it walks to the better neighbour while the held-out cross-entropy of
 * the gap component falls.
 */
import { crossEntropy } from '../math/logistic.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { fitSoftLogistic } from '../math/soft-logistic.ts'
import { dotRow } from '../math/sparse.ts'
import { SOLVER, toSoftGaps, type TrainingSet } from './fit-components.ts'

/** Inverse penalties, weakest model first. Steps of 4: finer ones differ by less than the noise. */
const GRID: readonly number[] = [0.0125, 0.05, 0.2, 0.8, 3.2, 12.8]
const START = 2
/** Folds held out in turn. Two of the four: enough to see a step of 4. */
const FOLDS_USED = 2
/** Rows looked at: the choice of a step of 4 does not need more, and its cost then stops growing. */
const MAX_ROWS = 4000

export function selectInversePenalty(set: TrainingSet, foldOf: Uint8Array, seed: number): number {
  const losses = new Map<number, number>()
  const lossAt = (index: number): number => {
    const inversePenalty = GRID[index]
    if (inversePenalty === undefined) return Number.POSITIVE_INFINITY
    const loss = losses.get(index) ?? heldOutLoss({ set, foldOf, seed, inversePenalty })
    losses.set(index, loss)
    return loss
  }
  const direction = lossAt(START + 1) < lossAt(START) ? 1 : -1
  let best = START
  while (lossAt(best + direction) < lossAt(best)) best += direction
  return GRID[best] ?? 0.2
}

interface HeldOut {
  readonly set: TrainingSet
  readonly foldOf: Uint8Array
  readonly seed: number
  readonly inversePenalty: number
}

/** Mean cross-entropy of the held-out rows, in nats. */
function heldOutLoss({ set, foldOf, seed, inversePenalty }: HeldOut): number {
  const labels = toSoftGaps(set.gaps)
  // Drawn, not the first ones: files are often sorted by task.
  const shown = shuffle(createRng(seed), [...foldOf.keys()]).slice(0, MAX_ROWS)
  let sum = 0
  let count = 0
  for (let fold = 0; fold < FOLDS_USED; fold++) {
    const rows = shown.filter((row) => foldOf[row] !== fold)
    const fit = fitSoftLogistic(
      { matrix: set.text, labels, rows },
      { inversePenalty, ...SOLVER, rng: createRng(seed) },
    )
    for (const row of shown) {
      if (foldOf[row] !== fold) continue
      sum += crossEntropy(labels[row] ?? 0.5, dotRow(set.text, row, fit.weights) + fit.bias)
      count += 1
    }
  }
  return sum / Math.max(1, count)
}
