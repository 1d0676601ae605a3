/**
 * Score: what is believed about an attempt once its answer has been read. A signal is one number about an answer; it is a model's or a
 * check's own word and no probability. The answer estimator turns signals into a calibrated ex post estimate.
 */
import type { Answer } from './answer.ts'
import type { Attempt } from './attempt.ts'
import type { CandidateEstimate, Estimates } from './estimate.ts'
import type { Features } from './features.ts'
import type { Query } from './query.ts'

/** Signals that weir knows. Each is oriented so that higher means a better answer. docs/methods/signals.md lists what each needs. */
export type SignalName =
  /** mean natural-log probability of the answer's tokens; of a multiple choice, of the letter */
  | 'logprob'
  /** smallest token log-probability */
  | 'logprobMinimum'
  /** log-probability of the first token minus that of the best different word */
  | 'firstTokenMargin'
  /** minus the mean entropy of the likeliest tokens, nats */
  | 'entropy'
  /** sum of p ln p over the tokens: falls as doubt accumulates */
  | 'accumulated'
  /** the model's own words, "confidence: 85%" */
  | 'statedConfidence'
  /** P(yes) of a second call that asks whether the answer is right */
  | 'selfCheck'
  /** share of the samples that agree with the answer */
  | 'agreement'
  /** share of the configured checks that the answer passes; 1 when all */
  | 'validity'
  /** grade of a judge model */
  | 'judge'
  /** answer of an external HTTP scorer */
  | 'external'

/** `logprob`: at most 0, natural log. `probability`: in [0, 1], though not calibrated. `real`: any finite number. */
export type SignalKind = 'logprob' | 'probability' | 'real'

export const SIGNALS: Readonly<Record<SignalName, SignalKind>> = {
  logprob: 'logprob',
  logprobMinimum: 'logprob',
  firstTokenMargin: 'real',
  entropy: 'real',
  accumulated: 'real',
  statedConfidence: 'probability',
  selfCheck: 'probability',
  agreement: 'probability',
  validity: 'probability',
  judge: 'probability',
  external: 'real',
}

export type Signals = Readonly<Partial<Record<SignalName, number>>>

/** What a scorer needs from an upstream; checked when a configuration is loaded, never at request time. */
export interface ScorerNeeds {
  /** Token log-probabilities of the answer. */
  readonly logprobs?: boolean
  /** Alternatives per token, at least. Implies logprobs. */
  readonly topLogprobs?: number
  /** Answers per attempt, at least. */
  readonly samples?: number
  /** Calls made besides the answer's own: they cost money and time, and are counted. */
  readonly extraCalls?: number
}

export interface ScorerInput {
  readonly query: Query
  /** A successful attempt: no `error`, at least one answer. */
  readonly attempt: Attempt
  /** The attempts before it, oldest first. */
  readonly earlier: readonly Attempt[]
}

export interface ScorerResult {
  /** Absent when the answer does not carry the signal (no log-probabilities in this body). */
  readonly value?: number
  /** Calls made to find out, with their cost and latency. */
  readonly calls?: readonly Attempt[]
}

/** Reads one signal. Deterministic given the same input and the same answers of its extra calls; never mutates. */
export interface Scorer {
  readonly signal: SignalName
  readonly needs: ScorerNeeds
  score(input: ScorerInput): ScorerResult | Promise<ScorerResult>
}

/** Picks the best of several answers to one query. Deterministic; never mutates. */
export interface Selector {
  readonly name: string
  /** `answers`: at least two, in the order they were drawn. Returns a position in them. */
  select(answers: readonly Answer[], query: Query): number
}

/** The verdict on one attempt's answer. */
export interface Score {
  readonly signals: Signals
  /** Calibrated probability that this answer is good enough under the artifact's label; null when it could not be estimated. Range [0, 1]. */
  readonly pGoodEnough: number | null
  /** Belief about every candidate now that this answer was seen; only for policies that weigh more than one continuation. */
  readonly candidates?: readonly CandidateEstimate[]
  /** Extra calls that scorers made for this attempt. */
  readonly calls: readonly Attempt[]
}

export interface AnswerEstimatorInput {
  readonly query: Query
  readonly features: Features
  /** Ex ante; absent when the estimator failed. */
  readonly estimates?: Estimates
  /** Oldest first; the last one is to be judged. Every one but failed ones carries answers; earlier ones carry their score. */
  readonly attempts: readonly Attempt[]
  /** Of the last attempt. */
  readonly signals: Signals
}

/** Ex post estimate: calibrated, from the signals, the query and the answer's text. Pure; built from an artifact by score/. */
export interface AnswerEstimator {
  readonly name: string
  /** Signals it reads. An absent one is allowed for and never makes it fail. */
  readonly signals: readonly SignalName[]
  /** True when it reads signals and nothing else of the answer: then an answer may be judged before it is whole. Default false. */
  readonly readsSignalsOnly?: boolean
  estimate(input: AnswerEstimatorInput): Pick<Score, 'pGoodEnough' | 'candidates'>
}
