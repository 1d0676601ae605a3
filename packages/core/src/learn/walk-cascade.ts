/**
 * What a cascade makes of rows of which every candidate's answer is known: decide/cascade.ts in arrays, without failures.
 *
 *   stage i answers the rows with pGoodEnough >= accept that are left, declines those below reject, and passes the rest on; the last one answers
 *   all that it does not decline
 *
 * A row pays for every stage that it reaches. What could not be judged is passed on, and answered at the end.
 */
import { WeirError } from '../contract/errors.ts'
import type { CascadeStage } from '../decide/cascade.ts'

/** What one candidate makes of the rows. */
export interface CandidateRows {
  readonly model: string
  /** Answers per call that these figures are of. Default 1. */
  readonly samples?: number
  /** Calibrated probability that its answer is good enough, one per row; below 0 where it could not be judged: such a row is escalated. */
  readonly pGoodEnough: ArrayLike<number>
  /** Quality of its answer, one per row. Range [0, 1]. */
  readonly quality: ArrayLike<number>
  /** Metered cost of the call with its checks, one per row, USD. */
  readonly costUsd: ArrayLike<number>
}

export interface Walked {
  /** Mean over the rows that were answered; 0 when none was. */
  readonly quality: number
  /** Mean cost of all calls over all rows, USD. */
  readonly costUsd: number
  /** Standard error of `costUsd` as a mean of independent rows, USD. */
  readonly costErrorUsd: number
  /** Share of the rows answered by each stage. */
  readonly shares: readonly number[]
  /** Share of the rows that were declined. */
  readonly abstained: number
}

/** Throws `data.model` when a stage has no candidate. Needs at least one row. */
export function walkCascade(candidates: readonly CandidateRows[], stages: readonly CascadeStage[]): Walked {
  const total = candidates[0]?.quality.length ?? 0
  const steps = stages.map((stage, i): Step => {
    const isLast = i === stages.length - 1
    const { accept, reject = 0 } = stage
    return { ...rowsOf(candidates, stage), accept: isLast ? Number.NEGATIVE_INFINITY : accept, reject }
  })
  const answered = stages.map(() => 0)
  // Squared deviations by Welford's recurrence: of equal costs the error is exactly 0.
  let [quality, usd, mean, squares] = [0, 0, 0, 0]
  for (let row = 0; row < total; row++) {
    const { by, costUsd } = walkRow(steps, row)
    usd += costUsd
    const change = costUsd - mean
    mean += change / (row + 1)
    squares += change * (costUsd - mean)
    if (by === undefined) continue
    answered[by] = (answered[by] ?? 0) + 1
    quality += steps[by]?.quality[row] ?? 0
  }
  const given = answered.reduce((sum, count) => sum + count, 0)
  return {
    quality: given === 0 ? 0 : quality / given,
    costUsd: usd / total,
    costErrorUsd: Math.sqrt(squares) / total,
    shares: answered.map((count) => count / total),
    abstained: (total - given) / total,
  }
}

interface Step extends CandidateRows {
  readonly accept: number
  readonly reject: number
}

/** `by`: position of the stage that answers; undefined when one declines. */
function walkRow(
  steps: readonly Step[],
  row: number,
): { readonly by: number | undefined; readonly costUsd: number } {
  let [at, costUsd] = [0, 0]
  for (const step of steps) {
    const p = step.pGoodEnough[row] ?? -1
    costUsd += step.costUsd[row] ?? 0
    if (p >= 0 && p < step.reject) return { by: undefined, costUsd }
    if (p >= step.accept) return { by: at, costUsd }
    at += 1
  }
  return { by: undefined, costUsd }
}

/** The candidate of a stage: the same model asked for as many answers. */
function rowsOf(
  candidates: readonly CandidateRows[],
  { model, samples = 1 }: Pick<CascadeStage, 'model' | 'samples'>,
): CandidateRows {
  const found = candidates.find((one) => one.model === model && (one.samples ?? 1) === samples)
  if (found !== undefined) return found
  throw new WeirError('data.model', `no rows of ${model} with ${samples} answers a call`)
}
