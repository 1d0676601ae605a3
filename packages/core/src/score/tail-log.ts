/**
 * Tail-log transform: spreads a confidence out at its ends, where models crowd (0.99, 0.999, 0.9999 …), so that a straight line can tell
 * them apart.
 *
 *   tailLog          x = -ln(1 - p)                                      one-sided: only confidence near 1 is spread
 *   tailLogTwoSided  x = -ln 2 - ln(1 - p)  for p >= 1/2,                both ends; x(1/2) = 0
 *                        ln 2 + ln p        otherwise
 *   plain            x = p, and a real-valued signal as it stands
 *
 * Source: HCMA, arXiv:2410.02173 section 4. From a log-probability l the term is -ln(-expm1(l)), which keeps its digits for l near 0 where
 * 1 - exp(l) has none left; the paper's own code switches to -ln(-l) above -1e-5, which is the same number. p = 1 gives Infinity and
 * p = 0 -Infinity (two-sided): the caller holds them near what it saw in training (confidence.ts).
 */
import { SIGNALS, type SignalName } from '../contract/score.ts'

export type ConfidenceTransform = 'tailLog' | 'tailLogTwoSided' | 'plain'

/** Log-probability at and below which an answer counts as impossible: ln of the smallest positive number. */
export const LEAST_LOGPROB: number = Math.log(Number.MIN_VALUE)

/** May be infinite; never NaN for a number. Rising in `value`. */
export function transformSignal(value: number, signal: SignalName, transform: ConfidenceTransform): number {
  const kind = SIGNALS[signal]
  if (kind === 'real') return value
  return kind === 'logprob' ? transformLogprob(value, transform) : transformProbability(value, transform)
}

function transformLogprob(value: number, transform: ConfidenceTransform): number {
  // Rounding may have put it above 0.
  const l = value <= LEAST_LOGPROB ? Number.NEGATIVE_INFINITY : Math.min(0, value)
  if (transform === 'plain') return Math.exp(l)
  if (transform === 'tailLogTwoSided' && l < -Math.LN2) return Math.LN2 + l
  return -Math.log(-Math.expm1(l)) - (transform === 'tailLog' ? 0 : Math.LN2)
}

function transformProbability(value: number, transform: ConfidenceTransform): number {
  const p = Math.min(1, Math.max(0, value))
  if (transform === 'plain') return p
  if (transform === 'tailLogTwoSided' && p < 0.5) return Math.LN2 + Math.log(p)
  return -Math.log1p(-p) - (transform === 'tailLog' ? 0 : Math.LN2)
}
