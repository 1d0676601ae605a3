/**
 * Expected calibration error (ECE): how far predicted probabilities are from observed frequencies, averaged over queries.
 *
 *   ECE = sum over bins of (queries in bin / all queries) * | mean label - mean probability |
 *
 * Binning: ten bins of equal width, [0, 0.1), …, [0.9, 1]. Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated
 * probabilities using Bayesian binning", AAAI 2015. Labels may be soft. Small samples bias it upwards: with n queries an honest
 * router still shows about sqrt(bins / n) / 3.
 */

/** One bar of a reliability diagram. Empty bins are left out. */
export interface ReliabilityBin {
  /** Bounds of the bin; the upper one belongs to the next bin, except for 1. */
  readonly from: number
  readonly to: number
  readonly count: number
  /** Mean predicted probability in the bin. */
  readonly predicted: number
  /** Mean label in the bin: the frequency observed. */
  readonly observed: number
}

export const RELIABILITY_BINS: number = 10

export function reliabilityBins(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins: number = RELIABILITY_BINS,
): readonly ReliabilityBin[] {
  const counts = new Float64Array(bins)
  const predicted = new Float64Array(bins)
  const observed = new Float64Array(bins)
  for (let i = 0; i < probabilities.length; i++) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(probabilities[i]! * bins)))
    counts[bin]! += 1
    predicted[bin]! += probabilities[i]!
    observed[bin]! += labels[i]!
  }
  return [...counts].flatMap((count, bin) =>
    count === 0
      ? []
      : [
          {
            from: bin / bins,
            to: (bin + 1) / bins,
            count,
            predicted: predicted[bin]! / count,
            observed: observed[bin]! / count,
          },
        ],
  )
}

/** Range [0, 1], 0 is honest. Needs at least one query. */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins: number = RELIABILITY_BINS,
): number {
  return errorOfBins(reliabilityBins(probabilities, labels, bins))
}

/** The error of bins made in any way: the mean distance of observed from predicted, weighted by count. */
export function errorOfBins(bins: readonly ReliabilityBin[]): number {
  const n = bins.reduce((sum, { count }) => sum + count, 0)
  return bins.reduce(
    (sum, { count, predicted, observed }) => sum + (count / n) * Math.abs(observed - predicted),
    0,
  )
}
