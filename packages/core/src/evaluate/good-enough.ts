/**
 * Is the small model good enough on a query? The frequency that pSmall is held against in reliability diagrams.
 *
 *   share of pairs (small sample, large sample) with small score >= large score - relaxation
 *
 * With one answer each it is 0 or 1. Source: Hybrid LLM, arXiv:2404.14618 section 3, y_prob (relaxation 0) and y_trans (relaxation t*).
 * For the `det` label one sample decides; its expectation over samples is this share.
 */
import type { PairOutcome } from '../contract/pair-outcome.ts'

/** Scores are decimal fractions in files; 0.7 >= 0.8 - 0.1 must hold although binary numbers deny it. */
const EPSILON = 1e-12

/** Range [0, 1]. `relaxation` at least 0, in units of quality. */
export function goodEnough({ smallScores, largeScores }: PairOutcome, relaxation = 0): number {
  let good = 0
  for (const small of smallScores) {
    for (const large of largeScores) if (large - small <= relaxation + EPSILON) good += 1
  }
  return good / (smallScores.length * largeScores.length)
}
