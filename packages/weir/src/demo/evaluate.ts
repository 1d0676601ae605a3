/**
 * What routing brings on recorded outcomes of questions that training did not see: the river that will serve is replayed over them at
 * each quality level, and with every question sent to one model.
 *
 *   kept = mean q(served) / mean q(large)      saved = 1 - cost / cost of all large
 *   margin = 1.96 * sd(q(served) - kept * q(large)) / (sqrt(n) * mean q(large))
 *
 * The margin is the usual linearised standard error of a ratio of two means over the same n questions (Cochran, Sampling Techniques,
 * 3rd ed., eq. 6.9): it says how far "kept" would scatter on other questions of the same kind, not how good the training was.
 */
import { replay, spent, type Ask, type Outcome, type River } from '@weir/core'
import { percent } from '../report/format.ts'
import { renderTable, type Column } from '../report/table.ts'

export interface Line {
  /** A level in (0, 1], or the one model that gets everything. */
  readonly system: number | 'all small' | 'all large'
  /** Whether small answers were read before they were given. */
  readonly readsAnswers: boolean
  /** Share of questions answered by the small model. */
  readonly smallFraction: number
  readonly keptFraction: number
  /** Half width of the 95% interval of keptFraction. */
  readonly keptMarginFraction: number
  readonly savedFraction: number
}

interface Served {
  readonly isSmall: boolean
  readonly quality: number
  readonly costUsd: number
}

/**
 * One line for all small, each level from low to high, the same as a cascade when the river has one, and all large, in this order. Rows must
 * have both models' outcomes and text.
 */
export async function evaluateLevels(
  river: River,
  rows: readonly Outcome[],
  levels: readonly number[],
): Promise<readonly Line[]> {
  const large = await replayAll(river, rows, { kind: 'model', model: river.pair.large })
  const line = async (system: Line['system'], ask: Ask): Promise<Line> => {
    const readsAnswers = ask.kind === 'quality' && ask.policy === 'cascade'
    return compare({ system, readsAnswers }, await replayAll(river, rows, ask), large)
  }
  const lines = [await line('all small', { kind: 'model', model: river.pair.small })]
  const policies =
    river.services?.cascade === undefined ? (['route'] as const) : (['route', 'cascade'] as const)
  for (const policy of policies) {
    for (const level of [...levels].sort((a, b) => a - b))
      lines.push(await line(level, { kind: 'quality', quality: level, policy }))
  }
  return [...lines, compare({ system: 'all large', readsAnswers: false }, large, large)]
}

async function replayAll(river: River, rows: readonly Outcome[], ask: Ask): Promise<readonly Served[]> {
  const served: Served[] = []
  for (const row of rows) {
    const { accepted, attempts = [] } = (await replay(river, row, ask)) ?? {}
    served.push({
      isSmall: accepted?.model === river.pair.small,
      quality: accepted?.quality ?? 0,
      costUsd: spent(attempts).usd,
    })
  }
  return served
}

/** `served` and `large` are about the same questions in the same order. */
function compare(
  of: Pick<Line, 'system' | 'readsAnswers'>,
  served: readonly Served[],
  large: readonly Served[],
): Line {
  const largeQuality = mean(large.map(({ quality }) => quality))
  const keptFraction = mean(served.map(({ quality }) => quality)) / largeQuality
  const residuals = served.map(({ quality }, index) => quality - keptFraction * (large[index]?.quality ?? 0))
  // The residuals have mean zero by construction.
  const deviation = Math.sqrt(mean(residuals.map((residual) => residual ** 2)))
  // Where no question was lost the formula knows no doubt; three lost among as many would not have surprised (rule of three).
  const events = deviation === 0 && typeof of.system === 'number' ? 3 : 0
  return {
    ...of,
    smallFraction: mean(served.map(({ isSmall }) => (isSmall ? 1 : 0))),
    keptFraction,
    keptMarginFraction:
      (1.96 * deviation) / (Math.sqrt(served.length) * largeQuality) +
      events / (served.length * largeQuality),
    savedFraction: 1 - mean(served.map(({ costUsd }) => costUsd)) / mean(large.map(({ costUsd }) => costUsd)),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The lines as a table for a terminal. */
export function writeTable(lines: readonly Line[]): string {
  const columns: readonly Column[] = [
    { title: 'model asked for', align: 'left' },
    { title: 'kept small' },
    { title: 'quality kept' },
    { title: 'cost saved' },
  ]
  const rows = lines.map((line) => [
    nameOf(line),
    percent(line.smallFraction),
    `${percent(line.keptFraction)} ± ${percent(line.keptMarginFraction)}`,
    percent(line.savedFraction),
  ])
  return `${renderTable(columns, rows)}\n`
}

function nameOf({ system, readsAnswers }: Line): string {
  if (typeof system !== 'number') return system
  return `weir@${system.toFixed(2)}${readsAnswers ? ', answers read' : ''}`
}
