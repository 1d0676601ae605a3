/**
 * The logistic function and its relatives, in forms that neither overflow nor lose digits.
 */

/** 1 / (1 + exp(-z)), in (0, 1). */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z))
  const e = Math.exp(z)
  return e / (1 + e)
}

/** log(p / (1 - p)) with p held inside [epsilon, 1 - epsilon]. */
export function logit(p: number, epsilon = 1e-6): number {
  const inside = Math.min(1 - epsilon, Math.max(epsilon, p))
  return Math.log(inside / (1 - inside))
}

/** Cross-entropy of a soft label y in [0, 1] under sigmoid(z): log(1 + exp(z)) - y z, in nats. */
export function crossEntropy(y: number, z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z
}
