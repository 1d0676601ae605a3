/**
 * Agreement of samples: how far the other answers of the same model to the same query agree with the one given.
 *
 *   exact, number, choice   (samples whose final answer equals the given one's) / k        (final-answer.ts)
 *   text                    mean similarity of the given answer to all k, itself included  (text-similarity.ts)
 *
 * A sample without a final answer agrees with none, not even with itself, and counts in k. The plurality answer is the one most others
 * agree with, the earliest of equals. Source: self-consistency, arXiv:2203.11171; as a cascade's signal, arXiv:2310.03094 (mixture of
 * thought). One sample agrees with itself and says nothing, so the signal needs two.
 */
import type { Answer } from '../contract/answer.ts'
import type { Scorer } from '../contract/score.ts'
import { finalAnswerOf, type FinalAnswerMode } from './final-answer.ts'
import { compareWords, weighWords } from './text-similarity.ts'

/** How two answers are compared. */
export type AgreementMode = FinalAnswerMode | 'text'

export interface Plurality {
  /** Position of the answer that most agree with. */
  readonly best: number
  /** Its agreement. Range [0, 1]. */
  readonly agreement: number
}

/** Needs at least one answer. With none that holds a final answer: the first one, agreement 0. */
export function pluralityOf(answers: readonly Answer[], mode: AgreementMode): Plurality {
  const agreements = agreementsOf(answers, mode)
  // Sums of the same similarities in another order may differ in the last digit.
  const least = Math.max(...agreements) - ROUNDING
  const best = agreements.findIndex((one) => one >= least)
  return { best, agreement: agreements[best] ?? 0 }
}

const ROUNDING = 1e-9

/** Agreement of each answer with all of them, itself included where it holds an answer. Range [0, 1]. */
export function agreementsOf(answers: readonly Answer[], mode: AgreementMode): readonly number[] {
  if (mode === 'text') return textAgreements(answers.map(({ text }) => text))
  const finals = answers.map((answer) => finalAnswerOf(answer, mode))
  const counts = new Map<string | undefined, number>()
  for (const final of finals) counts.set(final, (counts.get(final) ?? 0) + 1)
  return finals.map((final) => (final === undefined ? 0 : (counts.get(final) ?? 0) / answers.length))
}

/** Each pair is compared once. */
function textAgreements(texts: readonly string[]): readonly number[] {
  const weighed = texts.map(weighWords)
  const sums = weighed.map(({ weights }): number => (weights.size === 0 ? 0 : 1))
  weighed.forEach((one, i) => {
    for (let j = i + 1; j < weighed.length; j++) {
      const other = weighed[j]
      const similarity =
        one.weights.size === 0 || other === undefined || other.weights.size === 0
          ? 0
          : compareWords(one, other)
      sums[i] = (sums[i] ?? 0) + similarity
      sums[j] = (sums[j] ?? 0) + similarity
    }
  })
  return sums.map((sum) => Math.min(1, sum / texts.length))
}

export interface AgreementOptions {
  /** Default 'exact'. */
  readonly mode?: AgreementMode
}

export function createAgreementScorer({ mode = 'exact' }: AgreementOptions = {}): Scorer {
  return {
    signal: 'agreement',
    needs: { samples: 2 },
    score({ attempt: { answers = [], best = 0 } }) {
      const value = answers.length < 2 ? undefined : agreementsOf(answers, mode)[best]
      return value === undefined ? {} : { value }
    },
  }
}
