/**
 * Cost weights of cascade routing: how much quality one USD must bring, before the first call and after each answer.
 *
 *   family      weights = scale * ratios, the scale from 0 (all that helps) up to where only the cheapest model is called
 *   ratios      one per step, the first 1, by a pattern search from all 1: each in turn is tried one factor up and down
 *   a budget    the scale at which the mean cost meets it, by bisection: cost falls as the scale rises
 *
 * Source: arXiv:2410.10347 section 5.2 (bisection, then a tree-structured Parzen search of the steps' weights). Departure: ratios are shared by
 * the whole family, so that quality levels are points of one line; a pattern search, since the objective is flat near its best.
 */

/** Settings of the family: neighbours differ by a factor of 1.6 in weight, and serve nearly alike. */
const SETTINGS = 24
/** Scales by the quality that a call of the dearest model must bring: below a thousandth nothing is saved, at 20 nothing is bought. */
const LEAST_GAIN_ASKED = 1e-3
const MOST_GAIN_ASKED = 20
const ONLY_CHEAPEST = 1e3
/** Step of the pattern search. */
const FACTOR = 1.6
/** Rounds of it at most: two reach ratios of 2.6. */
const ROUNDS = 2

/** From dear to cheap: 0 first, then a geometric sequence. `dearestUsd`: mean cost of a call of the dearest model. */
export function familyScales(dearestUsd: number): readonly number[] {
  const between = SETTINGS - 2
  const step = (MOST_GAIN_ASKED / LEAST_GAIN_ASKED) ** (1 / (between - 1))
  const asked = Array.from({ length: between }, (_, i) => LEAST_GAIN_ASKED * step ** i)
  return [0, ...asked, ONLY_CHEAPEST].map((gain) => gain / dearestUsd)
}

export interface RatioSearch {
  /** Number of steps with a weight of their own. */
  readonly steps: number
  /** Higher is better. */
  readonly objective: (ratios: readonly number[]) => Promise<number>
  /** Gain of the objective below which a change is noise. */
  readonly leastGain: number
}

export async function searchRatios({ steps, objective, leastGain }: RatioSearch): Promise<readonly number[]> {
  let best: readonly number[] = Array.from({ length: steps }, () => 1)
  let highest = await objective(best)
  for (let round = 0; round < ROUNDS; round++) {
    const before = best
    for (const ratios of neighbours(before)) {
      const value = await objective(ratios)
      if (!(value > highest + leastGain)) continue
      highest = value
      best = ratios
    }
    if (best === before) return best
  }
  return best
}

function neighbours(ratios: readonly number[]): readonly (readonly number[])[] {
  return ratios.flatMap((_, step) =>
    step === 0
      ? []
      : [FACTOR, 1 / FACTOR].map((factor) => ratios.map((ratio, i) => (i === step ? ratio * factor : ratio))),
  )
}

export interface BudgetSearch {
  /** Mean cost of a query at a scale, USD; does not rise with it but for noise. */
  readonly costAt: (scale: number) => Promise<number>
  readonly budgetUsd: number
  /** Where only the cheapest model is called. */
  readonly highest: number
}

/** The least scale found whose mean cost is within the budget; undefined when even `highest` is not. */
export async function findScale({ costAt, budgetUsd, highest }: BudgetSearch): Promise<number | undefined> {
  if ((await costAt(0)) <= budgetUsd) return 0
  if ((await costAt(highest)) > budgetUsd) return undefined
  // On a logarithmic axis from a millionth on: scales span five orders of magnitude.
  let [low, high] = [Math.log(highest * 1e-6), Math.log(highest)]
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2
    if ((await costAt(Math.exp(middle))) <= budgetUsd) high = middle
    else low = middle
  }
  return Math.exp(high)
}

/** 1e-6 of a range of 1e6: the scale is then known to some 0.3%. */
const BISECTIONS = 12
