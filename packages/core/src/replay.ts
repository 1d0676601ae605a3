/**
 * The same river over recorded outcomes: every row is served by serve.ts with a `call` that looks the answer up. No network.
 */
import type { Attempt } from './contract/attempt.ts'
import type { Candidate } from './contract/candidate.ts'
import type { ModelOutcome, Outcome } from './contract/outcome.ts'
import { qualityOf } from './contract/pair-outcome.ts'
import { sampleCostUsd } from './contract/sample-cost.ts'
import type { Ask } from './request/ask.ts'
import { queryFromOutcome } from './request/query.ts'
import { answersOf, qualityOfAnswer, signalsOf } from './score/recorded.ts'
import { serve, type River, type Served } from './serve.ts'
import type { CallAction } from './contract/policy.ts'

/** A recorded call with the quality its answer was given. */
export interface RecordedAttempt extends Attempt {
  /** Of the answer chosen where one was read, else the mean over the row's samples. Range [0, 1]; absent when it was not judged. */
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
    recorded(action, {
      outcome: outcomeOf(action.model),
      candidate: river.candidates.find(({ model }) => model === action.model) ?? {},
    }),
  )
  const attempts = served.attempts.map((attempt) => withQuality(attempt, outcomeOf(attempt.model)))
  const at = served.accepted === undefined ? -1 : served.attempts.indexOf(served.accepted)
  return { ...served, attempts, accepted: attempts[at], row }
}

interface Recorded {
  readonly outcome: ModelOutcome | undefined
  readonly candidate: Omit<Candidate, 'model'>
}

/** Several answers cost several times one, as far as the row has that many; they are asked for side by side, so they take the time of one. */
function recorded(
  { model, samples: asked, readsAnswer }: CallAction,
  { outcome, candidate }: Recorded,
): RecordedAttempt {
  if (outcome === undefined) {
    return { model, error: { code: 'data.model', message: `the row has no outcome of ${model}` } }
  }
  const { latencyMs, inputTokens, outputTokens } = outcome
  const answers = answersOf(outcome, asked)
  const samples = Math.min(asked, Math.max(1, answers.length))
  const costUsd = sampleCostUsd(candidate, outcome, samples)
  const prompts = candidate.promptBilled === 'once' ? 1 : samples
  return {
    model,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    usage: {
      ...(inputTokens === undefined ? {} : { inputTokens: prompts * inputTokens }),
      ...(outputTokens === undefined ? {} : { outputTokens: samples * outputTokens }),
    },
    ...(readsAnswer === true ? { answers, signals: signalsOf(outcome), checks: outcome.checks ?? [] } : {}),
  }
}

/**
 * An answer that was read is one particular answer: its quality is that sample's score. One that nobody read stands for any draw of the model, and
 * the mean over the row's samples is what a draw is worth on average, without the noise of picking one.
 */
function withQuality(attempt: RecordedAttempt, outcome: ModelOutcome | undefined): RecordedAttempt {
  if (outcome === undefined) return attempt
  const { answers = [], best = 0 } = attempt
  const quality = answers.length === 0 ? qualityOf(outcome) : qualityOfAnswer(outcome, best)
  return quality === undefined ? attempt : { ...attempt, quality }
}
