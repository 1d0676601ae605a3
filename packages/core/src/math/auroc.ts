/**
 * Area under the ROC curve: the chance that a query where the small model is good enough scores above one where it is not, ties
 * counting one half. Only the order of the scores matters.
 *
 *   AUROC = sum over pairs (i, j) of y_i (1 - y_j) [s_i > s_j or half if equal] / (sum y * sum (1 - y))
 *
 * Labels may be soft: a query labelled 0.3 counts as 0.3 of a good one and 0.7 of a bad one. For 0/1 labels this is the
 * Mann-Whitney statistic (Hanley and McNeil 1982, "The meaning and use of the area under a ROC curve").
 */
import { descendingOrder } from './quality-curve.ts'

/**
 * Range [0, 1], 0.5 for no ranking at all. Undefined when all labels are 0 or all are 1. `copies`: how often each query counts, 0 for not at all;
 * once each by default.
 */
export function auroc(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  copies?: ArrayLike<number>,
): number | undefined {
  const n = scores.length
  const order = descendingOrder(scores)
  let total = 0
  let good = 0
  for (let i = 0; i < n; i++) {
    const count = copies === undefined ? 1 : copies[i]!
    total += count
    good += count * labels[i]!
  }
  const bad = total - good
  if (!(good > 0 && bad > 0)) return undefined
  let area = 0
  let goodAbove = 0
  for (let i = 0; i < n;) {
    const score = scores[order === undefined ? i : order[i]!]!
    let goodHere = 0
    let here = 0
    for (; i < n; i++) {
      const query = order === undefined ? i : order[i]!
      if (scores[query] !== score) break
      const count = copies === undefined ? 1 : copies[query]!
      goodHere += count * labels[query]!
      here += count
    }
    area += (here - goodHere) * (goodAbove + goodHere / 2)
    goodAbove += goodHere
  }
  return area / (good * bad)
}
