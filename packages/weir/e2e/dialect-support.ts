/**
 * What the journeys of dialects share: the rows that a gateway left.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LiveOutcome } from '../src/record/live-outcome.ts'
import { readOutcomeStore } from '../src/record/store-reader.ts'

export interface OutcomeReader {
  readonly path: string
  /** When the gateway is closed. */
  read(): Promise<readonly LiveOutcome[]>
}

export function createOutcomeReader(): OutcomeReader {
  const path = join(mkdtempSync(join(tmpdir(), 'weir-')), 'outcomes.db')
  return {
    path,
    async read() {
      const rows: LiveOutcome[] = []
      for await (const row of readOutcomeStore(path)) rows.push(row as LiveOutcome)
      return rows
    },
  }
}
