/**
 * Contract suite of routers: what every river must keep, whatever estimates and decides inside it. For your own tests, in any framework:
 *
 *   checkRouter(createRiver(artifact), queries, { reloaded: createRiver(loadArtifact(saveArtifact(artifact))) })
 *
 * Throws an Error that says which rule is broken and for which query (by index, never its text). House section 9.
 * Not checked: whether the router is any good; that is `weir evaluate`.
 */
import type { Candidate } from '../contract/candidate.ts'
import type { Decision, Mode } from '../contract/decision.ts'
import { isWeirError } from '../contract/errors.ts'
import type { Query } from '../contract/query.ts'
import type { Ask } from '../request/ask.ts'
import { decide, type River } from '../serve.ts'
import { isUnit, requireThat, show, unchangedBy } from './require.ts'

export interface RouterCheckOptions {
  /** The same router after saving and loading: it must decide the same. Default: not checked. */
  readonly reloaded?: River
  /** Quality levels asked for. Default: from 0.05 to 1. */
  readonly levels?: readonly number[]
}

const LEVELS: readonly number[] = [0.05, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1]
const MODES: readonly Mode[] = ['promise', 'estimate']
const THRESHOLDS: readonly number[] = [0, 0.25, 0.5, 0.75, 1]

/** Every query must be servable by the river's pool. Throws Error. */
export function checkRouter(
  river: River,
  queries: readonly Query[],
  { reloaded, levels = LEVELS }: RouterCheckOptions = {},
): void {
  requireThat(queries.length > 0, 'checkRouter needs at least one query')
  const rising = levels.toSorted((a, b) => a - b)
  const asks: readonly Ask[] = [
    ...MODES.flatMap((mode) => rising.map((quality): Ask => ({ kind: 'quality', quality, mode }))),
    ...THRESHOLDS.map((threshold): Ask => ({ kind: 'threshold', threshold })),
  ]
  for (const [i, query] of queries.entries()) {
    for (const ask of asks) checkDecision(river, { query, ask, where: `query ${i}, ${show(ask)}`, reloaded })
    checkDirection(river, { query, rising, where: `query ${i}` })
  }
  checkSmallPools(river, queries[0] as Query)
}

interface Case {
  readonly query: Query
  readonly ask: Ask
  readonly where: string
  readonly reloaded: River | undefined
}

function checkDecision(river: River, { query, ask, where, reloaded }: Case): void {
  const { pair, candidates, levels } = river
  const decision = unchangedBy([query, ask, pair, candidates, levels], where, () => decide(river, query, ask))
  const models = candidates.map(({ model }) => model)
  requireThat(models.includes(decision.model), `${where}: chose ${decision.model}, which is not in the pool`)
  requireThat(
    decision.ranking.every((model) => models.includes(model)) && decision.ranking[0] === decision.model,
    `${where}: the ranking ${show(decision.ranking)} must begin with ${decision.model} and stay inside the pool`,
  )
  checkNumbers(decision, where)
  const again = decide(river, query, ask)
  requireThat(show(again) === show(decision), `${where}: decides differently when asked again`)
  if (reloaded === undefined) return
  const loaded = decide(reloaded, query, ask)
  requireThat(show(loaded) === show(decision), `${where}: decides differently after saving and loading`)
}

function checkNumbers({ score, threshold, propensity, reason }: Decision, where: string): void {
  requireThat(
    score === null
      ? reason !== 'score_at_or_above_threshold' && reason !== 'score_below_threshold'
      : isUnit(score),
    `${where}: the score must be a number in [0, 1], or absent with a reason that says so, got ${show(score)}`,
  )
  requireThat(
    threshold === null || isUnit(threshold),
    `${where}: threshold ${show(threshold)} is not in [0, 1]`,
  )
  requireThat(
    isUnit(propensity) && propensity > 0,
    `${where}: propensity ${show(propensity)} is not in (0, 1]`,
  )
}

interface Direction {
  readonly query: Query
  /** Levels, ascending. */
  readonly rising: readonly number[]
  readonly where: string
}

/** Never costlier as less is asked: once a query is large it stays large as the level, or the cut-off, rises; in a pool its cost never falls. */
function checkDirection(river: River, { query, rising, where }: Direction): void {
  if (river.services?.route !== undefined) checkCosts(river, { query, rising, where })
  else checkSides(river, { query, rising, where })
}

/** By the costs believed. Where no cost weight serves a level the query goes to the reference, whatever that costs. */
function checkCosts(river: River, { query, rising, where }: Direction): void {
  for (const mode of MODES) {
    let cost = 0
    for (const quality of rising) {
      const decision = decide(river, query, { kind: 'quality', quality, mode })
      const { model, reason, estimates = [] } = decision
      if (reason !== 'best_value') continue
      const next =
        estimates.find((one) => one.model === model)?.costUsd ??
        estimates.findIndex((one) => one.model === model)
      requireThat(
        next >= cost,
        `${where}, level ${quality}: goes to a cheaper model although more is asked than before`,
      )
      cost = next
    }
  }
}

function checkSides(river: River, { query, rising, where }: Direction): void {
  const scales: readonly (readonly Ask[])[] = [
    ...MODES.map((mode) => rising.map((quality): Ask => ({ kind: 'quality', quality, mode }))),
    THRESHOLDS.map((threshold): Ask => ({ kind: 'threshold', threshold })),
  ]
  for (const asks of scales) {
    let wasLarge = false
    for (const ask of asks) {
      const isLarge = decide(river, query, ask).model === river.pair.large
      requireThat(
        isLarge || !wasLarge,
        `${where}, ${show(ask)}: goes back to the small model although more is asked than before`,
      )
      wasLarge = isLarge
    }
  }
}

/** Pools of one take what comes, a pool of none says so. */
function checkSmallPools(river: River, query: Query): void {
  const ask: Ask = { kind: 'quality', quality: 0.9 }
  for (const candidate of river.candidates.filter(({ model }) => Object.values(river.pair).includes(model))) {
    const { model } = decide(withPool(river, [candidate]), query, ask)
    requireThat(model === candidate.model, `a pool of ${candidate.model} alone: chose ${model}`)
  }
  let code = 'none'
  try {
    decide(withPool(river, []), query, ask)
  } catch (error) {
    code = isWeirError(error) ? error.code : String(error)
  }
  requireThat(code === 'pool.empty', `an empty pool must throw pool.empty, got ${code}`)
}

function withPool(river: River, candidates: readonly Candidate[]): River {
  return { ...river, candidates }
}
