/**
 * A forest (math/extra-trees.ts) as an artifact stores it.
 */
import { packArray, unpackArray, unpackIntegers, type PackedArray } from '../contract/packed-array.ts'
import { record } from '../contract/stored-fields.ts'
import type { Forest } from '../math/extra-trees.ts'

export interface StoredForest {
  readonly roots: PackedArray
  readonly features: PackedArray
  readonly cuts: PackedArray
  readonly lefts: PackedArray
  readonly values: PackedArray
}

export function toStoredForest({ roots, features, cuts, lefts, values }: Forest): StoredForest {
  return {
    roots: packArray(roots, 'int32'),
    features: packArray(features, 'int32'),
    cuts: packArray(cuts, 'float32'),
    lefts: packArray(lefts, 'int32'),
    values: packArray(values, 'float32'),
  }
}

/** `targets`: numbers a leaf holds. Throws `artifact.truncated`. */
export function fromStoredForest(stored: unknown, targets: number): Forest {
  const forest = record(stored, 'forest')
  return {
    roots: Uint32Array.from(unpackIntegers(forest['roots'], 'forest.roots')),
    features: Int16Array.from(unpackIntegers(forest['features'], 'forest.features')),
    cuts: unpackArray(forest['cuts'], 'forest.cuts'),
    lefts: Uint32Array.from(unpackIntegers(forest['lefts'], 'forest.lefts')),
    values: unpackArray(forest['values'], 'forest.values'),
    targets,
  }
}
