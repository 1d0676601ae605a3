/**
 * Standard normal distribution: density, probability and quantile, for bounds and for the bets of betting.ts.
 *
 * Probability: power series near the middle, continued fraction in the tails (Abramowitz and Stegun 26.2.11 and 26.2.14), relative
 * error below 1e-11. Quantile: Wichura's AS 241 (PPND16), Applied Statistics 37 (1988), relative error about 1e-16.
 */

const SQRT_TWO_PI = Math.sqrt(2 * Math.PI)

export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / SQRT_TWO_PI
}

/** P(X <= x). */
export function normalProbability(x: number): number {
  if (x > 0) return 1 - normalProbability(-x)
  return x > -3 ? 0.5 - normalDensity(x) * seriesAt(-x) : normalDensity(x) * fractionAt(-x)
}

/** x + x^3/3 + x^5/15 + …, which is (P(x) - 1/2) / density(x). */
function seriesAt(x: number): number {
  let term = x
  let sum = x
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return sum
}

/** Mills' ratio by its continued fraction 1/(x + 1/(x + 2/(x + 3/(x + …, from the inside out. */
function fractionAt(x: number): number {
  let inner = x
  for (let k = 120; k > 0; k--) inner = x + k / inner
  return 1 / inner
}

/** The x with P(X <= x) = p. -Infinity for 0, Infinity for 1. */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY
  if (p >= 1) return Number.POSITIVE_INFINITY
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(CENTRE_TOP, r)) / polynomial(CENTRE_BOTTOM, r)
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)))
  const x =
    r <= 5
      ? polynomial(MIDDLE_TOP, r - 1.6) / polynomial(MIDDLE_BOTTOM, r - 1.6)
      : polynomial(TAIL_TOP, r - 5) / polynomial(TAIL_BOTTOM, r - 5)
  return q < 0 ? -x : x
}

/** By rising power. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!
  return value
}

const CENTRE_TOP = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
]
const CENTRE_BOTTOM = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
]
const MIDDLE_TOP = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
]
const MIDDLE_BOTTOM = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
]
const TAIL_TOP = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
]
const TAIL_BOTTOM = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
]
