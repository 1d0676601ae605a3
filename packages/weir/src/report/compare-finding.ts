/**
 * The finding of a comparison in plain words, for someone who reads nothing else: which methods differ from the first, and from the task types.
 */
import type { PairedTest, Verdict } from '@weir/core'
import { titleOf, type ComparisonResult } from './compare-result.ts'

const ORDER: readonly Verdict[] = ['better', 'worse', 'not told apart']

export function renderFinding({ tests }: ComparisonResult): string {
  if (tests.length === 0) return 'One method and no task types: there is nothing to compare it with.'
  const against = [...new Set(tests.map((test) => test.against))]
  return against.map((name) => describe(name, tests)).join(' ')
}

function describe(against: string, tests: readonly PairedTest[]): string {
  const parts = ORDER.flatMap((verdict) => {
    const methods = tests
      .filter((test) => test.against === against && test.verdict === verdict)
      .map(({ method }) => method)
    return methods.length === 0 ? [] : [`${verdict}: ${methods.join(', ')}`]
  })
  const told = against === 'bestPerTaskType' ? ', which is told the category' : ''
  return `Against ${titleOf(against)}${told}: ${parts.join('; ')}.`
}
