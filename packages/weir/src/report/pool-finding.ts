/**
 * The finding of a comparison over a pool in plain words, for someone who reads nothing else.
 */
import type { PoolTest, Verdict } from '@weir/core'
import { poolTitleOf, type PoolResult } from './pool-result.ts'

const ORDER: readonly Verdict[] = ['better', 'worse', 'not told apart']

export function renderPoolFinding({ tests }: Pick<PoolResult, 'tests'>): string {
  if (tests.length === 0) return 'All models cost the same: there is nothing to weigh.'
  return [...new Set(tests.map(({ against }) => against))].map((name) => describe(name, tests)).join(' ')
}

const TOLD: Readonly<Record<string, string>> = {
  bestPerTaskType: ', which is told the category',
  hullOfSingles: ', the best mix of single models',
}

function describe(against: string, tests: readonly PoolTest[]): string {
  const parts = ORDER.flatMap((verdict) => {
    const methods = tests
      .filter((test) => test.against === against && test.verdict === verdict)
      .map(({ method }) => method)
    return methods.length === 0 ? [] : [`${verdict}: ${methods.join(', ')}`]
  })
  return `Against ${poolTitleOf(against)}${TOLD[against] ?? ''}: ${parts.join('; ')}.`
}
