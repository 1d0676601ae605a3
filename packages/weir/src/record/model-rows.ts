/**
 * Rows for learning about models: every row of the files is read and hashed, and of it only what training reads is kept, since answers can be
 * large.
 */
import { qualityOf, WeirError, type ModelOutcome, type Outcome } from '@weir/core'
import { createOutcomeHash, readOutcomes, type ReadOutcomesOptions } from './outcome-file.ts'

export interface ModelRows {
  readonly rows: readonly Outcome[]
  /** SHA-256 of all rows read, hex. */
  readonly dataHash: string
}

export interface ReadModelRowsOptions extends ReadOutcomesOptions {
  /** Keep what policies that read answers learn from: the models' answers, and what the calls cost. Memory then grows with the texts. Default false. */
  readonly keepsAnswers?: boolean
  /** Keep what the calls cost, and took in tokens and time. Default false. */
  readonly keepsCosts?: boolean
  /** Models that are kept too where a row judges them. Default: none. */
  readonly besides?: readonly string[]
  /** Called now and then with the number of rows read so far. */
  readonly onProgress?: (rows: number) => void
}

const PROGRESS_ROWS = 1000

/** Throws what readOutcomes throws, and `data.empty` when there is no row at all. */
export async function readModelRows(
  files: readonly string[],
  models: readonly string[],
  options: ReadModelRowsOptions = {},
): Promise<ModelRows> {
  const rows: Outcome[] = []
  const hash = createOutcomeHash()
  for await (const row of readOutcomes(files, options)) {
    hash.update(row)
    rows.push(slim(row, models, options))
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

function slim(row: Outcome, wanted: readonly string[], options: ReadModelRowsOptions): Outcome {
  const { id, category, metric, prompt, messages } = row
  const { besides = [] } = options
  const judged = [...wanted, ...besides].flatMap((model) => {
    // Own keys only: a model may be called "constructor".
    const outcome = Object.hasOwn(row.models, model) ? row.models[model] : undefined
    return outcome === undefined || qualityOf(outcome) === undefined ? [] : [[model, outcome] as const]
  })
  // Names alone are kept of other models, so that an error can list them.
  if (wanted.some((model) => !judged.some(([name]) => name === model)))
    return { id, models: Object.fromEntries(Object.keys(row.models).map((name) => [name, {}])) }
  return {
    id,
    ...(category === undefined ? {} : { category }),
    ...(metric === undefined ? {} : { metric }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(messages === undefined ? {} : { messages }),
    models: Object.fromEntries(
      judged.map(([model, outcome]) => [
        model,
        options.keepsAnswers === true ? outcome : slimModel(outcome, options),
      ]),
    ),
  }
}

function slimModel(outcome: ModelOutcome, { keepsCosts = false }: ReadModelRowsOptions): ModelOutcome {
  const { samples = [], score, costUsd, latencyMs, outputTokens } = outcome
  const scores = samples.flatMap((one) => one.score ?? [])
  const judged = scores.length > 0 || score === undefined ? scores : [score]
  const slimmed = { samples: judged.map((one) => ({ score: one })) }
  if (!keepsCosts) return slimmed
  return {
    ...slimmed,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  }
}
