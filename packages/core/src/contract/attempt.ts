/**
 * Attempt: one upstream call, live or recorded.
 */
import type { ErrorCode } from './errors.ts'

export interface Usage {
  readonly inputTokens?: number
  readonly outputTokens?: number
}

export interface Attempt {
  readonly model: string
  /** Present when the call failed before the commit point. */
  readonly error?: { readonly code: ErrorCode; readonly message: string }
  readonly usage?: Usage
  /** Metered cost of this call, USD. */
  readonly costUsd?: number
  /** Wall time of the call up to its answer or error, ms. */
  readonly latencyMs?: number
}
