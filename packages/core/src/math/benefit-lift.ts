/**
 * Lift of the incremental benefit per cost (IBC): what a system adds over the small model for each USD more, against the large model alone.
 *
 *   lift = (s - s0) / s0,   s = (Q - Q_small) / (C - C_small),   s0 = (Q_large - Q_small) / (C_large - C_small)
 *
 * 0: no better than sending a random share to the large model without a draft. -1: nothing gained for the money. Q mean quality, C mean cost of
 * everything that was called, checks and rejected answers among it. Source: AutoMix, arXiv:2310.12963.
 */
export interface CostedQuality {
  /** Mean. Range [0, 1]. */
  readonly quality: number
  /** Mean, USD. */
  readonly costUsd: number
}

/** Undefined when the large model is not both better and dearer, and when the system costs no more than the small model alone. */
export function benefitLift(
  system: CostedQuality,
  { small, large }: { readonly small: CostedQuality; readonly large: CostedQuality },
): number | undefined {
  const gain = large.quality - small.quality
  const price = large.costUsd - small.costUsd
  const spent = system.costUsd - small.costUsd
  if (!(gain > 0 && price > 0 && spent > 0)) return undefined
  return ((system.quality - small.quality) / spent) * (price / gain) - 1
}
