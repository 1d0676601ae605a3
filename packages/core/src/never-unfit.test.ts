/**
 * A query never reaches a candidate that cannot serve it: on every policy, after failures (failover) and after answers that are not good
 * enough (escalation), for every mix of abilities and needs.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from './contract/attempt.ts'
import type { Candidate } from './contract/candidate.ts'
import type { Policy, State } from './contract/policy.ts'
import type { Query } from './contract/query.ts'
import { withCaps } from './decide/caps.ts'
import { createBestOfNPolicy } from './decide/best-of-n.ts'
import { createCascadeRoutingPolicy } from './decide/cascade-routing.ts'
import { createCascadePolicy } from './decide/cascade.ts'
import { withFailover } from './decide/failover.ts'
import { createNamedPolicy } from './decide/named.ts'
import { createThresholdPolicy } from './decide/threshold.ts'
import { createUtilityPolicy } from './decide/utility.ts'
import { estimateContextTokens } from './pool/context.ts'
import { selectFeasible } from './pool/feasible.ts'

const MODELS = ['a', 'b', 'c'] as const
const PAIR = { small: 'a', large: 'c' }
const PLACES = ['local', 'eu', 'us'] as const

const ability = fc.record(
  {
    images: fc.boolean(),
    tools: fc.boolean(),
    json: fc.boolean(),
    jsonSchema: fc.boolean(),
    contextTokens: fc.integer({ min: 1, max: 3000 }),
    place: fc.constantFrom(...PLACES),
  },
  { requiredKeys: [] },
)
const candidates = fc.tuple(ability, ability, ability).map((all) =>
  all.map((one, i): Candidate => ({
    model: MODELS[i] ?? 'a',
    inputUsdPerMTok: i + 1,
    outputUsdPerMTok: i + 1,
    ...one,
  })),
)
const query = fc
  .record(
    {
      images: fc.nat(2),
      tools: fc.nat(2),
      wantsJson: fc.boolean(),
      wantsSchema: fc.boolean(),
      bytes: fc.nat(6000),
      maxOutputTokens: fc.nat(500),
      places: fc.subarray([...PLACES], { minLength: 1 }),
    },
    { requiredKeys: ['images', 'tools', 'wantsJson'] },
  )
  .map((needs): Query => ({ turns: [{ role: 'user', text: 'x'.repeat(100) }], ...needs }))

/** By the words of the documentation, apart from the code that is tested. */
function canServe(candidate: Candidate, needs: Query): boolean {
  const { places } = needs
  return !(
    (needs.images > 0 && candidate.images === false) ||
    (needs.tools > 0 && candidate.tools === false) ||
    (needs.wantsJson && candidate.json === false) ||
    (needs.wantsSchema === true && candidate.jsonSchema === false) ||
    (candidate.contextTokens ?? Infinity) < estimateContextTokens(needs) ||
    (places !== undefined && !places.some((place) => place === candidate.place))
  )
}

const POLICIES: readonly Policy[] = [
  withFailover(createThresholdPolicy({ pair: PAIR, threshold: 0.5 })),
  withFailover(createThresholdPolicy({ pair: PAIR, threshold: null })),
  ...MODELS.map(createNamedPolicy),
  withCaps(
    createCascadePolicy({
      stages: MODELS.map((model, i) => ({ model, accept: i < 2 ? 0.5 : 0 })),
      draft: 0.1,
    }),
    { calls: 5 },
  ),
  createCascadePolicy({
    stages: MODELS.map((model) => ({ model, accept: 0 })),
    noThresholdReason: 'level_not_feasible',
  }),
  createUtilityPolicy({ models: MODELS, costWeight: 0.1 }),
  createCascadeRoutingPolicy({
    models: MODELS,
    covarianceOf: () => new Float64Array(9),
    costWeights: [0.01],
  }),
  createBestOfNPolicy({ reference: 'c', threshold: 0.5, uses: {}, unitUsd: 1 }),
]

describe('whatever happens to its calls', () => {
  it.each(POLICIES.map((policy, i) => [`${policy.name} ${i}`, policy] as const))(
    '%s asks only who can',
    (_, policy) => {
      const end = fc.constantFrom('fails', 'poor', 'good')
      fc.assert(
        fc.property(query, candidates, fc.array(end, { minLength: 8, maxLength: 8 }), (needs, all, ends) => {
          const feasible = selectFeasible(needs, all)
          const estimates = {
            pSmall: 0.7,
            arms: MODELS.map((model) => ({ model, samples: 2, pGoodEnough: 0.9, gap: 0.1 })),
            candidates: MODELS.map((model, i) => ({ model, quality: 0.5 + i / 10, costUsd: i })),
          }
          const attempts: Attempt[] = []
          for (let step = 0; step < ends.length; step += 1) {
            const state: State = { query: needs, candidates: feasible.candidates, attempts, estimates }
            const action = policy.next(state)
            if (action.kind !== 'call') break
            const called = all.find(({ model }) => model === action.model)!
            expect(canServe(called, needs)).toBe(true)
            attempts.push(toAttempt(action.model, ends[step] ?? 'fails'))
          }
          for (const { model } of feasible.refused) {
            expect(
              canServe(
                all.find((one) => one.model === model)!,
                needs,
              ),
            ).toBe(false)
          }
        }),
      )
    },
  )
})

function toAttempt(model: string, end: string): Attempt {
  if (end === 'fails') return { model, error: { code: 'upstream.connect', message: 'x' } }
  const pGoodEnough = end === 'good' ? 0.99 : 0.01
  return { model, answers: [{ text: 'x' }], score: { pGoodEnough, signals: {}, calls: [] } }
}
