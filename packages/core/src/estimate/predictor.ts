/**
 * Predictor: what one method learned about every model of a pool. It reads a query and says of each model one number, or several, that rise
 * with the expected quality of its answer; estimate/pool.ts makes calibrated qualities of them, in the same way for all methods:
 *
 *   quality_j = sigmoid(bias_j + weights_j . read_j)
 *
 * A method that says a probability reads its log-odds, so that weight 1 and bias 0 leave it as it is.
 */
import { packValue, unpackValue } from '../contract/packed-value.ts'
import type { Seen, View } from './components.ts'

export interface Predictor {
  /** One list per model, in the pool's order; the lists are equally long. Pure; what is returned must not be kept. */
  read(seen: Seen): readonly (readonly number[])[]
  /** Expected costs as multiples of the models' means, one per model: a method that predicts costs itself. Default: those of PoolParameters.costs. */
  readCosts?(seen: Seen): ArrayLike<number>
}

/** What a predictor stands in. */
export interface PoolShape {
  readonly models: readonly string[]
  readonly view: View
}

/** The serving half of a method: from parameters to predictions, from an artifact to parameters. Its learning half is in learn/. */
export interface PredictorKind {
  /** As in artifacts and `--method`. */
  readonly name: string
  /**
   * True: the first readings are strengths, learned from preferences. The sigmoid of a difference is the chance that the one model's answer is
   * preferred to the other's, ties half.
   */
  readonly readsStrengths?: boolean
  /** Throws `artifact.truncated` when parts of the parameters do not fit each other. */
  create(parameters: unknown, shape: PoolShape): Predictor
  /** Plain JSON. */
  toStored(parameters: unknown, shape: PoolShape): unknown
  /** Throws `artifact.truncated`. */
  fromStored(stored: unknown, shape: PoolShape): unknown
}

/** Parameters of plain data, typed arrays of 32 bits and bytes are stored as they are (contract/packed-value.ts). */
export function createKind(name: string, create: PredictorKind['create']): PredictorKind {
  return {
    name,
    create,
    toStored: packValue,
    fromStored: (stored) => unpackValue(stored, `predictor.${name}`),
  }
}
