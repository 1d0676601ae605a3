/**
 * Examples: outcome rows turned into what fitting needs: features, scores of both models, task type. Rows that cannot teach
 * (no text, or a model of the pair not judged) are counted, never silently used.
 */
import type { Answer } from '../contract/answer.ts'
import type { Pair } from '../contract/candidate.ts'
import { WeirError } from '../contract/errors.ts'
import type { Encoder, Features } from '../contract/features.ts'
import type { Outcome } from '../contract/outcome.ts'
import { toPairOutcome, type PairOutcome } from '../contract/pair-outcome.ts'
import type { Query } from '../contract/query.ts'
import { questionOf } from '../contract/question.ts'
import type { Signals } from '../contract/score.ts'
import { toAnswerQuery } from '../score/answer-reader.ts'
import { describeExchange } from '../score/exchange.ts'
import { answersOf, qualityOfAnswer, signalsOf } from '../score/recorded.ts'

/** Fewest usable rows to train on: with fewer, cross-validation says nothing. */
export const MIN_ROWS = 50

/** The small model's answer as a cascade reads it. */
export interface ReadAnswer {
  /** Of the answer's text. */
  readonly features: Features
  readonly exchange: Float32Array
  readonly signals: Signals
  /** Of this very answer, in [0, 1]. */
  readonly quality: number
}

export interface Example {
  readonly features: Features
  readonly outcome: PairOutcome
  /** quality(small) - quality(large). Range [-1, 1]. */
  readonly gap: number
  readonly category: string | undefined
  /** Equal for equal question texts, however cased or spaced: they must not be parted between folds. */
  readonly textKey: string
  /** Only where answers were asked for and the row holds one that was judged. */
  readonly answer?: ReadAnswer
}

export interface ExampleOptions {
  readonly pair: Pair
  readonly encoder: Encoder
  /** How to read the query of a row; undefined when it has no text. */
  readonly toQuery: (row: Outcome) => Query | undefined
  /** Whether the small model's answers are read too. Default false. */
  readonly readsAnswers?: boolean
}

/** Throws `data.model` when no row has both models judged, naming the models there are; `data.too_few` below MIN_ROWS. */
export function toExamples(rows: readonly Outcome[], options: ExampleOptions): Example[] {
  const { pair, encoder, toQuery, readsAnswers = false } = options
  const examples: Example[] = []
  let judged = 0
  for (const row of rows) {
    const outcome = toPairOutcome(row, pair)
    if (outcome === undefined) continue
    judged += 1
    const query = toQuery(row)
    if (query === undefined) continue
    examples.push({
      features: encoder.encode(query),
      outcome,
      gap: outcome.smallQuality - outcome.largeQuality,
      category: row.category,
      textKey: questionOf(query),
      ...(readsAnswers ? readAnswer(row, query, options) : {}),
    })
  }
  if (judged === 0) throw noJudgedRow(rows, pair)
  if (examples.length >= MIN_ROWS) return examples
  const missing =
    judged > examples.length ? ` (${judged - examples.length} more hold no text: record with storeText)` : ''
  throw new WeirError(
    'data.too_few',
    `${examples.length} rows have both ${pair.small} and ${pair.large} judged${missing}; training needs at least ${MIN_ROWS}, ` +
      'and some 1,000 to be any good: collect more outcomes',
  )
}

/** What serve would read of the row's answer, by the same functions. */
function readAnswer(
  { models }: Outcome,
  query: Query,
  { pair, encoder }: ExampleOptions,
): Pick<Example, 'answer'> {
  const outcome = models[pair.small] ?? {}
  const [answer] = answersOf(outcome)
  const signals = signalsOf(outcome)
  const quality = qualityOfAnswer(outcome, 0)
  if (quality === undefined || (answer === undefined && Object.keys(signals).length === 0)) return {}
  const said: Answer = answer ?? { text: '' }
  return {
    answer: {
      features: encoder.encode(toAnswerQuery(said)),
      exchange: describeExchange(query, said),
      signals,
      quality,
    },
  }
}

/**
 * Throws `data.too_few` when the examples drawn for training hold fewer than MIN_ROWS different texts: equal texts share a fold, so that
 * few of them leave folds empty and metrics undefined.
 */
export function checkEnough(examples: readonly Example[]): void {
  const texts = new Set(examples.map(({ textKey }) => textKey)).size
  if (texts >= MIN_ROWS) return
  throw new WeirError(
    'data.too_few',
    `${examples.length} rows with ${texts} different texts are too few to train on: at least ${MIN_ROWS} different texts are ` +
      'needed, and some 1,000 to be any good; collect more outcomes, or draw more rows',
  )
}

/** `data.model`, naming the models that the rows do have. */
export function noJudgedRow(rows: readonly Outcome[], pair: Pair): WeirError {
  const models = new Map<string, number>()
  for (const row of rows) {
    for (const model of Object.keys(row.models)) models.set(model, (models.get(model) ?? 0) + 1)
  }
  const common = [...models].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 12)
  const list = common.map(([model, count]) => `${model} (${count})`).join(', ')
  return new WeirError(
    'data.model',
    `no row has a score for both ${pair.small} and ${pair.large}; models in the data: ${list || 'none'}. Name two of them with ` +
      '--small and --large',
  )
}
