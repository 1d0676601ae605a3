/**
 * Attempt: one upstream call, live or recorded.
 */
import type { Answer } from './answer.ts'
import type { ErrorCode } from './errors.ts'
import type { ServiceTier } from './prices.ts'
import type { Score, Signals } from './score.ts'

/** What one call used, as its upstream counted. Each part is contained in the count it is a part of; absent means not said. */
export interface Usage {
  /** The whole prompt, cached and cache-written tokens among it. */
  readonly inputTokens?: number
  /** The whole answer, its reasoning among it. */
  readonly outputTokens?: number
  /** Of the prompt: read from the provider's cache. */
  readonly cachedInputTokens?: number
  /** Of the prompt: written to a cache that lives for minutes. */
  readonly cacheWrite5mTokens?: number
  /** Of the prompt: written to a cache that lives for an hour. */
  readonly cacheWrite1hTokens?: number
  /** Of the answer: thinking that comes before it. */
  readonly reasoningTokens?: number
  /** Of the prompt: sound. */
  readonly audioInputTokens?: number
  /** Of the answer: sound. */
  readonly audioOutputTokens?: number
  /** How it was processed, where that has a price of its own. Absent: in the ordinary way. */
  readonly serviceTier?: ServiceTier
  /** What the upstream itself says that it charged, USD. Counts where no price is known. */
  readonly reportedCostUsd?: number
}

/** What a call was for. A `self-check` or a `judge` call is no answer: it is paid for and listed with the attempt that it judged. */
export type Purpose = 'answer' | 'self-check' | 'judge' | 'external'

export interface Attempt {
  readonly model: string
  /** Default 'answer'. */
  readonly purpose?: Purpose
  /** Upstream calls that this attempt took: several samples may be several calls. Default 1. */
  readonly calls?: number
  /** Present when the call failed before the commit point. */
  readonly error?: { readonly code: ErrorCode; readonly message: string }
  readonly usage?: Usage
  /** Metered cost of this call, all samples, USD. */
  readonly costUsd?: number
  /** Wall time of the call up to its answer or error, ms. */
  readonly latencyMs?: number
  /** The answers, one per sample; absent when a policy needs none of them read, and on errors. */
  readonly answers?: readonly Answer[]
  /** Position of the best of `answers`, by the selector; absent when nothing selected: the first one then stands for the attempt. */
  readonly best?: number
  /** Signals known without a scorer: recorded ones in a replay. Scorers are asked for the others. */
  readonly signals?: Signals
  /** Calls that were made to read them: recorded ones in a replay. They count like those that scorers make now. */
  readonly checks?: readonly Attempt[]
  /** Set by serve once the answer was read; absent where nothing reads it. */
  readonly score?: Score
}
