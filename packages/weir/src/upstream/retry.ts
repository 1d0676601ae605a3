/**
 * Retry: sends again after an error, before the commit point. To another upstream of the model at once, while there is one that has not
 * been tried; else to the same one after a wait. Of `Send`'s shape on both sides.
 *
 *   wait = random * min(maxMs, baseMs * 2^retries)                        (full jitter)
 *   wait = retryAfterMs + random * baseMs                                 (when the upstream said when)
 *
 * Nothing is begun that cannot end before the caller's deadline, and a wait longer than `patienceMs` is left to the caller, who is told.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015: full jitter does the least work for its delay.
 */
import type { Clock } from './clock.ts'
import type { RetryOptions } from './faults.ts'
import type { CallRequest, LiveAttempt, Try } from './live-attempt.ts'

/** The upstreams of one model, as retrying sees them. */
export interface Spread {
  /** Number of upstreams. */
  readonly size: number
  /** Position of the upstream to call next; `tried` are passed over. Undefined when none of the others may be called now. */
  choose(tried: ReadonlySet<number>): number | undefined
  /** Ms until this one may be called, 0 for now. */
  waitMs(upstream: number): number
  /** Number of keys that the operator has for this one. */
  keys(upstream: number): number
  send(upstream: number, request: CallRequest): Promise<LiveAttempt>
  /** The attempt of a call that could not be made: no upstream may be called now. */
  unavailable(): LiveAttempt
}

export interface RetryTools {
  readonly retry: RetryOptions
  /** For the call with all its tries, ms. */
  readonly totalMs: number
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
}

/** What comes after a failed try. */
export interface Next {
  readonly move: 'retry' | 'failover'
  readonly upstream: number
  readonly waitMs: number
}

const NONE: ReadonlySet<number> = new Set()

/** No closures and no list while the first try succeeds: that is nearly always. */
export function sendWithRetry(spread: Spread, tools: RetryTools, request: CallRequest): Promise<LiveAttempt> {
  const first = spread.choose(NONE)
  if (first === undefined) return Promise.resolve(spread.unavailable())
  return spread
    .send(first, request)
    .then((attempt) =>
      attempt.error === undefined || attempt.cure === 'none' || request.lifeline.isGone
        ? attempt
        : new Retrying(spread, tools, boundedBy(request, attempt.startedAtMs + tools.totalMs)).after(attempt),
    )
}

/** What the first try left of the total limit holds for all that follow. */
function boundedBy(request: CallRequest, totalUntilMs: number): Bounded {
  return { ...request, untilMs: Math.min(totalUntilMs, request.lifeline.deadlineAtMs ?? Infinity) }
}

type Bounded = CallRequest & { readonly untilMs: number }

class Retrying {
  readonly #spread: Spread
  readonly #tools: RetryTools
  readonly #request: Bounded
  readonly #tried = new Set<number>()
  readonly #tries: Try[] = []
  #retries = 0
  /** Tries with another key of the upstream that is called now. */
  #rotations = 0

  constructor(spread: Spread, tools: RetryTools, request: Bounded) {
    this.#spread = spread
    this.#tools = tools
    this.#request = request
  }

  /** Goes on from the first try, which failed. */
  async after(first: LiveAttempt): Promise<LiveAttempt> {
    let attempt = first
    this.#note(attempt, { move: 'first', upstream: attempt.upstream ?? 0, waitMs: 0 })
    for (let next = this.#next(attempt); next !== undefined; next = this.#next(attempt)) {
      if (next.waitMs > 0) await this.#wait(next.waitMs)
      if (this.#request.lifeline.isGone) break
      attempt = await this.#spread.send(next.upstream, this.#request)
      this.#note(attempt, next)
    }
    const { startedAtMs } = first
    const latencyMs = this.#tools.clock.nowMs() - startedAtMs
    return this.#tries.length === 1 ? attempt : { ...attempt, startedAtMs, latencyMs, tries: this.#tries }
  }

  #note(attempt: LiveAttempt, { move, upstream, waitMs }: Omit<Next, 'move'> & Pick<Try, 'move'>): void {
    this.#tried.add(upstream)
    this.#tries.push({
      upstream,
      move,
      latencyMs: attempt.latencyMs ?? 0,
      ...(attempt.error === undefined ? {} : { error: attempt.error.code }),
      ...(attempt.refusal === undefined ? {} : { status: attempt.refusal.status }),
      ...(waitMs > 0 ? { waitMs } : {}),
    })
  }

  /** Undefined: this attempt is what the call gives. */
  #next(attempt: LiveAttempt): Next | undefined {
    if (attempt.error === undefined || attempt.cure === 'none' || this.#request.lifeline.isGone)
      return undefined
    if (this.#tools.clock.nowMs() >= this.#request.untilMs) return undefined
    if (this.#canRotate(attempt)) {
      this.#rotations += 1
      return { move: 'retry', upstream: attempt.upstream ?? 0, waitMs: 0 }
    }
    const other = this.#tried.size < this.#spread.size ? this.#spread.choose(this.#tried) : undefined
    if (other !== undefined) {
      this.#rotations = 0
      return { move: 'failover', upstream: other, waitMs: 0 }
    }
    return this.#retrySame(attempt)
  }

  /** Each key once: one whose rest is over before the next is refused would come round for ever. */
  #canRotate({ cure, upstream = 0 }: LiveAttempt): boolean {
    return cure === 'key' && this.#rotations + 1 < this.#spread.keys(upstream)
  }

  #retrySame(attempt: LiveAttempt): Next | undefined {
    const { retry, clock, random } = this.#tools
    const upstream = attempt.upstream ?? 0
    const isRepeatable = attempt.cure === 'repeat' || attempt.cure === 'key'
    if (!isRepeatable || this.#retries >= retry.count) return undefined
    // A caller's own key does not rest for others, but this call waits as its answer said.
    const restMs = Math.max(this.#spread.waitMs(upstream), attempt.retryAfterMs ?? 0)
    const waitMs = backoffMs(retry, { retries: this.#retries, retryAfterMs: restMs, random: random() })
    const isTooLong = restMs > retry.patienceMs || clock.nowMs() + waitMs >= this.#request.untilMs
    if (isTooLong) return undefined
    this.#retries += 1
    return { move: 'retry', upstream, waitMs }
  }

  /** Ends early when the caller leaves. */
  #wait(waitMs: number): Promise<void> {
    const { lifeline } = this.#request
    return new Promise((resolve) => {
      const end = (): void => {
        lifeline.call = undefined
        resolve()
      }
      const cancel = this.#tools.clock.after(waitMs, end)
      lifeline.call = {
        drop() {
          cancel()
          end()
        },
      }
    })
  }
}

export interface Backoff {
  /** Made so far. */
  readonly retries: number
  /** What the upstream asked for, ms; 0 for nothing. */
  readonly retryAfterMs: number
  /** In [0, 1). */
  readonly random: number
}

export function backoffMs(
  { baseMs, maxMs }: RetryOptions,
  { retries, retryAfterMs, random }: Backoff,
): number {
  if (retryAfterMs > 0) return retryAfterMs + random * baseMs
  return random * Math.min(maxMs, baseMs * 2 ** retries)
}
