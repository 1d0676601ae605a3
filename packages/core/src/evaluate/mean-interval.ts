/**
 * Interval for a mean quality: Wilson's score interval with the mean in the place of the share.
 *
 *   (m + z^2 / 2n -+ z sqrt(m (1 - m) / n + z^2 / 4n^2)) / (1 + z^2 / n),   z = 1.96
 *
 * Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference". Exact in spirit for 0/1 scores; for scores
 * between, m (1 - m) is the largest variance they can have, so the interval errs on the wide side. It needs sums only, and unlike the
 * normal interval it does not claim certainty when all scores are equal.
 */
import type { Interval } from './bootstrap.ts'

const Z = 1.96

/** 95% interval within [0, 1]; undefined without rows. */
export function meanInterval(mean: number, rows: number): Interval | undefined {
  if (rows === 0) return undefined
  const z2 = Z * Z
  const centre = mean + z2 / (2 * rows)
  const half = Z * Math.sqrt((mean * (1 - mean)) / rows + z2 / (4 * rows * rows))
  const scale = 1 + z2 / rows
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)]
}
