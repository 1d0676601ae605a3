/**
 * Watch: what is decided while a draft still streams. When all that is read of an answer is its first token, it is judged at the first
 * token; when doubt accumulates past a cut, the draft is broken off. Otherwise it is read to its end.
 */
import { accumulatedDoubt, type Scoring } from '@weir/core'
import type { Watch } from '../upstream/hold.ts'

/** Makes the watch of one draft. Undefined when every draft is read to its end. `doubtCut`: on the sum of p ln p, at most 0. */
export function watchesOf(
  scoring: Scoring | undefined,
  doubtCut: number | undefined,
): (() => Watch) | undefined {
  if (scoring !== undefined && readsFirstToken(scoring)) {
    return () => (tokens) => (tokens.length > 0 ? 'enough' : 'read_on')
  }
  if (doubtCut === undefined) return undefined
  return () => {
    let value = 0
    let read = 0
    return (tokens) => {
      value += accumulatedDoubt(tokens.slice(read))
      read = tokens.length
      return value <= doubtCut ? { signal: 'accumulated', value } : 'read_on'
    }
  }
}

function readsFirstToken({ scorers, estimator }: Scoring): boolean {
  const signals = [...scorers.map(({ signal }) => signal), ...estimator.signals]
  return (
    estimator.readsSignalsOnly === true &&
    scorers.length > 0 &&
    signals.every((signal) => signal === 'firstTokenMargin')
  )
}
