/**
 * The finding of a comparison in plain words, for someone who reads nothing else: which methods differ from the first, and from the task types.
 */
import type { PairedTest, Verdict } from '@weir/core'
import { titleOf, type ComparisonResult } from './compare-result.ts'

type Group = Verdict | 'the same'

const ORDER: readonly Group[] = ['better', 'worse', 'not told apart', 'the same']

/** A difference that no draw of the questions moves from 0: the two rank every query alike. */
function groupOf({ verdict, difference }: PairedTest): Group {
  const isSame = difference?.interval?.every((end) => end === 0) === true && difference.mean === 0
  return isSame ? 'the same' : verdict
}

export function renderFinding({ tests }: ComparisonResult): string {
  if (tests.length === 0) return 'One method and no task types: there is nothing to compare it with.'
  const against = [...new Set(tests.map((test) => test.against))]
  return against.map((name) => describe(name, tests)).join(' ')
}

function describe(against: string, tests: readonly PairedTest[]): string {
  const parts = ORDER.flatMap((group) => {
    const methods = tests
      .filter((test) => test.against === against && groupOf(test) === group)
      .map(({ method }) => method)
    return methods.length === 0 ? [] : [`${group}: ${methods.join(', ')}`]
  })
  const told = against === 'bestPerTaskType' ? ', which is told the category' : ''
  return `Against ${titleOf(against)}${told}: ${parts.join('; ')}.`
}
