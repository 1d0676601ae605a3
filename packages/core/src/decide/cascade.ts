/**
 * Threshold cascade: stages from cheap to dear; each answer is read, then given, refused or followed by the next stage.
 *
 *   pGoodEnough >= accept   give the answer
 *   pGoodEnough <  reject   abstain: no later stage is worth asking either
 *   otherwise               the next stage
 *
 * Sources: FrugalGPT, arXiv:2305.05176 (stop at the first answer above its stage's cut); HCMA, arXiv:2410.02173 (two cuts per stage and
 * abstention). Route first, then cascade: a query whose ex ante chance is below `draft` begins at the last stage, because a draft would
 * most likely be thrown away. No stage is called twice: a stage that failed is passed over, and where none is left the best answer is given.
 * Choosing the cuts is learn's; this file only applies them.
 */
import type { Attempt } from '../contract/attempt.ts'
import { WeirError } from '../contract/errors.ts'
import type { Estimates } from '../contract/estimate.ts'
import type { AcceptReason, Action, CallAction, Policy, Reason, State } from '../contract/policy.ts'

export interface CascadeStage {
  readonly model: string
  /** Answers asked for. Default 1. */
  readonly samples?: number
  /** Cut-off on pGoodEnough at and above which the answer is given. Range [0, 1]. Of the last stage: the same as `reject`. */
  readonly accept: number
  /** Cut-off below which the cascade abstains. Range [0, accept]. Default 0: never. */
  readonly reject?: number
}

export interface CascadePolicyOptions {
  /** At least one, cheap to dear. */
  readonly stages: readonly CascadeStage[]
  /**
   * Ex ante cut-off on pSmall below which a query begins at the last stage; so does one without an estimate. Range [0, 1]. Default 0:
   * everything is drafted.
   */
  readonly draft?: number
  /** Set where no cut-off keeps the asked level: everything begins at the last stage, with this reason. */
  readonly noThresholdReason?: Reason
  /** What happens to a query unlike the training rows: begins at the last stage, or is treated as if it were like them. Default 'large'. */
  readonly onUnfamiliar?: 'large' | 'score'
  /** What happens to an answer that could not be judged. Default 'escalate'. */
  readonly onScorerFailure?: 'escalate' | 'accept'
}

export function createCascadePolicy(options: CascadePolicyOptions): Policy {
  checkStages(options)
  return {
    name: 'cascade',
    next(state: State): Action {
      const stages = options.stages.filter(({ model }) => state.candidates.some((one) => one.model === model))
      if (stages.length === 0) return { kind: 'abstain', reason: 'no_candidate' }
      const last = state.attempts.at(-1)
      if (last === undefined) return call(stages, begin(stages, state, options))
      if (last.error !== undefined) return afterError(stages, state)
      return afterAnswer(stages, last, { state, options })
    },
  }
}

interface Step {
  /** Position in the feasible stages. */
  readonly at: number
  readonly reason: Reason
}

function call(stages: readonly CascadeStage[], { at, reason }: Step): CallAction {
  const { model, samples = 1, accept } = stages[at] as CascadeStage
  const isLast = at === stages.length - 1
  const ranking = [...stages.slice(at), ...stages.slice(0, at)].map((stage) => stage.model)
  return {
    kind: 'call',
    model,
    samples,
    propensity: 1,
    reason,
    ranking,
    ...(isLast ? {} : { threshold: accept }),
    ...(isRead(stages, at) ? { readsAnswer: true } : {}),
  }
}

/** The last stage's answer is read only when it may be refused. */
function isRead(stages: readonly CascadeStage[], at: number): boolean {
  return at < stages.length - 1 || (stages[at]?.reject ?? 0) > 0
}

function begin(stages: readonly CascadeStage[], { estimates }: State, options: CascadePolicyOptions): Step {
  const last = stages.length - 1
  if (last === 0) return { at: 0, reason: options.stages.length === 1 ? 'first_stage' : 'only_candidate' }
  const why = whyNoDraft(estimates, options)
  return why === undefined ? { at: 0, reason: 'first_stage' } : { at: last, reason: why }
}

function whyNoDraft(estimates: Estimates | undefined, options: CascadePolicyOptions): Reason | undefined {
  const { draft = 0, noThresholdReason, onUnfamiliar = 'large' } = options
  if (noThresholdReason !== undefined) return noThresholdReason
  if (estimates === undefined) return draft > 0 ? 'estimator_failed' : undefined
  if (estimates.isUnfamiliar === true && onUnfamiliar === 'large') return 'unfamiliar_query'
  return estimates.pSmall < draft ? 'score_below_threshold' : undefined
}

/** The next stage that has not been tried, upwards first and down only while nothing was answered; with none left the best answer. */
function afterError(stages: readonly CascadeStage[], { attempts }: State): Action {
  const from = stages.findIndex(({ model }) => model === attempts.at(-1)?.model)
  const best = bestAnswer(attempts)
  const order = best === undefined ? [...stages.keys()].map((i) => (from + 1 + i) % stages.length) : undefined
  const at = order?.find((i) => !isTried(attempts, stages[i])) ?? nextAbove(stages, from, attempts)
  if (at !== undefined) return call(stages, { at, reason: whyAfterError(attempts) })
  if (best !== undefined) return { kind: 'accept', attempt: best, reason: 'escalation_failed' }
  return { kind: 'abstain', reason: 'all_failed' }
}

/** An answer broken off for doubt (`limit.doubt`) failed no upstream: it was not good enough. */
function whyAfterError(attempts: readonly Attempt[]): Reason {
  return attempts.at(-1)?.error?.code === 'limit.doubt' ? 'answer_below_threshold' : 'failover'
}

function nextAbove(
  stages: readonly CascadeStage[],
  from: number,
  attempts: readonly Attempt[],
): number | undefined {
  const at = stages.findIndex((stage, i) => i > from && !isTried(attempts, stage))
  return at === -1 ? undefined : at
}

function isTried(attempts: readonly Attempt[], stage: CascadeStage | undefined): boolean {
  return attempts.some(({ model }) => model === stage?.model)
}

interface Deciding {
  readonly state: State
  readonly options: CascadePolicyOptions
}

function afterAnswer(stages: readonly CascadeStage[], answered: Attempt, deciding: Deciding): Action {
  const { attempts } = deciding.state
  const at = stages.findIndex(({ model }) => model === answered.model)
  const isLast = at === -1 || at === stages.length - 1
  const verdict = judgeAnswer(answered.score?.pGoodEnough ?? null, {
    ...(stages[at] ?? LEFT_THE_POOL),
    isLast,
  })
  if (verdict === 'rejected') return { kind: 'abstain', reason: 'answer_rejected' }
  if (isEscalated(verdict, deciding.options)) {
    const next = nextAbove(stages, at, attempts)
    if (next !== undefined) return call(stages, { at: next, reason: verdict })
  }
  const latest = attempts.length - 1
  return verdict === 'answer_below_threshold'
    ? { kind: 'accept', attempt: bestAnswer(attempts) ?? latest, reason: 'escalation_failed' }
    : { kind: 'accept', attempt: latest, reason: verdict }
}

function isEscalated(
  verdict: Judgement,
  { onScorerFailure = 'escalate' }: CascadePolicyOptions,
): verdict is EscalationReason {
  return (
    verdict === 'answer_below_threshold' || (verdict === 'scorer_failed' && onScorerFailure === 'escalate')
  )
}

/** Nothing is known of its cuts: the answer is given. */
const LEFT_THE_POOL: Pick<CascadeStage, 'accept'> = { accept: 0 }

interface Cuts extends Pick<CascadeStage, 'accept' | 'reject'> {
  readonly isLast: boolean
}

type EscalationReason = Extract<Reason, 'answer_below_threshold' | 'scorer_failed'>

type Judgement =
  | 'rejected'
  | EscalationReason
  | Extract<AcceptReason, 'answer_at_or_above_threshold' | 'last_stage'>

function judgeAnswer(p: number | null, { accept, reject = 0, isLast }: Cuts): Judgement {
  if (isLast && reject === 0) return 'last_stage'
  if (p === null) return 'scorer_failed'
  if (p < reject) return 'rejected'
  return isLast || p >= accept ? 'answer_at_or_above_threshold' : 'answer_below_threshold'
}

/** The answer with the highest chance of being good enough, the later one of equals; undefined when no call succeeded. */
export function bestAnswer(attempts: readonly Attempt[]): number | undefined {
  let best: number | undefined
  let highest = Number.NEGATIVE_INFINITY
  attempts.forEach(({ error, score }, i) => {
    if (error !== undefined) return
    const p = score?.pGoodEnough ?? -1
    if (p < highest) return
    best = i
    highest = p
  })
  return best
}

function checkStages({ stages, draft = 0 }: CascadePolicyOptions): void {
  if (stages.length === 0) throw outOfRange('a cascade needs at least one stage')
  if (!(draft >= 0 && draft <= 1)) throw outOfRange(`draft must be in [0, 1], got ${draft}`)
  for (const stage of stages) checkStage(stage)
  const names = new Set(stages.map(({ model }) => model))
  if (names.size < stages.length)
    throw outOfRange('a model stands in two stages of the cascade; name it once')
}

function checkStage({ model, accept, reject = 0, samples = 1 }: CascadeStage): void {
  if (!(accept >= 0 && accept <= 1)) throw outOfRange(`accept of ${model} must be in [0, 1], got ${accept}`)
  if (!(reject >= 0 && reject <= accept)) {
    throw outOfRange(`reject of ${model} must be in [0, accept], got ${reject}`)
  }
  if (Number.isInteger(samples) && samples >= 1) return
  throw outOfRange(`samples of ${model} must be a whole number of at least 1, got ${samples}`)
}

function outOfRange(message: string): WeirError {
  return new WeirError('config.threshold_range', message)
}
