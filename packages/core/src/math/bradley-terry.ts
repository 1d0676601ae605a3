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

/** Steps of fitBradleyTerry at most, and the change that ends them. */
const STEPS = 200
const TOLERANCE = 1e-9

/**
 * Strengths of greatest likelihood, natural logarithms with mean 0. `wins`: n x n, row-major; at (i, j) the weight of battles that i won against j. Every
 * two must have fought and each won something, else a strength is infinite.
 *
 *   p_i  <-  sum_j wins_ij / sum_j [ (wins_ij + wins_ji) / (p_i + p_j) ]
 *
 * The same as logistic regression without intercept on rows of +1 and -1. Source: Hunter, Annals of Statistics 32 (2004), algorithm (3).
 */
export function fitBradleyTerry(wins: Float64Array, n: number): Float64Array {
  const p = new Float64Array(n).fill(1)
  for (let step = 0; step < STEPS; step++) {
    let change = 0
    for (let i = 0; i < n; i++) {
      const next = nextStrength(wins, p, i)
      change = Math.max(change, Math.abs(next / p[i]! - 1))
      p[i] = next
    }
    if (change < TOLERANCE) break
  }
  const logs = p.map(Math.log)
  const mean = logs.reduce((sum, one) => sum + one, 0) / n
  return logs.map((one) => one - mean)
}

function nextStrength(wins: Float64Array, p: Float64Array, i: number): number {
  const n = p.length
  let won = 0
  let expected = 0
  for (let j = 0; j < n; j++) {
    if (j === i) continue
    won += wins[i * n + j]!
    expected += (wins[i * n + j]! + wins[j * n + i]!) / (p[i]! + p[j]!)
  }
  return won / expected
}
