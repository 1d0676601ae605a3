/**
 * Rows for learning about a pair: every row of the files is read and hashed, and of it only what training reads is kept, since answers can be
 * large.
 */
import { toPairOutcome, WeirError, type ModelOutcome, type Outcome, type Pair } from '@weir/core'
import { createOutcomeHash, readOutcomes, type ReadOutcomesOptions } from './outcome-file.ts'

export interface PairRows {
  readonly rows: readonly Outcome[]
  /** SHA-256 of all rows read, hex. */
  readonly dataHash: string
}

export interface ReadPairRowsOptions extends ReadOutcomesOptions {
  /** Keep what policies that read answers learn from: both models' answers, and what the calls cost. Memory then grows with the texts. Default false. */
  readonly keepsAnswers?: boolean
  /** Called now and then with the number of rows read so far. */
  readonly onProgress?: (rows: number) => void
}

const PROGRESS_ROWS = 1000

/** Throws what readOutcomes throws, and `data.empty` when there is no row at all. */
export async function readPairRows(
  files: readonly string[],
  pair: Pair,
  options: ReadPairRowsOptions = {},
): Promise<PairRows> {
  const rows: Outcome[] = []
  const hash = createOutcomeHash()
  for await (const row of readOutcomes(files, options)) {
    hash.update(row)
    rows.push(slim(row, pair, options.keepsAnswers === true))
    if (rows.length % PROGRESS_ROWS === 0) options.onProgress?.(rows.length)
  }
  if (rows.length === 0) {
    throw new WeirError(
      'data.empty',
      `no good row in ${files.join(', ')}; a row is one JSON object a line (docs/outcomes.md)`,
    )
  }
  return { rows, dataHash: hash.digest() }
}

function slim(row: Outcome, pair: Pair, keepsAnswers: boolean): Outcome {
  const { id, category, metric, prompt, messages } = row
  const text = {
    ...(category === undefined ? {} : { category }),
    ...(metric === undefined ? {} : { metric }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(messages === undefined ? {} : { messages }),
  }
  const outcome = toPairOutcome(row, pair)
  // Names alone are kept of other models, so that an error can list them.
  if (outcome === undefined)
    return { id, models: Object.fromEntries(Object.keys(row.models).map((name) => [name, {}])) }
  const { [pair.small]: small, [pair.large]: large } = row.models
  if (keepsAnswers && small !== undefined && large !== undefined) {
    return { id, ...text, models: { [pair.small]: small, [pair.large]: large } }
  }
  return {
    id,
    ...text,
    models: { [pair.small]: toModel(outcome.smallScores), [pair.large]: toModel(outcome.largeScores) },
  }
}

function toModel(scores: readonly number[]): ModelOutcome {
  return { samples: scores.map((score) => ({ score })) }
}
