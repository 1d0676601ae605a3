/**
 * What a recorded row says about an arm (model, n): over draws of n of the row's samples, with the selector choosing,
 *
 *   label     Pr[ score of the chosen one >= score of one answer of the reference ]        the target of the arm's head
 *   quality   E[ score of the chosen one ]                                               what the arm delivers
 *
 * Source: BEST-Route, arXiv:2506.22716 section 4.2. Departures: draws are without replacement, as n live answers are n different draws (with
 * replacement a sample agrees with itself, which flatters a vote); all subsets are counted where there are at most MAX_SUBSETS of them, else that
 * many are drawn by the seed, where the paper draws 10.
 */
import type { Answer } from '../contract/answer.ts'
import type { ModelOutcome } from '../contract/outcome.ts'
import type { Query } from '../contract/query.ts'
import type { Selector } from '../contract/score.ts'
import { shuffle, type Rng } from '../math/rng.ts'
import { answersOf, qualityOfAnswer } from '../score/recorded.ts'

/** All five of ten samples: 252. */
const MAX_SUBSETS = 64

export interface ArmOutcome {
  readonly label: number
  readonly quality: number
}

export interface JudgedAnswer {
  readonly answer: Answer
  readonly score: number
}

/** The row's answers with their scores, those that have one. */
export function judgedAnswers(outcome: ModelOutcome): JudgedAnswer[] {
  return answersOf(outcome, Number.POSITIVE_INFINITY).flatMap((answer, i) => {
    const score = qualityOfAnswer(outcome, i)
    return score === undefined ? [] : [{ answer, score }]
  })
}

export interface ArmDraws {
  readonly query: Query
  readonly selector: Selector
  readonly samples: number
  readonly rng: Rng
}

/** `reference`: scores of the reference's answers to the same query, at least one. Undefined when the row has fewer than n answers. */
export function armOutcomeOf(
  answers: readonly JudgedAnswer[],
  reference: readonly number[],
  { query, selector, samples, rng }: ArmDraws,
): ArmOutcome | undefined {
  if (answers.length < samples) return undefined
  let label = 0
  let quality = 0
  let count = 0
  // Sources may sort their samples, and a vote breaks ties by order.
  for (const drawn of drawSubsets(shuffle(rng, answers), samples, rng)) {
    const texts = drawn.map(({ answer }) => answer)
    const chosen = drawn[samples === 1 ? 0 : selector.select(texts, query)]?.score ?? 0
    quality += chosen
    label += reference.filter((score) => chosen >= score).length / reference.length
    count += 1
  }
  return { label: label / count, quality: quality / count }
}

/** All subsets of `size`, or as many random ones as MAX_SUBSETS. */
export function drawSubsets<T>(items: readonly T[], size: number, rng: Rng): readonly (readonly T[])[] {
  if (countSubsets(items.length, size) > MAX_SUBSETS) {
    return Array.from({ length: MAX_SUBSETS }, () => shuffle(rng, items).slice(0, size))
  }
  const subsets: T[][] = []
  const grow = (from: number, chosen: readonly T[]): void => {
    if (chosen.length === size) {
      subsets.push([...chosen])
      return
    }
    for (let i = from; i <= items.length - (size - chosen.length); i++) {
      grow(i + 1, [...chosen, items[i] as T])
    }
  }
  grow(0, [])
  return subsets
}

/** n over k. */
function countSubsets(n: number, k: number): number {
  let count = 1
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i
  return Math.round(count)
}
