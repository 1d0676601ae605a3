/**
 * Pool examples: outcome rows turned into what fitting a pool of models needs. Rows without text, and rows on which a model of the pool was
 * not judged, cannot teach; they are left out and counted.
 */
import { WeirError } from '../contract/errors.ts'
import type { Encoder, Features } from '../contract/features.ts'
import type { Outcome } from '../contract/outcome.ts'
import { qualityOf } from '../contract/pair-outcome.ts'
import type { Query } from '../contract/query.ts'
import { questionOf } from '../contract/question.ts'
import { MIN_ROWS } from './examples.ts'

export interface PoolExample {
  readonly row: Outcome
  readonly query: Query
  readonly features: Features
  /** One per model. Range [0, 1]. */
  readonly qualities: readonly number[]
  /** Metered, one per model, USD; null when a call of the row was not metered. */
  readonly costsUsd: readonly number[] | null
  readonly category: string | undefined
  /** Equal for equal question texts, however cased or spaced. */
  readonly textKey: string
}

export interface PoolExampleOptions {
  readonly models: readonly string[]
  readonly encoder: Encoder
  /** How to read the query of a row; undefined when it has no text. */
  readonly toQuery: (row: Outcome) => Query | undefined
}

/** Throws `data.too_few` when fewer than MIN_ROWS rows can teach. */
export function toPoolExamples(rows: readonly Outcome[], options: PoolExampleOptions): PoolExample[] {
  const examples = rows.flatMap((row) => toExample(row, options) ?? [])
  if (examples.length >= MIN_ROWS) return examples
  throw new WeirError(
    'data.too_few',
    `${examples.length} of ${rows.length} rows have text and a score for each of ${options.models.join(', ')}; training needs at ` +
      `least ${MIN_ROWS}, and some 1,000 to be any good: collect more outcomes, or name fewer models`,
  )
}

function toExample(row: Outcome, { models, encoder, toQuery }: PoolExampleOptions): PoolExample | undefined {
  const outcomes = models.map((model) => (Object.hasOwn(row.models, model) ? row.models[model] : undefined))
  const qualities = outcomes.flatMap((outcome) => (outcome === undefined ? [] : (qualityOf(outcome) ?? [])))
  if (qualities.length < models.length) return undefined
  const query = toQuery(row)
  if (query === undefined) return undefined
  const costs = outcomes.flatMap((outcome) => outcome?.costUsd ?? [])
  return {
    row,
    query,
    features: encoder.encode(query),
    qualities,
    costsUsd: costs.length === models.length ? costs : null,
    category: row.category,
    textKey: questionOf(query),
  }
}
