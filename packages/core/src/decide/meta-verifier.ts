/**
 * Meta-verifier policy: what to do about a verifier that errs. The verdict on the small model's answer is cut into bins, and each bin says
 * stay or escalate.
 *
 *   bin(v) = number of edges that v reaches;  escalate  <=>  escalates[bin(v)]
 *
 * A threshold is the table whose low bins escalate. A band escalates only in the middle: where the verifier is surest that the answer is wrong,
 * the large model often fails too. Source: AutoMix, arXiv:2310.12963. Learning the table is learn/fit-meta-verifier.ts. Everything else
 * (failover, unfamiliar queries, answers without the signal) is the two-stage cascade's.
 */
import type { Attempt } from '../contract/attempt.ts'
import type { Pair } from '../contract/candidate.ts'
import { WeirError } from '../contract/errors.ts'
import type { Action, Policy, State } from '../contract/policy.ts'
import type { SignalName } from '../contract/score.ts'
import { createCascadePolicy, type CascadePolicyOptions } from './cascade.ts'

export interface MetaVerifier {
  /** What is cut into bins: a signal as scorers give it, or the calibrated estimate. */
  readonly signal: SignalName | 'pGoodEnough'
  /** Where the second and later bins begin, ascending; a value at an edge is above it. */
  readonly edges: readonly number[]
  /** One per bin, lowest values first: edges + 1 of them. */
  readonly escalates: readonly boolean[]
}

export interface MetaVerifierPolicyOptions extends Pick<
  CascadePolicyOptions,
  'draft' | 'noThresholdReason' | 'onUnfamiliar' | 'onScorerFailure'
> {
  readonly pair: Pair
  readonly verifier: MetaVerifier
  /** Answers that are escalated whatever the verifier says, such as "unanswerable"; case, outer space and a last full stop do not count. */
  readonly alwaysEscalate?: readonly string[]
}

/** Any cut between 0 and 1: an answer is given a 1 when it stays. */
const STAYS = 0.5

/** Throws `config.threshold_range` when edges and bins do not fit. */
export function createMetaVerifierPolicy({
  pair,
  verifier,
  alwaysEscalate = [],
  ...rest
}: MetaVerifierPolicyOptions): Policy {
  checkBins(verifier)
  const listed = new Set(alwaysEscalate.map(normalise))
  const cascade = createCascadePolicy({
    ...rest,
    stages: [
      { model: pair.small, accept: STAYS },
      { model: pair.large, accept: 0 },
    ],
  })
  return {
    name: 'meta-verifier',
    next(state: State): Action {
      const attempts = state.attempts.map((attempt) => withVerdict(attempt, verifier, listed))
      const action = cascade.next({ ...state, attempts })
      if (action.kind !== 'call') return action
      // The cascade's cut is an inner figure of this file.
      const { threshold: _, ...call } = action
      return call
    },
  }
}

/** Position of the bin, 0 for the lowest values. */
export function binOf(edges: readonly number[], value: number): number {
  return edges.filter((edge) => value >= edge).length
}

function withVerdict(attempt: Attempt, verifier: MetaVerifier, listed: ReadonlySet<string>): Attempt {
  const { score } = attempt
  if (score === undefined) return attempt
  return { ...attempt, score: { ...score, pGoodEnough: judge(attempt, verifier, listed) } }
}

/** 1: stays. 0: escalates. Null: the answer does not carry the signal. */
function judge(attempt: Attempt, verifier: MetaVerifier, listed: ReadonlySet<string>): number | null {
  const { signal, edges, escalates } = verifier
  const answer = attempt.answers?.[attempt.best ?? 0]
  if (answer !== undefined && listed.has(normalise(answer.extracted ?? answer.text))) return 0
  const value = signal === 'pGoodEnough' ? attempt.score?.pGoodEnough : attempt.score?.signals[signal]
  if (value === undefined || value === null) return null
  return escalates[binOf(edges, value)] === true ? 0 : 1
}

function normalise(text: string): string {
  return text.trim().replace(/\.$/, '').toLowerCase()
}

function checkBins({ edges, escalates }: MetaVerifier): void {
  const isAscending = edges.every((edge, i) => Number.isFinite(edge) && edge > (edges[i - 1] ?? -Infinity))
  if (isAscending && escalates.length === edges.length + 1) return
  throw new WeirError(
    'config.threshold_range',
    `a meta-verifier needs ascending edges and one bin more than edges, got ${edges.length} edges (${edges.join(', ')}) and ${escalates.length} bins`,
  )
}
