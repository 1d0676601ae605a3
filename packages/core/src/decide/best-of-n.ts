/**
 * Best-of-n: one call of one model for n answers, of which the best is given. Model and n are chosen together, before any answer exists.
 *
 *   arms      (model, n) with p = P(best of n of that model >= one answer of the reference), from the estimator
 *   cost      n outputTokens outputPrice + (1 or n) inputTokens inputPrice        contract/sample-cost.ts
 *   choice    'cheapest'  the cheapest arm with p >= threshold; none: the reference, one answer
 *             'value'     the largest gap - price costUsd / unit, price = (1 - threshold) / threshold, the reference's gap being 0
 *
 * Source: BEST-Route, arXiv:2506.22716 Algorithm 1, which is 'cheapest'. It saves a hundredth of a cent by drawing one answer where five would cost next
 * to nothing beside the reference, as long as one qualifies; 'value' weighs what more answers bring against what they cost, with the same single
 * parameter, and equals the best fixed mixture of arms where the query says nothing. Departures: an arm that is not cheaper than one answer of the reference is never chosen,
 * so that raising the threshold cannot make a query cheaper; the prompt is billed n times unless the candidate says once. Which of the answers is
 * best is the selector's (score/), not known here. Choosing the threshold is learn's.
 */
import { WeirError } from '../contract/errors.ts'
import type { Candidate } from '../contract/candidate.ts'
import type { ArmEstimate } from '../contract/estimate.ts'
import type { Action, CallAction, Policy, Reason, State } from '../contract/policy.ts'
import type { Query } from '../contract/query.ts'
import { sampleCostUsd, type AnswerUse } from '../contract/sample-cost.ts'

/** Characters of a prompt per token: what English text and code have in common tokenizers, within a quarter or so. */
const CHARACTERS_PER_TOKEN = 4

export interface BestOfNPolicyOptions {
  /** Model whose single answer sets the standard. */
  readonly reference: string
  /** Cut-off on an arm's chance. Range [0, 1]; null sends everything to the reference. */
  readonly threshold: number | null
  /** By model: mean use of one answer of the training rows, and the prices that its levels were calibrated with, if any. */
  readonly uses: Readonly<Record<string, ArmUse>>
  /** How an arm is chosen. Default 'value': better at equal cost wherever measured (docs/methods/best-of-n.md). */
  readonly rule?: 'cheapest' | 'value'
  /** Unit of cost for 'value', USD: the mean cost of one answer of the reference on the training rows. */
  readonly unitUsd: number
  /** Why there is no threshold. Default 'level_not_feasible'. */
  readonly noThresholdReason?: Reason
  /** What happens to a query unlike the training rows: 'large', to the reference, or 'score', as if it were like them. Default 'large'. */
  readonly onUnfamiliar?: 'large' | 'score'
}

/** Prices here beat a candidate's: a level holds for the prices that it was calibrated with. `costUsd` is read where no price is known. */
export type ArmUse = AnswerUse & Omit<Candidate, 'model' | 'images' | 'tools'>

/** An arm with its expected cost, USD. */
export interface PricedArm extends ArmEstimate {
  readonly costUsd: number
  /** What one answer of the reference would cost more. Above 0. */
  readonly savedUsd: number
}

/** Throws `config.threshold_range` for a threshold outside [0, 1]. */
export function createBestOfNPolicy(options: BestOfNPolicyOptions): Policy {
  const { threshold, reference } = options
  if (threshold !== null && !(threshold >= 0 && threshold <= 1)) {
    throw new WeirError('config.threshold_range', `threshold must be in [0, 1], got ${threshold}`)
  }
  return {
    name: 'best-of-n',
    next(state: State): Action {
      const models = state.candidates.map(({ model }) => model)
      const last = state.attempts.at(-1)
      if (last === undefined) return models.length === 0 ? NO_CANDIDATE : begin(models, state, options)
      if (last.error !== undefined) return failOver(models, state, reference)
      // Of several answers the selector must have chosen: without its word the first one stands, and that is said.
      const isSeveral = (last.answers?.length ?? 0) > 1
      const reason = isSeveral ? (last.best === undefined ? 'scorer_failed' : 'best_sample') : 'only_answer'
      return { kind: 'accept', attempt: state.attempts.length - 1, reason }
    },
  }
}

const NO_CANDIDATE: Action = { kind: 'abstain', reason: 'no_candidate' }

interface Choice {
  readonly model: string
  readonly samples: number
  readonly reason: Reason
}

function begin(models: readonly string[], state: State, options: BestOfNPolicyOptions): CallAction {
  const { threshold } = options
  const { model, samples, reason } = choose(models, state, options)
  return {
    kind: 'call',
    model,
    samples,
    propensity: 1,
    reason,
    ranking: [model, ...models.filter((other) => other !== model)],
    ...(threshold === null ? {} : { threshold }),
    ...(samples > 1 ? { readsAnswer: true } : {}),
  }
}

function choose(models: readonly string[], state: State, options: BestOfNPolicyOptions): Choice {
  const { reference, threshold, noThresholdReason = 'level_not_feasible', onUnfamiliar = 'large' } = options
  const [first = reference] = models
  if (models.length === 1) return { model: first, samples: 1, reason: 'only_candidate' }
  const fallBack = (reason: Reason): Choice => ({
    model: models.includes(reference) ? reference : first,
    samples: 1,
    reason,
  })
  if (threshold === null) return fallBack(noThresholdReason)
  const { estimates } = state
  if (estimates?.arms === undefined) return fallBack('estimator_failed')
  if (estimates.isUnfamiliar === true && onUnfamiliar === 'large') return fallBack('unfamiliar_query')
  const arm = chooseArm(priceArms(state, options), { ...options, threshold })
  return arm === undefined
    ? fallBack('score_below_threshold')
    : { model: arm.model, samples: arm.samples, reason: 'score_at_or_above_threshold' }
}

/** The arms of feasible candidates that cost less than one answer of the reference. */
export function priceArms(
  { query, candidates, estimates }: Pick<State, 'query' | 'candidates' | 'estimates'>,
  { reference, uses }: Pick<BestOfNPolicyOptions, 'reference' | 'uses'>,
): PricedArm[] {
  const inputTokens = countTokens(query)
  const costOf = (model: string, samples: number): number => {
    const candidate = candidates.find((one) => one.model === model)
    const use = Object.hasOwn(uses, model) ? (uses[model] ?? {}) : {}
    return candidate === undefined
      ? Infinity
      : expectedCostUsd({ ...candidate, ...use }, { ...use, inputTokens }, samples)
  }
  const referenceUsd = costOf(reference, 1)
  // Unknown is neither free nor infinitely dear: nothing can be said to be cheaper.
  if (referenceUsd === Infinity) return []
  return (estimates?.arms ?? [])
    .map((arm) => ({ ...arm, costUsd: costOf(arm.model, arm.samples) }))
    .map((arm) => ({ ...arm, savedUsd: referenceUsd - arm.costUsd }))
    .filter(({ savedUsd }) => savedUsd > 0)
}

/** Prices say what this query costs, a mean cost only what queries do on average: it is used where a price is unknown. Infinity: neither is known. */
function expectedCostUsd(candidate: Omit<Candidate, 'model'>, use: AnswerUse, samples: number): number {
  const { costUsd: _mean, ...tokens } = use
  return sampleCostUsd(candidate, tokens, samples) ?? sampleCostUsd(candidate, use, samples) ?? Infinity
}

function countTokens({ turns }: Query): number {
  return turns.reduce((sum, { text }) => sum + text.length, 0) / CHARACTERS_PER_TOKEN
}

/** Undefined: one answer of the reference. */
export function chooseArm(
  arms: readonly PricedArm[],
  {
    rule = 'value',
    threshold,
    unitUsd,
  }: Pick<BestOfNPolicyOptions, 'rule' | 'unitUsd'> & { readonly threshold: number },
): PricedArm | undefined {
  return rule === 'cheapest' ? cheapestArm(arms, threshold) : mostValuableArm(arms, threshold, unitUsd)
}

/** Of equal costs the one with the higher chance; undefined when none qualifies. */
export function cheapestArm(arms: readonly PricedArm[], threshold: number): PricedArm | undefined {
  let best: PricedArm | undefined
  for (const arm of arms) {
    if (arm.pGoodEnough < threshold) continue
    const isBetter =
      best === undefined ||
      arm.costUsd < best.costUsd ||
      (arm.costUsd === best.costUsd && arm.pGoodEnough > best.pGoodEnough)
    if (isBetter) best = arm
  }
  return best
}

/** Undefined when one answer of the reference is worth more than any arm. The higher the threshold, the less money counts; at 1 not at all. */
export function mostValuableArm(
  arms: readonly PricedArm[],
  threshold: number,
  unitUsd: number,
): PricedArm | undefined {
  let best: PricedArm | undefined
  let highest = 0
  for (const arm of arms) {
    const value = threshold * arm.gap + ((1 - threshold) * arm.savedUsd) / unitUsd
    if (value < highest || (value === highest && best !== undefined)) continue
    best = arm
    highest = value
  }
  return best
}

/** Once: to the reference, or when that failed to another model; one answer. */
function failOver(models: readonly string[], { attempts }: State, reference: string): Action {
  const failed = attempts.at(-1)?.model
  const others = [reference, ...models].filter((model) => model !== failed && models.includes(model))
  const [next] = others
  if (attempts.length > 1 || next === undefined) return { kind: 'abstain', reason: 'all_failed' }
  return {
    kind: 'call',
    model: next,
    samples: 1,
    propensity: 1,
    reason: 'failover',
    ranking: [...new Set([next, ...models])],
  }
}
