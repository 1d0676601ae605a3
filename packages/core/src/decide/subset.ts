/**
 * Subsets: several models of a pool answer, and their answers vote. Which ones, from what is believed before any answer:
 *
 *   additive   maximise  sum q_i x_i                     subject to  sum c_i x_i <= budget        MODI
 *   coverage   maximise  P(any right) = 1 - prod (1 - q_i)^x_i      the same, values -ln(1 - q_i)
 *   until      in falling quality, until P(any right) reaches the target or the budget or the count is spent       SelectLLM
 *
 * Sources: MODI, arXiv:2312.16119 (0/1 knapsack on predicted quality; its generative fuser is not here); SelectLLM, arXiv:2408.08545 (its exact rule was
 * not found: `until` and the vote are ours). The knapsack is solved exactly by lists of undominated sets (Nemhauser and Ullmann, Management Science 15,
 * 1969), which needs no rounding of money. P(any right) takes models to err independently, which they do not: it is an upper bound.
 */
import { logit } from '../math/logistic.ts'

export interface Member {
  /** Range [0, 1]. */
  readonly quality: number
  /** At least 0. */
  readonly cost: number
}

export type Objective = 'additive' | 'coverage'

/** Places of the best set within the budget, ascending; none when nothing fits. */
export function chooseKnapsack(
  members: readonly Member[],
  { budget, objective }: { readonly budget: number; readonly objective: Objective },
): readonly number[] {
  let front: readonly Chosen[] = [{ value: 0, cost: 0, places: [] }]
  members.forEach(({ quality, cost }, place) => {
    const value = objective === 'additive' ? quality : -Math.log1p(-Math.min(quality, MOST_CERTAIN))
    const added = front
      .filter((set) => set.cost + cost <= budget)
      .map((set) => ({ value: set.value + value, cost: set.cost + cost, places: [...set.places, place] }))
    front = dropDominated([...front, ...added])
  })
  return front.reduce((best, set) => (set.value > best.value ? set : best)).places
}

/** A model that is never wrong would make all others worthless. */
const MOST_CERTAIN = 1 - 1e-9

interface Chosen {
  readonly value: number
  readonly cost: number
  readonly places: readonly number[]
}

/** By rising cost; a set stays when it is worth more than every cheaper one. */
function dropDominated(sets: readonly Chosen[]): readonly Chosen[] {
  let most = Number.NEGATIVE_INFINITY
  return sets
    .toSorted((a, b) => a.cost - b.cost || b.value - a.value)
    .filter(({ value }) => {
      if (value <= most) return false
      most = value
      return true
    })
}

export interface UntilOptions {
  /** P(any right) that is enough. Range [0, 1]. */
  readonly target: number
  /** Default: no limit. What does not fit is passed over. */
  readonly budget?: number
  /** Default: all. */
  readonly most?: number
}

/** Places in falling quality, cheaper ones first of equals. */
export function chooseUntil(
  members: readonly Member[],
  { target, budget = Infinity, most = members.length }: UntilOptions,
): readonly number[] {
  const order = [...members.keys()].sort((a, b) => {
    const [one, other] = [members[a], members[b]]
    return (other?.quality ?? 0) - (one?.quality ?? 0) || (one?.cost ?? 0) - (other?.cost ?? 0)
  })
  const chosen: number[] = []
  let [wrong, spent] = [1, 0]
  for (const place of order) {
    const { quality = 0, cost = 0 } = members[place] ?? {}
    if (chosen.length >= most || 1 - wrong >= target) break
    if (spent + cost > budget) continue
    chosen.push(place)
    spent += cost
    wrong *= 1 - quality
  }
  return chosen
}

export interface Vote {
  /** Equal for answers that agree; undefined for one without an answer in it. */
  readonly answer: string | undefined
  /** Chance that it is right. Range [0, 1]. */
  readonly probability: number
}

/**
 * Place of the vote whose answer has the most weight, the likeliest of those that gave it; of equals the first. Weight of a vote: log-odds of its
 * probability, at least 0, so that a model that is mostly wrong does not vote against what it says. Without any answer, the likeliest.
 */
export function weighVotes(votes: readonly Vote[]): number {
  const weights = new Map<string, number>()
  for (const { answer, probability } of votes) {
    if (answer === undefined) continue
    weights.set(answer, (weights.get(answer) ?? 0) + Math.max(0, logit(probability)))
  }
  const weightOf = ({ answer }: Vote): number => (answer === undefined ? -1 : (weights.get(answer) ?? 0))
  return votes.reduce((best, vote, place) => {
    const [own, most] = [weightOf(vote), weightOf(votes[best] ?? vote)]
    const isLikelier = own === most && vote.probability > (votes[best]?.probability ?? 0)
    return own > most || isLikelier ? place : best
  }, 0)
}
