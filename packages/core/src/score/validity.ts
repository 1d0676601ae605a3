/**
 * Validity: the share of the configured checks (checks.ts) that the answer passes; 1 when it passes all.
 *
 * Of all signals the one that every upstream can give, and the only one that reads tool calls. What it finds is certain (JSON that does not
 * parse helps nobody); what it passes may still be wrong.
 */
import { WeirError } from '../contract/errors.ts'
import type { Scorer, ScorerInput } from '../contract/score.ts'
import { createCheck, type Check, type CheckEffects, type CheckName } from './checks.ts'

export interface ValidityOptions extends CheckEffects {
  /** At least one. */
  readonly checks: readonly Check[]
}

/** Throws `config.value` for a check that cannot be used and for none at all. */
export function createValidityScorer(options: ValidityOptions): Scorer {
  const failed = createFailedChecks(options)
  const { length } = options.checks
  return {
    signal: 'validity',
    needs: {},
    score: (input) => ({ value: (length - failed(input).length) / length }),
  }
}

/** Names of the checks that the given answer fails, in their order: what to tell a user or a log. */
export function createFailedChecks(options: ValidityOptions): (input: ScorerInput) => readonly CheckName[] {
  const checks = options.checks.map((check) => ({ name: check.check, holds: createCheck(check, options) }))
  if (checks.length === 0) {
    throw new WeirError('config.value', 'signal validity has no checks; name at least one, such as nonEmpty')
  }
  return (input) => {
    const { answers = [], best = 0 } = input.attempt
    const answer = answers[best] ?? { text: '' }
    return checks.flatMap(({ name, holds }) => (holds(answer, input) ? [] : [name]))
  }
}
