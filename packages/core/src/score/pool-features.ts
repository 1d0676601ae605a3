/**
 * What a pool's ex post estimate is made from, once some models have answered: numbers in a fixed order.
 *
 *   of every model       log-odds of its ex ante quality
 *   of every answer      confidence x (tail-log), its hinges at 3 and 6, the logarithm l of the answer's length, x l, log-probability
 *   of every pair        agreement g in {0, 1}; g times every answer's x; g times every model's ex ante log-odds
 *
 * The hinges let a confidence mean little below one nine and much above three; lengths tell letters, names and chains of thought apart, whose
 * confidences are on different scales. Agreement is 1/2 where it cannot be told.
 */
import type { Answer } from '../contract/answer.ts'
import type { SignalName } from '../contract/score.ts'
import { logit } from '../math/logistic.ts'
import { isSameAnswer } from './same-answer.ts'
import { transformSignal } from './tail-log.ts'

/** An answer as it is read. */
export interface ReadAnswer {
  /** Place of its model in the pool. */
  readonly place: number
  /** Undefined when its text is not known. */
  readonly answer: Answer | undefined
  /** Tail-log confidence; NaN when the answer carries no signal. */
  readonly confidence: number
  /** Logarithm of the probability that the signal speaks of; NaN without a signal. */
  readonly level: number
}

/** Beyond this many nines (e^-x of doubt) a confidence says no more. */
const MOST_CONFIDENT = 12
const LEAST_LEVEL = -10

export interface RawAnswer {
  readonly place: number
  readonly answer: Answer | undefined
  /** Of `signal`. */
  readonly value: number | undefined
}

export function readAnswer({ place, answer, value }: RawAnswer, signal: SignalName): ReadAnswer {
  if (value === undefined) return { place, answer, confidence: Number.NaN, level: Number.NaN }
  const x = transformSignal(value, signal, 'tailLog')
  const confidence = Math.max(-MOST_CONFIDENT, Math.min(MOST_CONFIDENT, x))
  // 1 - p = e^-x, whatever kind of number the signal is.
  const level = Math.max(LEAST_LEVEL, Math.log1p(-Math.exp(-Math.max(confidence, 1e-5))))
  return { place, answer, confidence, level }
}

export interface PoolSight {
  /** Ex ante, one per model of the pool. Range [0, 1]. */
  readonly prior: readonly number[]
  /** By rising place. */
  readonly read: readonly ReadAnswer[]
}

/** NaN where an answer carries no signal: a fit replaces it by its training mean. */
export function poolFeatures({ prior, read }: PoolSight): readonly number[] {
  const odds = prior.map((quality) => logit(quality))
  const features = [...odds]
  for (const one of read) features.push(...answerFeatures(one))
  read.forEach((one, i) => {
    for (const other of read.slice(0, i)) {
      const agreement = agreementOf(one, other)
      features.push(agreement, ...read.map(({ confidence }) => agreement * confidence))
      features.push(...odds.map((value) => agreement * value))
    }
  })
  return features
}

function answerFeatures({ answer, confidence: x, level }: ReadAnswer): readonly number[] {
  const length = Math.log1p(answer?.text.length ?? 0)
  return [x, Math.max(0, x - 3), Math.max(0, x - 6), length, x * length, level]
}

function agreementOf(one: ReadAnswer, other: ReadAnswer): number {
  const isSame = isSameAnswer(one.answer, other.answer)
  return isSame === undefined ? 0.5 : Number(isSame)
}

/**
 * The same for any number of answers, about one model: what a state that no fit of its own was made for is estimated from.
 *
 *   log-odds of its own and of the mean ex ante quality; share of models that answered; of them the share that agree with it, their mean and
 *   highest confidence; its own confidence if it answered
 */
export function sharedFeatures({ prior, read }: PoolSight, place: number): readonly number[] {
  const own = read.find((one) => one.place === place)
  const others = read.filter((one) => one.place !== place)
  const known = read.flatMap(({ confidence }) => (Number.isNaN(confidence) ? [] : [confidence]))
  const mean = known.length === 0 ? Number.NaN : known.reduce((sum, x) => sum + x, 0) / known.length
  const agreeing = own === undefined ? [] : others.map((other) => agreementOf(own, other))
  const agreement = agreeing.length === 0 ? 0.5 : agreeing.reduce((sum, g) => sum + g, 0) / agreeing.length
  return [
    logit(prior[place] ?? 0.5),
    logit(prior.reduce((sum, q) => sum + q, 0) / Math.max(1, prior.length)),
    read.length / Math.max(1, prior.length),
    own === undefined ? 0 : 1,
    own?.confidence ?? mean,
    agreement,
    agreement * others.length,
    mean,
    known.length === 0 ? Number.NaN : Math.max(...known),
  ]
}
