/** Standard normal numbers from uniform ones. Source: Box and Muller, Annals of Mathematical Statistics 29 (1958). */
import type { Rng } from './rng.ts'

/** One draw: mean 0, variance 1. Takes two uniform numbers and gives the first of the pair. */
export function gaussian(rng: Rng): number {
  // 1 - u is in (0, 1], so that the logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())
}
