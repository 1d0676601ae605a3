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
  const { contextTokens, place } = candidate
  if (contextTokens !== undefined && estimateContextTokens(query) > contextTokens) return 'too_long'
  // What is unknown is no promise: only a stated place will do.
  if (query.places !== undefined && (place === undefined || !query.places.includes(place)))
    return 'wrong_place'
  return undefined
}
