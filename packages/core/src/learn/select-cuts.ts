/**
 * Accept and reject cuts of a cascade that may decline to answer.
 *
 *   minimise  error = 1 - mean quality of the answers given     subject to     share declined <= maxAbstention,  mean cost <= budget
 *
 * over a reject and an accept cut for each stage of the given chain. All cuts but the last stage's are quantiles of the rows that reach their stage;
 * the last reject cut is tried at every row's confidence. The cuts tried do not depend on the limits, so that a laxer limit never gives a
 * higher error on these rows. Source: HCMA, arXiv:2410.02173 (the two cuts per stage); the choice under a limit on abstention is ours.
 *
 * Work: rows x (gridPoints^2)^(stages - 1): for chains of one to three stages.
 */
import { WeirError } from '../contract/errors.ts'
import type { CascadeStage } from '../decide/cascade.ts'
import { walkCascade, type CandidateRows, type Walked } from './walk-cascade.ts'

export interface CutsOptions {
  /** Share of the queries that may be declined. Range [0, 1). */
  readonly maxAbstention: number
  /** Mean cost of a query over all, USD. Default: no limit. */
  readonly budgetUsdPerQuery?: number
  /** Cuts tried per stage and kind. Default 20. */
  readonly gridPoints?: number
}

/** Figures are those of the rows that the cuts were chosen by. */
export interface SelectedCuts extends Walked {
  /** For `createCascadePolicy`. */
  readonly stages: readonly CascadeStage[]
  /** 1 - quality. */
  readonly error: number
}

export const CUT_GRID_POINTS: number = 20

/** `chain`: in order of calling. Undefined when no cuts keep to the budget. */
export function selectCuts(
  chain: readonly CandidateRows[],
  { maxAbstention, budgetUsdPerQuery = Infinity, gridPoints = CUT_GRID_POINTS }: CutsOptions,
): SelectedCuts | undefined {
  const rows = chain[0]?.quality.length ?? 0
  if (rows === 0) throw new RangeError('cuts need at least one stage and one row')
  if (!(maxAbstention >= 0 && maxAbstention < 1)) {
    throw new WeirError('config.threshold_range', `maxAbstention must be in [0, 1), got ${maxAbstention}`)
  }
  const limits: Limits = {
    chain,
    gridPoints,
    // Rounding: 0.2 of 10 rows is two.
    declined: Math.floor(maxAbstention * rows + 1e-9),
    usd: budgetUsdPerQuery * rows * (1 + 1e-12),
  }
  const all = Uint32Array.from({ length: rows }, (_, i) => i)
  const best = goOn(limits, { alive: all, cuts: [], quality: 0, answered: 0, declined: 0, usd: 0 }, undefined)
  if (best === undefined) return undefined
  const stages = chain.map(({ model, samples }, i): CascadeStage => {
    const [reject = 0, accept = 0] = best.cuts[i] ?? []
    return { model, ...(samples === undefined ? {} : { samples }), accept, reject }
  })
  const walked = walkCascade(chain, stages)
  return { stages, ...walked, error: 1 - walked.quality }
}

interface Limits {
  readonly chain: readonly CandidateRows[]
  readonly gridPoints: number
  /** Rows at most. */
  readonly declined: number
  /** Sum over the rows, at most. */
  readonly usd: number
}

type Cuts = readonly (readonly [reject: number, accept: number])[]

/** Stages whose cuts are fixed; sums over the rows. */
interface Path {
  readonly alive: Uint32Array
  readonly cuts: Cuts
  readonly quality: number
  readonly answered: number
  readonly declined: number
  readonly usd: number
}

interface Best {
  readonly cuts: Cuts
  readonly error: number
  readonly usd: number
}

/** The better of `best` and what can be made of the path. */
function goOn(limits: Limits, path: Path, best: Best | undefined): Best | undefined {
  const rows = limits.chain[path.cuts.length]
  if (rows === undefined) return best
  const stage = openStage(rows, path)
  if (stage.usd > limits.usd) return best
  if (path.cuts.length === limits.chain.length - 1) return finish(limits, stage, best)
  let found = best
  const edges = [stage.judged, ...spaced(stage, limits.gridPoints)]
  for (const [i, reject] of edges.entries()) {
    if (path.declined + reject - stage.judged > limits.declined) break
    for (const accept of edges.slice(i)) found = goOn(limits, stage.cut(reject, accept), found)
  }
  return found
}

interface Stage {
  readonly path: Path
  /** The path's rows, least confident first; `judged` of them could not be judged. */
  readonly order: Uint32Array
  readonly judged: number
  readonly usd: number
  readonly p: (k: number) => number
  /** kept[k]: quality of the answers from position k on. */
  readonly kept: Float64Array
  /** Declines positions judged … reject - 1, passes on … accept - 1, answers the rest. */
  cut(reject: number, accept: number): Path
}

function openStage({ pGoodEnough, quality, costUsd }: CandidateRows, path: Path): Stage {
  const order = path.alive.slice().sort((a, b) => (pGoodEnough[a] ?? 0) - (pGoodEnough[b] ?? 0))
  const p = (k: number): number => pGoodEnough[order[k] ?? 0] ?? 0
  const kept = new Float64Array(order.length + 1)
  let usd = path.usd
  for (let k = order.length - 1; k >= 0; k--) {
    kept[k] = (kept[k + 1] ?? 0) + (quality[order[k] ?? 0] ?? 0)
    usd += costUsd[order[k] ?? 0] ?? 0
  }
  const judged = order.filter((row) => (pGoodEnough[row] ?? -1) < 0).length
  return {
    path,
    order,
    judged,
    usd,
    p,
    kept,
    cut: (reject, accept) => ({
      alive: order.slice(0, accept).filter((_, k) => k < judged || k >= reject),
      cuts: [...path.cuts, [cutAt(p, reject, judged), cutAt(p, accept, judged)]],
      quality: path.quality + (kept[accept] ?? 0),
      answered: path.answered + order.length - accept,
      declined: path.declined + reject - judged,
      usd,
    }),
  }
}

/** The cut below which exactly the first k are; 0 when that is none of the judged ones. */
function cutAt(p: (k: number) => number, k: number, judged: number): number {
  return k === judged ? 0 : p(k)
}

/** Positions between unequal confidences, at about equally spaced quantiles, ascending. */
function spaced({ order, judged, p }: Stage, points: number): readonly number[] {
  const chosen: number[] = []
  for (let j = 1; j <= points; j++) {
    let k = judged + Math.round((j * (order.length - judged)) / (points + 1))
    while (k < order.length && p(k) === p(k - 1)) k += 1
    if (k > judged && k < order.length && k > (chosen.at(-1) ?? 0)) chosen.push(k)
  }
  return chosen
}

/** The last stage: declines its least confident as long as that lowers the error. */
function finish(
  limits: Limits,
  { path, order, judged, usd, p, kept }: Stage,
  best: Best | undefined,
): Best | undefined {
  let found = best
  const unjudged = (kept[0] ?? 0) - (kept[judged] ?? 0)
  // No cut declines every answer: one must be given for an error to be known.
  const most = Math.min(Math.max(judged, order.length - 1), judged + limits.declined - path.declined)
  for (let k = judged; k <= most; k++) {
    if (k > judged && p(k) === p(k - 1)) continue
    const answered = path.answered + order.length - (k - judged)
    const error = 1 - (path.quality + unjudged + (kept[k] ?? 0)) / answered
    if (found !== undefined && (error > found.error || (error === found.error && usd >= found.usd))) continue
    const cut = cutAt(p, k, judged)
    found = { cuts: [...path.cuts, [cut, cut]], error, usd }
  }
  return found
}
