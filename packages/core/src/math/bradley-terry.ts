/**
 * Bradley-Terry: strengths whose differences are log-odds that one model's answer is preferred to another's, learned from preferences: which of two models' answers to the same question is the better one. People's votes are such rows by themselves; outcomes give one for
 * every two models that answered.
 *
 *   y_ij = 1 when quality_i > quality_j, 0 when it is lower, 1/2 for a tie
 *
 * A tie of 1/2 is a battle counted twice, won once by each side, as RouteLLM's ratings and P2L count it.
 */
import { sigmoid } from './logistic.ts'

export function preferenceOf(quality: number, other: number): number {
  return quality > other ? 1 : quality < other ? 0 : 0.5
}

/**
 * Gradient of a row's mean Bradley-Terry loss by the models' strengths, added into `into`:
 *
 *   loss = -1 / (M - 1) sum_{i < j} [ y_ij ln sigmoid(s_i - s_j) + (1 - y_ij) ln sigmoid(s_j - s_i) ]
 *   d loss / d s_i = 1 / (M - 1) sum_{j != i} (sigmoid(s_i - s_j) - y_ij)
 *
 * `qualities`, `strengths`, `into`: one per model. Divided by the battles of a model, so that steps do not grow with the pool.
 */
export function addBattles(qualities: ArrayLike<number>, strengths: Float64Array, into: Float64Array): void {
  const width = strengths.length
  for (let i = 0; i < width; i++) {
    for (let j = i + 1; j < width; j++) {
      const y = preferenceOf(qualities[i]!, qualities[j]!)
      const error = (sigmoid(strengths[i]! - strengths[j]!) - y) / (width - 1)
      into[i]! += error
      into[j]! -= error
    }
  }
}
