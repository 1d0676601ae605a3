/**
 * Upstream readings: how each upstream of the configuration in force fares, read when the page of metrics is made. As many series as the
 * configuration has upstreams.
 */
import type { UpstreamState } from '../upstream/client.ts'
import type { Reading } from './exposition.ts'

const STATES: Readonly<Record<UpstreamState['breaker'], number>> = { closed: 0, 'half-open': 1, open: 2 }

export function readUpstreams(states: readonly UpstreamState[]): readonly Reading[] {
  const points = (valueOf: (state: UpstreamState) => number): Reading['points'] =>
    states.map((state) => ({
      labels: [
        ['model', state.model],
        ['upstream', String(state.position + 1)],
      ],
      value: valueOf(state),
    }))
  return [
    {
      name: 'weir_upstream_breaker_state',
      help: 'Breaker of each upstream: 0 closed, 1 half-open, 2 open.',
      kind: 'gauge',
      points: points(({ breaker }) => STATES[breaker]),
    },
    {
      name: 'weir_upstream_outstanding_calls',
      help: 'Calls to each upstream that have not ended.',
      kind: 'gauge',
      points: points(({ outstanding }) => outstanding),
    },
  ]
}
