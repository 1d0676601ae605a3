/**
 * What routing brings on recorded outcomes of questions that training did not see: the river that will serve is replayed over them at
 * each quality level, and with every question sent to one model.
 *
 *   quality kept = mean quality of what was served / mean quality of all large        cost saved = 1 - cost / cost of all large
 */
import { replay, type Ask, type Outcome, type River } from '@weir/core'
import { percent } from '../report/format.ts'
import { renderTable, type Column } from '../report/table.ts'

export interface Line {
  /** A level in (0, 1], or the one model that gets everything. */
  readonly system: number | 'all small' | 'all large'
  /** Share of questions answered by the small model. */
  readonly smallFraction: number
  readonly keptFraction: number
  readonly savedFraction: number
}

interface Totals {
  small: number
  quality: number
  costUsd: number
}

/** One line for all small, each level from low to high, and all large, in this order. Rows must have both models' outcomes and text. */
export async function evaluateLevels(
  river: River,
  rows: readonly Outcome[],
  levels: readonly number[],
): Promise<readonly Line[]> {
  const large = await replayAll(river, rows, { kind: 'model', model: river.pair.large })
  const line = async (system: Line['system'], ask: Ask): Promise<Line> => {
    const totals = await replayAll(river, rows, ask)
    return {
      system,
      smallFraction: totals.small / rows.length,
      keptFraction: totals.quality / large.quality,
      savedFraction: 1 - totals.costUsd / large.costUsd,
    }
  }
  const lines = [await line('all small', { kind: 'model', model: river.pair.small })]
  for (const level of [...levels].sort((a, b) => a - b))
    lines.push(await line(level, { kind: 'quality', quality: level }))
  return [...lines, await line('all large', { kind: 'model', model: river.pair.large })]
}

async function replayAll(river: River, rows: readonly Outcome[], ask: Ask): Promise<Totals> {
  const totals: Totals = { small: 0, quality: 0, costUsd: 0 }
  for (const row of rows) {
    const served = await replay(river, row, ask)
    totals.small += served?.accepted?.model === river.pair.small ? 1 : 0
    totals.quality += served?.accepted?.quality ?? 0
    totals.costUsd += served?.accepted?.costUsd ?? 0
  }
  return totals
}

/** The lines as a table for a terminal. */
export function writeTable(lines: readonly Line[]): string {
  const columns: readonly Column[] = [
    { title: 'model asked for', align: 'left' },
    { title: 'kept small' },
    { title: 'quality kept' },
    { title: 'cost saved' },
  ]
  const rows = lines.map(({ system, smallFraction, keptFraction, savedFraction }) => [
    typeof system === 'number' ? `weir@${system.toFixed(2)}` : system,
    ...[smallFraction, keptFraction, savedFraction].map((share) => percent(share)),
  ])
  return `${renderTable(columns, rows)}\n`
}
