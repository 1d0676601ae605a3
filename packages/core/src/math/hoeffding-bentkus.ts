/**
 * Hoeffding-Bentkus test that the mean of values in [0, 1] is below a bound: the smaller of two valid tail bounds of the sum of n
 * independent values.
 *
 *   Hoeffding   exp(-n h(min(mean, bound), bound)),   h(a, b) = a log(a/b) + (1 - a) log((1 - a)/(1 - b))
 *   Bentkus     e P(Binomial(n, bound) <= ceil(n mean))
 *
 * p-value of "the true mean is at least `bound`", valid at every n. It knows nothing of the variance, so it is loose where most values
 * are near their mean, as paired differences of two good models are: betting.ts is the tighter one there (docs/methods/promise.md).
 * Source: Bates et al., arXiv:2101.02703, proposition 6; Angelopoulos et al., arXiv:2110.01052, section 3.
 */

/** `mean`: of `n` values in [0, 1]. `bound` in (0, 1). */
export function hoeffdingBentkusPValue(mean: number, bound: number, n: number): number {
  const hoeffding = Math.exp(-n * relativeEntropy(Math.min(mean, bound), bound))
  const bentkus = Math.E * binomialProbability(Math.ceil(n * mean - 1e-9), n, bound)
  return Math.min(1, hoeffding, bentkus)
}

function relativeEntropy(a: number, b: number): number {
  const top = a > 0 ? a * Math.log(a / b) : 0
  return top + (a < 1 ? (1 - a) * Math.log((1 - a) / (1 - b)) : 0)
}

/** P(Binomial(n, p) <= k), summed from the largest term down until nothing is added. O(min(k, sqrt(n))) terms. */
export function binomialProbability(k: number, n: number, p: number): number {
  if (k < 0) return 0
  if (k >= n) return 1
  const mode = Math.floor((n + 1) * p)
  // Past the mode the upper tail is the shorter sum, and 1 minus it loses nothing that matters.
  if (k > mode) return 1 - sumTerms({ from: k + 1, to: n, n, p })
  return sumTerms({ from: k, to: 0, n, p })
}

interface Terms {
  readonly from: number
  readonly to: number
  readonly n: number
  readonly p: number
}

/** Terms of the binomial from `from` away from the mode. */
function sumTerms({ from, to, n, p }: Terms): number {
  const odds = p / (1 - p)
  let term = Math.exp(logChoose(n, from) + from * Math.log(p) + (n - from) * Math.log1p(-p))
  let sum = term
  for (let i = from; i !== to && term > 1e-18 * sum;) {
    if (to < from) {
      term *= i / ((n - i + 1) * odds)
      i -= 1
    } else {
      term *= ((n - i) * odds) / (i + 1)
      i += 1
    }
    sum += term
  }
  return Math.min(1, sum)
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k)
}

/** Stirling's series; exact products below 20, where it is not accurate enough. */
function logFactorial(n: number): number {
  if (n < 20) {
    let product = 1
    for (let i = 2; i <= n; i++) product *= i
    return Math.log(product)
  }
  const x = n + 1
  return (
    (x - 0.5) * Math.log(x) -
    x +
    0.5 * Math.log(2 * Math.PI) +
    1 / (12 * x) -
    1 / (360 * x ** 3) +
    1 / (1260 * x ** 5)
  )
}
