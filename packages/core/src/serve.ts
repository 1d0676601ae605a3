/**
 * The whole river: query -> pool -> estimate -> decide -> call -> ... until accept or abstain. Effects are injected: `call` is an
 * upstream when live and a recorded outcome in replay.ts; the code between is the same. `decide` stops before the first call.
 */
import type { Attempt } from './contract/attempt.ts'
import type { Candidate, Pair } from './contract/candidate.ts'
import type { Decision, Mode, OperatingPoint, Refusal } from './contract/decision.ts'
import type { Embedder } from './contract/embedder.ts'
import { WeirError } from './contract/errors.ts'
import type { Estimates, Estimator } from './contract/estimate.ts'
import type { Encoder, Features } from './contract/features.ts'
import type { AcceptReason, Action, CallAction, Policy, PolicyName, State } from './contract/policy.ts'
import type { Query } from './contract/query.ts'
import { embedQuery } from './embed.ts'
import { withCaps, type Caps } from './decide/caps.ts'
import { withFailover } from './decide/failover.ts'
import { createNamedPolicy } from './decide/named.ts'
import { findOperatingPoint } from './decide/operating-point.ts'
import { withSession } from './decide/session.ts'
import { createThresholdPolicy } from './decide/threshold.ts'
import { selectFeasible, type Feasible } from './pool/feasible.ts'
import type { Ask, ValueAsk } from './request/ask.ts'
import { judge, type Scoring } from './score/judge.ts'

/** What serves a policy that looks at answers. */
export interface Service {
  /** Per mode, from the calibration of this policy. */
  readonly levels: Readonly<Record<Mode, readonly OperatingPoint[]>>
  /** Chance that a promise of `levels` holds: 1 - delta. */
  readonly confidence: number
  /** Absent: it looks at no answer. */
  readonly scoring?: Scoring | undefined
  /** What is believed before any answer, where the policy needs more than the river's own estimator says. */
  readonly estimator?: Estimator
  /** True when it weighs all models of a pool, not a small and a large one. Default false. */
  readonly isPool?: boolean
  /** Its models from cheap to dear, for an escalation that a caller asks for. Default: the pair. */
  readonly stages?: readonly string[]
  /** The policy at an operating point. */
  createPolicy(point: OperatingPoint): Policy
  /** Of a pool: what an ask without a level comes to. */
  readonly value?: ValueService
  /** For policies whose points keep nested sets of queries small; what calibration and reports go by. */
  readonly probe?: Probe
}

export interface ValueService {
  /** Throws `request.quality` for a budget that no cost weight keeps. */
  weightOf(ask: ValueAsk): number
  createPolicy(costWeight: number): Policy
}

/** How to find where a query changes sides. */
export interface Probe {
  /** Has the small model's answer read, whatever it is. */
  readonly policy: Policy
  /** The highest threshold of an operating point that keeps the query small; below 0 when none does. */
  place(believed: { readonly pSmall: number; readonly pGoodEnough: number }): number
}

/** Everything a decision depends on, besides the query and what is asked. Frozen for the life of a configuration. */
export interface River {
  readonly pair: Pair
  readonly candidates: readonly Candidate[]
  readonly encoder: Encoder
  /** Asked before a query is decided; `decide` takes queries that have their vector already. */
  readonly embedder?: Embedder
  readonly estimator: Estimator
  /** Per mode, from the artifact's calibration. */
  readonly levels: Readonly<Record<Mode, readonly OperatingPoint[]>>
  /** Mode of a query that names none. */
  readonly mode: Mode
  /** Chance that a promise of `levels` holds: 1 - delta. */
  readonly confidence: number
  /** What happens to a query unlike the training rows at a quality level. Default 'large'. */
  readonly onUnfamiliar?: 'large' | 'score'
  /** Where a routed query goes when the estimator throws. Default 'large'. */
  readonly onEstimatorFailure?: keyof Pair
  /** Policy of a query that names none. Default 'route'. */
  readonly policy?: PolicyName
  /** By policy, as far as the artifact was trained for them. `route` is there for pools; a pair is routed by its threshold. */
  readonly services?: Readonly<Partial<Record<PolicyName, Service>>>
  /** What happens to an answer that could not be judged. Default 'escalate'. */
  readonly onScorerFailure?: 'escalate' | 'accept'
  /** Limits of one request, for policies that may call more than once. */
  readonly caps?: Caps
}

/** One upstream call. Never throws for an upstream's failure: it returns an attempt with `error`. */
export type Call<A extends Attempt> = (action: CallAction, earlier?: readonly A[]) => Promise<A>

/** What became of an attempt's answer. */
export type AttemptVerdict = 'accept' | 'escalate' | 'abstain' | 'failed'

export interface Served<A extends Attempt> {
  readonly decision: Decision
  readonly attempts: readonly A[]
  /** The accepted attempt; undefined when every call failed and when the policy abstained. */
  readonly accepted: A | undefined
  /** One per attempt. */
  readonly verdicts: readonly AttemptVerdict[]
  /** Why the accepted answer was given; null without one. */
  readonly acceptReason: AcceptReason | null
  /** True when an answer arrived and the policy declined to give it. */
  readonly abstained: boolean
}

/** Decides without calling anything. Throws `pool.empty` when no candidate can serve the query. */
export function decide(river: River, query: Query, ask: Ask): Decision {
  return prepare(river, query, ask).decision
}

/** Serves one query. Throws `pool.empty` when no candidate can serve it; upstream failures are in the attempts. */
export async function serve<A extends Attempt>(
  river: River,
  { query: asked, ask }: { readonly query: Query; readonly ask: Ask },
  call: Call<A>,
): Promise<Served<A>> {
  const query =
    river.embedder === undefined || ask.kind === 'model' ? asked : await embedQuery(river.embedder, asked)
  const { decision, policy, state, first, scoring, features } = prepare(river, query, ask)
  const attempts: A[] = []
  let action: Action = first
  while (action.kind === 'call') {
    const attempt = await call(action, attempts)
    const isJudged = action.readsAnswer === true && scoring !== undefined && attempt.error === undefined
    attempts.push(
      isJudged ? await judge(scoring, { query, features, state, attempt, earlier: attempts }) : attempt,
    )
    action = policy.next({ ...state, attempts })
  }
  return { decision, attempts, ...conclude(attempts, action) }
}

function conclude<A extends Attempt>(
  attempts: readonly A[],
  end: Exclude<Action, CallAction>,
): Pick<Served<A>, 'accepted' | 'verdicts' | 'acceptReason' | 'abstained'> {
  const isAccepted = end.kind === 'accept'
  const abstained = end.kind === 'abstain' && end.reason === 'answer_rejected'
  const verdicts = attempts.map(({ error }, i): AttemptVerdict => {
    if (isAccepted && i === end.attempt) return 'accept'
    if (error !== undefined) return error.code === 'limit.doubt' ? 'escalate' : 'failed'
    return abstained && i === attempts.length - 1 ? 'abstain' : 'escalate'
  })
  return {
    accepted: isAccepted ? attempts[end.attempt] : undefined,
    verdicts,
    acceptReason: isAccepted ? (end.reason ?? 'only_answer') : null,
    abstained,
  }
}

interface Prepared {
  readonly decision: Decision
  readonly policy: Policy
  readonly state: State
  readonly first: CallAction
  readonly scoring: Scoring | undefined
  /** Undefined when nothing was encoded or the encoder failed. */
  readonly features: Features | undefined
}

function prepare(river: River, query: Query, ask: Ask): Prepared {
  const able = selectFeasible(query, river.candidates)
  const service = findService(river, ask)
  const seen =
    ask.kind === 'model' ? NOT_SEEN : see(river.encoder, service?.estimator ?? river.estimator, query)
  const point = findPoint(river, ask, service)
  const costWeight = costWeightOf(ask, service)
  const policy = createPolicy(river, ask, { point, service, costWeight })
  const { candidates, refused } = withinBudget(able, ask, seen.estimates)
  const state: State = {
    query,
    candidates,
    attempts: [],
    ...(seen.estimates === undefined ? {} : { estimates: seen.estimates }),
  }
  const first = policy.next(state)
  if (first.kind !== 'call') throw emptyPool(refused)
  const decision: Decision = {
    model: first.model,
    reason: first.reason,
    threshold: first.threshold ?? null,
    ...(costWeight === undefined ? {} : { costWeight }),
    ...describeLevel(service ?? river, ask, point),
    ...describeSeen(seen),
    propensity: first.propensity,
    ranking: first.ranking,
    policy: policy.name,
    refused,
  }
  return { decision, policy, state, first, scoring: service?.scoring, features: seen.features }
}

function costWeightOf(ask: Ask, service: Service | undefined): number | undefined {
  return ask.kind === 'value' ? service?.value?.weightOf(ask) : undefined
}

/** Leaves out who is expected to cost more than this query may. What is unknown is no promise, as with places. */
function withinBudget(able: Feasible, ask: Ask, estimates: Estimates | undefined): Feasible {
  const maxUsd = ask.kind === 'quality' || ask.kind === 'value' ? ask.maxUsd : undefined
  if (maxUsd === undefined) return able
  const costOf = (model: string): number =>
    estimates?.candidates?.find((one) => one.model === model)?.costUsd ?? Infinity
  const candidates = able.candidates.filter(({ model }) => costOf(model) <= maxUsd)
  const over = able.candidates
    .filter((one) => !candidates.includes(one))
    .map(({ model }): Refusal => ({ model, because: 'over_budget' }))
  return { candidates, refused: [...able.refused, ...over] }
}

function describeSeen({
  estimates,
  truncated,
}: Seen): Pick<Decision, 'score' | 'estimates' | 'truncated' | 'unfamiliar'> {
  const score = estimates?.pSmall ?? null
  const unfamiliar = estimates?.isUnfamiliar === true
  const candidates = estimates?.candidates
  if (candidates === undefined) return { score, truncated, unfamiliar }
  return { score, estimates: candidates, truncated, unfamiliar }
}

function findPoint(river: River, ask: Ask, service: Service | undefined): OperatingPoint | undefined {
  if (ask.kind !== 'quality') return undefined
  return findOperatingPoint((service ?? river).levels[ask.mode ?? river.mode], ask.quality)
}

/** Throws `request.policy` when the artifact was not trained for the policy asked. Undefined: route. */
function findService({ policy, services }: River, ask: Ask): Service | undefined {
  if (ask.kind === 'value') return findValueService(services)
  if (ask.kind !== 'quality') return undefined
  const name = ask.policy ?? policy ?? 'route'
  const service = services?.[name]
  if (service !== undefined || name === 'route') return service
  const known = [...new Set(['route', ...Object.keys(services ?? {})])].join(', ')
  throw new WeirError(
    'request.policy',
    `the artifact was not trained for policy ${name}; it serves ${known}. Train with --policy ${name}`,
  )
}

function findValueService(services: River['services']): Service {
  if (services?.route?.value !== undefined) return services.route
  throw new WeirError(
    'request.policy',
    'a cost weight or a budget needs an artifact of a pool; train with --models, or ask for a quality level',
  )
}

function describeLevel(
  { confidence }: Pick<River, 'confidence'>,
  ask: Ask,
  point: OperatingPoint | undefined,
): Pick<Decision, 'quality' | 'level' | 'mode' | 'confidence'> {
  if (ask.kind !== 'quality' || point === undefined) {
    return { quality: null, level: null, mode: null, confidence: null }
  }
  const { quality: level, mode, threshold } = point
  const isPromised = mode === 'promise' && threshold !== null
  return { quality: ask.quality, level, mode, confidence: isPromised ? confidence : null }
}

interface Chosen {
  readonly point: OperatingPoint | undefined
  readonly service: Service | undefined
  /** Of an ask without a level. */
  readonly costWeight: number | undefined
}

function createPolicy(river: River, ask: Ask, { point, service, costWeight }: Chosen): Policy {
  if (ask.kind === 'model') return createNamedPolicy(ask.model)
  // A raw cut-off is the caller's own rule and is applied as it stands, whatever is cached.
  if (ask.kind === 'threshold') return createRoutePolicy(river, ask, point)
  if (service?.value !== undefined && costWeight !== undefined)
    return withSession(service.value.createPolicy(costWeight), null)
  const policy =
    service === undefined || point === undefined
      ? createRoutePolicy(river, ask, point)
      : withCaps(service.createPolicy(point), river.caps ?? {})
  return withSession(policy, service?.isPool === true ? null : river.pair)
}

function createRoutePolicy(
  river: River,
  ask: Exclude<Ask, { readonly kind: 'model' }>,
  point: OperatingPoint | undefined,
): Policy {
  const threshold = ask.kind === 'threshold' ? ask.threshold : (point?.threshold ?? null)
  const { pair, onEstimatorFailure = 'large' } = river
  // A raw cut-off is the caller's own rule and is applied as it stands.
  const onUnfamiliar = ask.kind === 'quality' ? (river.onUnfamiliar ?? 'large') : 'score'
  const noThresholdReason = point?.mode === 'promise' ? 'level_not_provable' : 'level_not_feasible'
  return withFailover(
    createThresholdPolicy({ pair, threshold, noThresholdReason, onUnfamiliar, onEstimatorFailure }),
  )
}

interface Seen {
  readonly features?: Features
  readonly estimates?: Estimates
  readonly truncated: boolean
}

const NOT_SEEN: Seen = { truncated: false }

/** A failing encoder or estimator must not fail the request; the decision records it as `estimator_failed`. */
function see(encoder: Encoder, estimator: Estimator, query: Query): Seen {
  try {
    const features = encoder.encode(query)
    const { truncated } = features
    const estimates = estimator.estimate(features)
    // NaN compares as "below" and would go to the large model without a word.
    return Number.isFinite(estimates.pSmall) ? { features, estimates, truncated } : { features, truncated }
  } catch {
    return NOT_SEEN
  }
}

function emptyPool(refused: readonly Refusal[]): WeirError {
  const why = refused.map(({ model, because }) => `${model}: ${because}`).join(', ')
  return new WeirError(
    'pool.empty',
    `no candidate can serve this query (${why || 'none is configured'}); add a model that can`,
  )
}
