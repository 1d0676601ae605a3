/**
 * What scorers read of a recorded outcome: the same nouns that an upstream's body becomes when live, so that a replay runs the same scorers.
 */
import type { Answer } from '../contract/answer.ts'
import type { ModelOutcome, Sample } from '../contract/outcome.ts'
import type { Signals } from '../contract/score.ts'
import { LEAST_LOGPROB } from './tail-log.ts'

/** The first `count` answers: the samples when the row has them, else its one response. Empty when no text was recorded. */
export function answersOf({ samples, response, answer }: ModelOutcome, count = 1): readonly Answer[] {
  if (hasText(samples)) return samples.slice(0, count).map((one) => toAnswer(one.response, one.answer))
  return response === undefined && answer === undefined ? [] : [toAnswer(response, answer)]
}

/**
 * Quality of the answer at a position of `answersOf`; undefined when it was not judged. What stands in the row beside an answer that was read is
 * that answer's own score: the mean over samples is for an answer that nobody looked at (replay.ts).
 */
export function qualityOfAnswer({ samples, score }: ModelOutcome, position: number): number | undefined {
  return hasText(samples) ? samples[position]?.score : position === 0 ? score : undefined
}

function hasText(samples: readonly Sample[] | undefined): samples is readonly Sample[] {
  return samples?.some((one) => one.response !== undefined || one.answer !== undefined) === true
}

function toAnswer(text: string | undefined, extracted: string | undefined): Answer {
  return { text: text ?? extracted ?? '', ...(extracted === undefined ? {} : { extracted }) }
}

/** Signals that the row holds, so that no scorer need be asked: what was read live, and what the row's source recorded. */
export function signalsOf({ signals, logprob, answerProb, confidence }: ModelOutcome): Signals {
  const read = logprob ?? (answerProb === undefined ? undefined : Math.log(answerProb))
  return {
    // A probability of 0 is a confidence too, the least there is; it must stay a finite number.
    ...(read === undefined ? {} : { logprob: Math.max(read, LEAST_LOGPROB) }),
    ...(confidence === undefined ? {} : { statedConfidence: confidence }),
    ...signals,
  }
}
