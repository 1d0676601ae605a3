/**
 * Betting test that a mean is above 0, valid at every sample size: a gambler who starts with 1 stakes a share of the wealth on each
 * value before seeing it; if the mean is not above 0 the game is unfair to the gambler, so becoming rich is evidence.
 *
 *   W_t = W_{t-1} (1 + bet_t Z_t),   0 <= bet_t < 1/least,   Z_t >= -least
 *
 * Valid: bet_t depends on Z_1 … Z_{t-1} only, so E[W_t | past] = W_{t-1} (1 + bet_t E[Z_t | past]) <= W_{t-1} when the mean is at
 * most 0, and W_t > 0. By Ville's inequality P(some W_t >= 1/delta) <= delta for *any* such bets: the way of betting below can cost
 * power, never validity. p-value: 1 / max_t W_t. Source: Waudby-Smith and Ramdas, arXiv:2010.09686, section 4.
 *
 * How it bets. Growth-optimal bets aim at much wealth; we only need 1/delta, at the known end n. With w = delta W the wealth as a
 * share of the goal and s the values' deviation, the bet that replicates "goal or nothing" for a Gaussian walk is that of a digital
 * option (its delta hedge), and loses nothing against the best test of a Gaussian mean, z = 1.645 at delta 0.05, where
 * growth-optimal bets need sqrt(2 log 20) = 2.45:
 *
 *   bet = density(d) / (w s sqrt(rounds left)),   d = normalQuantile(w)
 *
 * Near the end the walk is not Gaussian any more and a hedge leaves money on the table; there the bet aims at the rest of the goal
 * in the rest of the rounds (STaR-Bets, Voracek and Orabona, arXiv:2505.22422):
 *
 *   bet = sqrt(2 log(1/w) / rounds left) / s
 *
 * Values must be in an order that does not depend on them (shuffle the rows) and independent with the same mean.
 */
import { normalDensity, normalQuantile } from './normal.ts'

export interface BettingOptions {
  /** Level of the test the bets aim at. Range (0, 1). */
  readonly delta: number
  /** No value is below -least. Above 0. */
  readonly least: number
  /** First guess of the mean square of the values. Above 0; a bad one costs power only. */
  readonly firstSquare: number
}

/** Share of the largest allowed bet that is used: a bet of everything could never recover from one bad value. */
const LARGEST = 0.9
/** Weight of the first guess, in values. */
const FIRST_WEIGHT = 100
/** Share of the rounds, at the end, that aim at the rest of the goal. */
const LAST_ROUNDS = 0.1

/** p-value of "the mean is at most 0": at most delta exactly when the goal was reached. Stops reading values once it was. O(n). */
export function bettingPValue(values: ArrayLike<number>, options: BettingOptions): number {
  const { delta, least, firstSquare } = options
  const n = values.length
  const largest = LARGEST / least
  let share = delta
  let best = delta
  let squares = FIRST_WEIGHT * firstSquare
  for (let t = 0; t < n && share < 1; t++) {
    const deviation = Math.sqrt(squares / (FIRST_WEIGHT + t))
    const value = values[t]!
    share *= 1 + Math.min(largest, betOf(share, n - t, LAST_ROUNDS * n) / deviation) * value
    squares += value * value
    if (share > best) best = share
  }
  return Math.min(1, delta / best)
}

/** The bet in units of 1 / deviation. */
function betOf(share: number, left: number, last: number): number {
  if (left <= last || share < LEAST_HEDGED) return Math.sqrt((-2 * Math.log(share)) / left)
  return HEDGES[(share * HEDGES.length) | 0]! / Math.sqrt(left)
}

/** Shares of the goal below this are too far from it for the table, and for the hedge. */
const LEAST_HEDGED = 1 / 1024
/** density(d) / w at the middle of 4,096 equal stretches of (0, 1): near enough, as any bets are valid. */
const HEDGES: Float64Array = Float64Array.from({ length: 4096 }, (_, i) => {
  const share = (i + 0.5) / 4096
  return normalDensity(normalQuantile(share)) / share
})
