/**
 * Cross-validation folds over texts: rows with the same question stay together, so that a fold is never scored by a model that
 * has seen its questions.
 */
import { shuffle, type Rng } from '../math/rng.ts'

/** Fold of each row, 0 … folds - 1, in near-equal numbers of distinct texts. */
export function assignFolds(textKeys: readonly string[], folds: number, rng: Rng): Uint8Array {
  const distinct = shuffle(rng, [...new Set(textKeys)])
  const foldOf = new Map(distinct.map((key, i) => [key, i % folds]))
  return Uint8Array.from(textKeys, (key) => foldOf.get(key) ?? 0)
}
