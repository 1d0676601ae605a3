/**
 * What a cascade makes of rows of which every candidate's answer is known: decide/cascade.ts in arrays, without abstention and failures.
 *
 *   stage i answers the rows with pGoodEnough >= accept that no stage before it answered; the last one answers all that are left
 *
 * A row pays for every stage that it reaches.
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
  /** Mean over the rows. */
  readonly quality: number
  /** Mean cost of all calls, USD. */
  readonly costUsd: number
  /** Share of the rows answered by each stage. */
  readonly shares: readonly number[]
}

/** Throws `data.model` when a stage has no candidate. Needs at least one row. */
export function walkCascade(candidates: readonly CandidateRows[], stages: readonly CascadeStage[]): Walked {
  const total = candidates[0]?.quality.length ?? 0
  let alive = Array.from({ length: total }, (_, i) => i)
  let [quality, cost] = [0, 0]
  const shares = stages.map((stage, i) => {
    const rows = rowsOf(candidates, stage)
    const isLast = i === stages.length - 1
    const left: number[] = []
    for (const row of alive) {
      cost += rows.costUsd[row] ?? 0
      if (isLast || (rows.pGoodEnough[row] ?? -1) >= stage.accept) quality += rows.quality[row] ?? 0
      else left.push(row)
    }
    const share = (alive.length - left.length) / total
    alive = left
    return share
  })
  return { quality: quality / total, costUsd: cost / total, shares }
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
