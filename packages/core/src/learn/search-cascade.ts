/**
 * Search of cascades: which models, in which order, with which cuts, give the highest mean quality for a mean cost.
 *
 *   maximise  mean quality of the answers given     subject to     mean cost of all calls made  <=  budget
 *
 * over all ordered chains of up to `maxStages` candidates. A stage's cut is taken at quantiles of the rows that are still unanswered when it is
 * reached. All that is not beaten at its cost is kept: one search answers every budget, and more budget never means less quality on these
 * rows. Source: FrugalGPT, arXiv:2305.05176 (40 points a stage, then a local refinement). Departures: for what was kept the refinement tries
 * every row's own confidence as the last cut, which for two stages is the exact optimum of the chain; costs are metered row by row.
 *
 * With few rows labels are noise: a cut that keeps three lucky answers looks good. So quality is a mean of two views of the same row, its label
 * and its calibrated chance, which has less noise and an error of its own:
 *
 *   quality_i = labelWeight * label_i + (1 - labelWeight) * pGoodEnough_i
 *
 * That gives what rational tuning (arXiv:2501.09345) gains over a search on labels, without its copula (docs/methods/cascade-search.md).
 *
 * Work: rows x chains x gridPoints^(maxStages - 2): sums along a stage's sorted rows give all its cuts with the stage after it at once.
 */
import type { CascadeStage } from '../decide/cascade.ts'
import { createFrontier, type CostedCascade, type Frontier } from './cascade-frontier.ts'
import { walkCascade, type CandidateRows, type Walked } from './walk-cascade.ts'

export interface CascadeSearchOptions {
  /** Stages at most. Default 2: longer chains rarely pay for themselves (docs/methods/cascade-search.md). */
  readonly maxStages?: number
  /** Cuts tried per stage, at equally spaced quantiles of its unanswered rows. Default 40, as in FrugalGPT. */
  readonly gridPoints?: number
  /** Weight of a row's label beside its calibrated chance. Range [0, 1]; 1: labels alone. Default 0.5. */
  readonly labelWeight?: number
}

/** Figures are those of the training rows; quality, of labels and chances as weighted, is optimistic, since it was chosen for being high. */
export interface FoundCascade extends Walked {
  /** For `createCascadePolicy`. */
  readonly stages: readonly CascadeStage[]
}

export const MAX_STAGES: number = 2
export const GRID_POINTS: number = 40
export const LABEL_WEIGHT: number = 0.5

/** By rising cost and quality: each is the best found for budgets from its cost up to the next one's. Needs at least one row. */
export function searchCascades(
  labelled: readonly CandidateRows[],
  { maxStages = MAX_STAGES, gridPoints = GRID_POINTS, labelWeight = LABEL_WEIGHT }: CascadeSearchOptions = {},
): readonly FoundCascade[] {
  const candidates = labelled.map((one) => ({ ...one, quality: blend(one, labelWeight) }))
  const rows = candidates[0]?.quality.length ?? 0
  if (rows === 0) throw new RangeError('a cascade search needs at least one candidate and one row')
  const search: Search = { candidates, frontier: createFrontier(), maxStages, gridPoints }
  const all = Uint32Array.from({ length: rows }, (_, i) => i)
  extend(search, { chain: [], cuts: [], quality: 0, costUsd: 0, alive: all })
  refine(search, all)
  return search.frontier.points().map((point) => {
    const stages = point.chain.map((c, i): CascadeStage => toStage(candidates, c, point.cuts[i] ?? 0))
    return { stages, ...walkCascade(candidates, stages) }
  })
}

/** Standard errors of its mean cost by which a cascade must stay below the budget. */
export const BUDGET_MARGIN: number = 1

/**
 * The best for a mean budget. Of many cascades the one that just fits is likely to owe that to its rows, hence the margin: on the recorded rows
 * it halves how often a budget is passed by 5% on fresh ones. Undefined when not even one model alone fits.
 */
export function cascadeWithin(
  found: readonly FoundCascade[],
  budgetUsdPerQuery: number,
  standardErrors: number = BUDGET_MARGIN,
): FoundCascade | undefined {
  return found.findLast(
    ({ costUsd, costErrorUsd }) => costUsd + standardErrors * costErrorUsd <= budgetUsdPerQuery,
  )
}

function toStage(candidates: readonly CandidateRows[], c: number, accept: number): CascadeStage {
  const { model, samples } = candidates[c] as CandidateRows
  return { model, ...(samples === undefined ? {} : { samples }), accept }
}

/** What could not be judged has its label alone. */
function blend({ pGoodEnough, quality }: CandidateRows, weight: number): Float64Array {
  return Float64Array.from(quality, (label, i) => {
    const p = pGoodEnough[i] ?? -1
    return p < 0 ? label : weight * label + (1 - weight) * p
  })
}

interface Search extends Omit<Required<CascadeSearchOptions>, 'labelWeight'> {
  readonly candidates: readonly CandidateRows[]
  readonly frontier: Frontier
}

/** Stages whose cuts are fixed. Sums of what they answered and of what all their calls cost, over all rows. */
interface Prefix extends CostedCascade {
  /** Rows that none of them answers. */
  readonly alive: Uint32Array
}

/** Every way to go on from the prefix. */
function extend(search: Search, prefix: Prefix): void {
  const { candidates, frontier, maxStages, gridPoints } = search
  for (const [c, candidate] of candidates.entries()) {
    if (isUsed(search, prefix.chain, c)) continue
    const fork = createFork(prefix, c, candidate)
    if (prefix.chain.length === 0) frontier.add({ ...fork.at(0), cuts: [0] })
    if (prefix.chain.length + 1 >= maxStages) continue
    const cuts = spaced(fork.cuts, gridPoints, prefix.alive.length)
    for (const next of candidates.keys()) {
      if (next !== c && !isUsed(search, [...prefix.chain, c], next)) close(search, { fork, cuts }, next)
    }
    if (prefix.chain.length + 2 >= maxStages) continue
    for (const k of cuts) extend(search, { ...fork.at(k), alive: fork.order.slice(0, k) })
  }
}

/** A model stands in a chain once, with whatever number of answers. */
function isUsed({ candidates }: Search, chain: readonly number[], c: number): boolean {
  return chain.some((one) => candidates[one]?.model === candidates[c]?.model)
}

/** A stage after a prefix, with its cut left open. */
interface Fork {
  /** The prefix's rows, least confident first. */
  readonly order: Uint32Array
  /** Numbers k of least confident rows that a cut can send on: between equal confidences there is none. Ascending, from 1 on. */
  readonly cuts: readonly number[]
  /** The cascade that sends the k least confident on, without what becomes of them. */
  at(k: number): CostedCascade
}

function createFork(prefix: Prefix, c: number, { pGoodEnough, quality, costUsd }: CandidateRows): Fork {
  const p = (k: number): number => pGoodEnough[order[k] ?? 0] ?? 0
  const order = prefix.alive.slice().sort((a, b) => (pGoodEnough[a] ?? 0) - (pGoodEnough[b] ?? 0))
  const kept = new Float64Array(order.length + 1)
  let spent = prefix.costUsd
  for (let k = order.length - 1; k >= 0; k--) {
    kept[k] = (kept[k + 1] ?? 0) + (quality[order[k] ?? 0] ?? 0)
    spent += costUsd[order[k] ?? 0] ?? 0
  }
  return {
    order,
    // A cut below 0 cannot be: rows that could not be judged always go on.
    cuts: [...order.keys()].filter((k) => k > 0 && p(k) >= 0 && p(k) > p(k - 1)),
    at: (k) => ({
      chain: [...prefix.chain, c],
      cuts: [...prefix.cuts, p(k)],
      quality: prefix.quality + (kept[k] ?? 0),
      costUsd: spent,
    }),
  }
}

/** About `points` of the cuts, at equally spaced quantiles of the rows. */
function spaced(cuts: readonly number[], points: number, rows: number): readonly number[] {
  const chosen: number[] = []
  let at = 0
  for (let j = 1; j <= points; j++) {
    const wanted = (j * rows) / (points + 1)
    while (at < cuts.length && (cuts[at] ?? 0) < wanted) at += 1
    const k = cuts[at]
    if (k !== undefined && k !== chosen.at(-1)) chosen.push(k)
  }
  return chosen
}

interface Cut {
  readonly fork: Fork
  readonly cuts: readonly number[]
}

/** Ends the cascade: whatever the fork sends on is answered by `last`. All cuts in one pass. */
function close({ candidates, frontier }: Search, { fork, cuts }: Cut, last: number): void {
  const { quality, costUsd } = candidates[last] as CandidateRows
  let [q, cost, k] = [0, 0, 0]
  for (const cut of cuts) {
    for (; k < cut; k++) {
      q += quality[fork.order[k] ?? 0] ?? 0
      cost += costUsd[fork.order[k] ?? 0] ?? 0
    }
    const open = fork.at(cut)
    frontier.add({
      chain: [...open.chain, last],
      cuts: [...open.cuts, 0],
      quality: open.quality + q,
      costUsd: open.costUsd + cost,
    })
  }
}

/** The last cut of everything kept, at every row's own confidence. */
function refine(search: Search, all: Uint32Array): void {
  const { candidates, frontier } = search
  const done = new Set<string>()
  for (const { chain, cuts } of frontier.points()) {
    const key = JSON.stringify([chain, cuts.slice(0, -2)])
    if (chain.length < 2 || done.has(key)) continue
    done.add(key)
    let prefix: Prefix = { chain: [], cuts: [], quality: 0, costUsd: 0, alive: all }
    for (const [i, c] of chain.slice(0, -2).entries()) {
      const rows = candidates[c] as CandidateRows
      const fork = createFork(prefix, c, rows)
      const k = fork.order.filter((row) => (rows.pGoodEnough[row] ?? -1) < (cuts[i] ?? 0)).length
      prefix = { ...fork.at(k), alive: fork.order.slice(0, k) }
    }
    const [c = 0, last = 0] = chain.slice(-2)
    const fork = createFork(prefix, c, candidates[c] as CandidateRows)
    close(search, { fork, cuts: fork.cuts }, last)
  }
}
