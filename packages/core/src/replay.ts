/**
 * The same river over recorded outcomes: every row is served by serve.ts with a `call` that looks the answer up. No network.
 */
import type { Attempt } from './contract/attempt.ts'
import type { ModelOutcome, Outcome } from './contract/outcome.ts'
import { qualityOf } from './contract/pair-outcome.ts'
import type { Ask } from './request/ask.ts'
import { queryFromOutcome } from './request/query.ts'
import { answersOf, signalsOf } from './score/recorded.ts'
import { serve, type River, type Served } from './serve.ts'
import type { CallAction } from './contract/policy.ts'

/** A recorded call with the quality its answer was given. */
export interface RecordedAttempt extends Attempt {
  /** Mean over the row's samples, else its score. Range [0, 1]; absent when this model was not judged. */
  readonly quality?: number
}

export interface Replayed extends Served<RecordedAttempt> {
  readonly row: Outcome
}

/** Replays one row; undefined when it holds no text to decide from. A model without an outcome counts as a failed call. */
export async function replay(river: River, row: Outcome, ask: Ask): Promise<Replayed | undefined> {
  const query = queryFromOutcome(row)
  if (query === undefined) return undefined
  // Own keys only: a model may be called "constructor".
  const outcomeOf = (model: string): ModelOutcome | undefined =>
    Object.hasOwn(row.models, model) ? row.models[model] : undefined
  const served = await serve(river, { query, ask }, async (action) =>
    recorded(action, outcomeOf(action.model)),
  )
  return { ...served, row }
}

function recorded(
  { model, samples, readsAnswer }: CallAction,
  outcome: ModelOutcome | undefined,
): RecordedAttempt {
  if (outcome === undefined) {
    return { model, error: { code: 'data.model', message: `the row has no outcome of ${model}` } }
  }
  const { costUsd, latencyMs, inputTokens, outputTokens } = outcome
  const quality = qualityOf(outcome)
  return {
    model,
    ...(quality === undefined ? {} : { quality }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    usage: {
      ...(inputTokens === undefined ? {} : { inputTokens }),
      ...(outputTokens === undefined ? {} : { outputTokens }),
    },
    ...(readsAnswer === true ? { answers: answersOf(outcome, samples), signals: signalsOf(outcome) } : {}),
  }
}
