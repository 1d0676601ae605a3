/**
 * Scorers from plain data: names with options, as configurations and artifacts hold them. What each needs is held against what the upstreams
 * of the read models state, here, so that a request never meets a signal that cannot come.
 */
import { WeirError } from '../contract/errors.ts'
import type { Scorer, ScorerNeeds, SignalName } from '../contract/score.ts'
import { createAccumulatedScorer } from './accumulated.ts'
import { createAgreementScorer, type AgreementMode } from './agreement.ts'
import type { Check, CheckEffects } from './checks.ts'
import { createEntropyScorer } from './entropy.ts'
import { createExternalScorer } from './external.ts'
import type { AskExternal, AskModel } from './extra-call.ts'
import { createFirstTokenMarginScorer } from './first-token-margin.ts'
import { createJudgeScorer } from './judge-model.ts'
import { createLogprobMinimumScorer } from './logprob-minimum.ts'
import { createLogprobScorer } from './logprob.ts'
import { createSelfCheckScorer } from './self-check.ts'
import { createStatedConfidenceScorer } from './stated-confidence.ts'
import { createValidityScorer } from './validity.ts'
import type { YesNoWords } from './yes-probability.ts'

/** One signal with its options; plain data. */
export type ScorerSpec =
  | {
      readonly signal:
        | 'logprob'
        | 'logprobMinimum'
        | 'firstTokenMargin'
        | 'entropy'
        | 'statedConfidence'
        | 'external'
    }
  | { readonly signal: 'accumulated'; readonly perToken?: boolean }
  | { readonly signal: 'agreement'; readonly mode?: AgreementMode }
  | { readonly signal: 'validity'; readonly checks: readonly Check[] }
  | {
      readonly signal: 'selfCheck'
      readonly model?: string
      readonly reads?: 'logprobs' | 'samples'
      readonly samples?: number
      readonly prompt?: string
      readonly words?: YesNoWords
    }
  | {
      readonly signal: 'judge'
      readonly model: string
      readonly prompt?: string
      readonly maxOutputTokens?: number
    }

/** What a model's upstream can give. */
export interface UpstreamStatement {
  readonly model: string
  readonly logprobs: boolean
  /** Alternatives per token, at most; 0 for none. */
  readonly topLogprobs: number
  /** Answers drawn per call under this configuration. Default 1. */
  readonly samples?: number
}

export interface ScorersOptions extends CheckEffects {
  /** The models whose answers are read, and those that selfCheck asks. */
  readonly upstreams: readonly UpstreamStatement[]
  /** Needed by selfCheck and judge. */
  readonly ask?: AskModel
  /** Needed by external. */
  readonly askExternal?: AskExternal
}

/**
 * At most one scorer per signal. Throws `config.signal` when a model's upstream does not give what a signal needs, when a signal is named
 * twice and when an effect is missing; `config.value` for options that cannot be used.
 */
export function createScorers(specs: readonly ScorerSpec[], options: ScorersOptions): readonly Scorer[] {
  const names = specs.map(({ signal }) => signal)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) {
    throw new WeirError('config.signal', `signal ${twice} is named twice; an answer has one value of each`)
  }
  return specs.map((spec) => {
    const scorer = createScorer(spec, options)
    for (const upstream of readUpstreams(spec, options.upstreams)) checkNeeds(scorer, upstream)
    return scorer
  })
}

/** A self-check by another model needs that model's log-probabilities, and nothing of those whose answers it reads. */
function readUpstreams(
  spec: ScorerSpec,
  upstreams: readonly UpstreamStatement[],
): readonly UpstreamStatement[] {
  if (spec.signal !== 'selfCheck' || spec.model === undefined) return upstreams
  const asked = upstreams.filter(({ model }) => model === spec.model)
  if (asked.length > 0) return asked
  throw new WeirError(
    'config.signal',
    `signal selfCheck asks model ${spec.model}, which is not among the models; add it, or leave model out to ask the one that answered`,
  )
}

/** Throws `config.signal`, naming signal, model and remedy. */
export function checkNeeds({ signal, needs }: Scorer, upstream: UpstreamStatement): void {
  const lack = lackOf(needs, upstream)
  if (lack === undefined) return
  throw new WeirError(
    'config.signal',
    `signal ${signal} needs ${lack.what} of model ${upstream.model}, ${lack.remedy}`,
  )
}

interface Lack {
  readonly what: string
  readonly remedy: string
}

function lackOf(
  needs: ScorerNeeds,
  { logprobs, topLogprobs, samples = 1 }: UpstreamStatement,
): Lack | undefined {
  const { topLogprobs: wanted = 0, samples: answers = 1 } = needs
  const instead =
    'use a signal that needs none (statedConfidence, validity, agreement, judge), or another upstream'
  if ((needs.logprobs === true || wanted > 0) && !logprobs) {
    return { what: 'token log-probabilities', remedy: `which its upstream does not give; ${instead}` }
  }
  if (wanted > topLogprobs) {
    return {
      what: `the ${wanted} likeliest tokens`,
      remedy: `whose upstream gives at most ${topLogprobs}; ${instead}`,
    }
  }
  if (answers <= samples) return undefined
  return { what: `${answers} answers a call`, remedy: `which is asked for ${samples}; ask for more samples` }
}

function createScorer(spec: ScorerSpec, options: ScorersOptions): Scorer {
  switch (spec.signal) {
    case 'accumulated':
      return createAccumulatedScorer(spec)
    case 'agreement':
      return createAgreementScorer(spec)
    case 'validity':
      return createValidityScorer({ ...options, ...spec })
    case 'selfCheck':
      return createSelfCheckScorer({ ...spec, ask: required(options.ask, 'selfCheck') })
    case 'judge':
      return createJudgeScorer({ ...spec, ask: required(options.ask, 'judge') })
    case 'external':
      return createExternalScorer({ ask: required(options.askExternal, 'external') })
    case 'logprob':
    case 'logprobMinimum':
    case 'firstTokenMargin':
    case 'entropy':
    case 'statedConfidence':
      return PLAIN[spec.signal]()
  }
}

const PLAIN = {
  logprob: createLogprobScorer,
  logprobMinimum: createLogprobMinimumScorer,
  firstTokenMargin: createFirstTokenMarginScorer,
  entropy: createEntropyScorer,
  statedConfidence: createStatedConfidenceScorer,
} as const satisfies Partial<Record<SignalName, () => Scorer>>

function required<T>(effect: T | undefined, signal: SignalName): T {
  if (effect !== undefined) return effect
  throw new WeirError(
    'config.signal',
    `signal ${signal} makes a call of its own, and no way to make it was passed in`,
  )
}
