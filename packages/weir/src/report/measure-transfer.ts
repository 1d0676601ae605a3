/**
 * Rows -> transfer report: the artifact's router decides each row as in serving, its two choices stand for the new pair's models, and the
 * new outcomes say what came of it. Nothing is loaded into another pair: the river stays the artifact's own.
 */
import {
  assessTransfer,
  createTrialLog,
  decide,
  queryFromOutcome,
  toPairOutcome,
  WeirError,
  type Decision,
  type Outcome,
  type Pair,
  type River,
  type TransferReport,
} from '@weir/core'
import { REPORTED_LEVELS, rememberFirst } from './measure.ts'

/** One row with the quality gap it had before: under the old pair, or under the cheap measure. */
export interface TransferRow {
  readonly row: Outcome
  /** Range [-1, 1]; undefined where the row does not have it. */
  readonly gapBefore: number | undefined
}

export interface TransferOptions {
  /** The router in question. Undefined: the gaps of before are the scores, the best that any router trained on them could rank. */
  readonly river?: River
  /** The new pair. */
  readonly pair: Pair
  readonly seed: number
  readonly resamples?: number
}

export interface MeasuredTransfer {
  readonly report: TransferReport
  readonly rowsWithoutPair: number
  readonly rowsWithoutText: number
}

/** Throws `data.empty` without rows, `data.model` when no row has a score of both new models, `data.field` when none of those can be decided. */
export async function measureTransfer(
  rows: AsyncIterable<TransferRow>,
  { river, pair, seed, resamples }: TransferOptions,
): Promise<MeasuredTransfer> {
  const recorder = createTrialLog({ pair, levels: river === undefined ? [] : REPORTED_LEVELS })
  const gapsBefore: (number | undefined)[] = []
  const left = { rows: 0, pair: 0, text: 0 }
  for await (const { row, gapBefore } of rows) {
    left.rows += 1
    if (toPairOutcome(row, pair) === undefined) {
      left.pair += 1
      continue
    }
    const decided = river === undefined ? scoreByGap(gapBefore) : decideFor(river, row, pair)
    if (decided === undefined) {
      left.text += 1
      continue
    }
    recorder.add(row, decided.score, decided.decisions)
    gapsBefore.push(gapBefore)
  }
  const { log } = recorder
  if (log.scores.length === 0) throw nothingToMeasure(pair, left)
  const report = assessTransfer({ log, gapsBefore }, resamples === undefined ? { seed } : { seed, resamples })
  return { report, rowsWithoutPair: left.pair, rowsWithoutText: left.text }
}

interface Decided {
  readonly score: number | null
  readonly decisions: readonly Decision[]
}

function scoreByGap(gap: number | undefined): Decided | undefined {
  return gap === undefined ? undefined : { score: gap, decisions: [] }
}

/** The router's decisions at every level, its models renamed to the new ones of the same side; undefined without text. */
function decideFor(river: River, row: Outcome, pair: Pair): Decided | undefined {
  const query = queryFromOutcome(row)
  if (query === undefined) return undefined
  const remembering = rememberFirst(river)
  const decisions = REPORTED_LEVELS.map((quality) => {
    const decision = decide(remembering, query, { kind: 'quality', quality })
    return { ...decision, model: decision.model === river.pair.small ? pair.small : pair.large }
  })
  return { score: decisions[0]?.score ?? null, decisions }
}

function nothingToMeasure(
  { small, large }: Pair,
  { rows, text }: { readonly rows: number; readonly text: number },
): WeirError {
  if (rows === 0) {
    return new WeirError(
      'data.empty',
      'there are no rows to compare; name files with outcome rows that share ids',
    )
  }
  if (text > 0) {
    return new WeirError(
      'data.field',
      `no row with scores of ${small} and ${large} has what the comparison needs: a prompt or messages for a router, or scores of both under both measures`,
    )
  }
  return new WeirError(
    'data.model',
    `no row has scores of both ${small} and ${large}; weir outcomes lists the models there are`,
  )
}
