/**
 * Pool: which candidates could serve the query at all. Hard limits only; preferences belong to decide/.
 */
import type { Candidate } from '../contract/candidate.ts'
import type { Refusal } from '../contract/decision.ts'
import type { Query } from '../contract/query.ts'
import { estimateContextTokens } from './context.ts'

export interface Feasible {
  readonly candidates: readonly Candidate[]
  readonly refused: readonly Refusal[]
}

/** Splits candidates, keeping their order. A candidate that states nothing is feasible, absent means unknown, not unable; but for places. */
export function selectFeasible(query: Query, candidates: readonly Candidate[]): Feasible {
  const refused: Refusal[] = []
  const feasible = candidates.filter((candidate) => {
    const because = refuse(query, candidate)
    if (because !== undefined) refused.push({ model: candidate.model, because })
    return because === undefined
  })
  return { candidates: feasible, refused }
}

function refuse(query: Query, candidate: Candidate): Refusal['because'] | undefined {
  if (query.images > 0 && candidate.images === false) return 'no_images'
  if (query.tools > 0 && candidate.tools === false) return 'no_tools'
  if (query.wantsJson && candidate.json === false) return 'no_json'
  if (query.wantsSchema === true && candidate.jsonSchema === false) return 'no_schema'
  if (isTooLong(query, candidate)) return 'too_long'
  return isOutOfPlace(query, candidate) ? 'wrong_place' : undefined
}

function isTooLong(query: Query, { contextTokens }: Candidate): boolean {
  return contextTokens !== undefined && estimateContextTokens(query) > contextTokens
}

/** What is unknown is no promise: only a stated place will do. */
function isOutOfPlace({ places }: Query, { place }: Candidate): boolean {
  return places !== undefined && (place === undefined || !places.includes(place))
}
