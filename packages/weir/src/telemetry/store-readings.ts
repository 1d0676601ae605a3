/**
 * Store readings: how the outcome store fares, read when the page of metrics is made.
 */
import type { OutcomeStore } from '../record/store.ts'
import type { Reading } from './exposition.ts'

export function readStore({ droppedRows }: OutcomeStore): readonly Reading[] {
  return [
    {
      name: 'weir_store_dropped_rows',
      help: 'Rows that were not written since the start.',
      kind: 'counter',
      points: [{ value: droppedRows }],
    },
  ]
}
