/**
 * Store readings: how the outcome store fares, read when the page of metrics is made.
 */
import type { OutcomeStore } from '../record/store.ts'
import type { Reading } from './exposition.ts'

export function readStore({ droppedRows, queuedBytes, trouble }: OutcomeStore): readonly Reading[] {
  return [
    {
      name: 'weir_store_dropped_rows',
      help: 'Rows that were not taken or were lost since the start.',
      kind: 'counter',
      points: [{ value: droppedRows }],
    },
    {
      name: 'weir_store_queue_bytes',
      help: 'Bytes of rows that wait or are on their way to the disk.',
      kind: 'gauge',
      points: [{ value: queuedBytes }],
    },
    {
      name: 'weir_store_spooling',
      help: '1 while the store takes no rows and they go to its spool.',
      kind: 'gauge',
      points: [{ value: trouble === undefined ? 0 : 1 }],
    },
  ]
}
