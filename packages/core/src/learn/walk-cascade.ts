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
  let alive = Array.from({ length: total }, (_, i) => i)
  const costs = new Float64Array(total)
  let [quality, declined] = [0, 0]
  const shares = stages.map((stage, i) => {
    const rows = rowsOf(candidates, stage)
    const accept = i === stages.length - 1 ? Number.NEGATIVE_INFINITY : stage.accept
    const left: number[] = []
    let answered = 0
    for (const row of alive) {
      const p = rows.pGoodEnough[row] ?? -1
      costs[row] = (costs[row] ?? 0) + (rows.costUsd[row] ?? 0)
      if (p >= 0 && p < (stage.reject ?? 0)) declined += 1
      else if (p < accept) left.push(row)
      else {
        quality += rows.quality[row] ?? 0
        answered += 1
      }
    }
    alive = left
    return answered / total
  })
  const given = total - declined
  return {
    quality: given === 0 ? 0 : quality / given,
    ...meanCost(costs),
    shares,
    abstained: declined / total,
  }
}

function meanCost(costs: Float64Array): Pick<Walked, 'costUsd' | 'costErrorUsd'> {
  const costUsd = costs.reduce((sum, cost) => sum + cost, 0) / costs.length
  const squares = costs.reduce((sum, cost) => sum + (cost - costUsd) ** 2, 0)
  return { costUsd, costErrorUsd: Math.sqrt(squares) / costs.length }
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
