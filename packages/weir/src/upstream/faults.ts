/**
 * Faults: what may be done about a failing or slow upstream before the commit point, and how much of it. Each number is a bound: none of
 * these moves goes on for ever, and none begins after the first byte to the caller.
 *
 *   retry      the same upstream again after a transient error      breaker   an upstream that keeps failing is left alone
 *   failover   another upstream of the model because of an error    hedge     a second call because of slowness
 */

export interface RetryOptions {
  /** Further calls of one model after a transient error, besides those to its other upstreams. Default 2, as official clients. 0: none. */
  readonly count: number
  /** Mean wait before the first is half of this, ms; doubles each time. Default 250: a restarting worker is back, a reader has not noticed. */
  readonly baseMs: number
  /** No wait that we choose is longer, ms. Default 2,000. */
  readonly maxMs: number
  /** A longer Retry-After is not waited for: another upstream or model is asked, or the caller told when, ms. Default 5,000. */
  readonly patienceMs: number
}

export const DEFAULT_RETRY: RetryOptions = { count: 2, baseMs: 250, maxMs: 2_000, patienceMs: 5_000 }

export interface BreakerOptions {
  /** Failures within the window that open it, when they are also `fraction` of its calls. Default 5: one bad answer proves nothing. 0: never. */
  readonly failures: number
  /** Range (0, 1]. Default 0.5: below that, retries cost less than leaving the upstream alone. */
  readonly fraction: number
  /** Calls that are counted, ms back. Default 10,000. */
  readonly windowMs: number
  /** How long it stays open at first, ms; doubles each time a probe fails. Default 1,000: a restart takes seconds. */
  readonly openMs: number
  /** At most, ms. Default 30,000. */
  readonly maxOpenMs: number
  /** Calls let through at once while half-open. Default 1. */
  readonly probes: number
}

export const DEFAULT_BREAKER: BreakerOptions = {
  failures: 5,
  fraction: 0.5,
  windowMs: 10_000,
  openMs: 1_000,
  maxOpenMs: 30_000,
  probes: 1,
}

export interface HedgeOptions {
  /** Calls of which a second one may be made, as a share of all. Range [0, 1]. Default 0: off, because a hedge may be billed twice. */
  readonly fraction: number
  /** Percentile of the latest waits after which a call counts as slow. Range (0, 1). Default 0.95. */
  readonly percentile: number
  /** Never earlier than this, ms. Default 500. */
  readonly minMs: number
}

export const DEFAULT_HEDGE: HedgeOptions = { fraction: 0, percentile: 0.95, minMs: 500 }

/** For all models; one may state its own. */
export interface FaultOptions {
  readonly retry: RetryOptions
  readonly breaker: BreakerOptions
  readonly hedge: HedgeOptions
}

export const DEFAULT_FAULTS: FaultOptions = {
  retry: DEFAULT_RETRY,
  breaker: DEFAULT_BREAKER,
  hedge: DEFAULT_HEDGE,
}

/** Each call is one call: for commands that count and repeat calls themselves. */
export const UNAIDED: FaultOptions = {
  retry: { ...DEFAULT_RETRY, count: 0 },
  breaker: { ...DEFAULT_BREAKER, failures: 0 },
  hedge: DEFAULT_HEDGE,
}
