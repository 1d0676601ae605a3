/**
 * Observer: what is told of each request while it is served, for metrics, spans and the request log. Nothing is told when there is none:
 * whoever calls it asks for `undefined` first, and that is all it costs then.
 *
 *   request begun -> call begun -> call ended -> … -> request ended        or: request refused
 *
 * An observer sees messages and answers only as far as the types below say; what it publishes of them is its own responsibility.
 */
import type {
  Ask,
  Attempt,
  AttemptVerdict,
  Decision,
  ErrorCode,
  PolicyName,
  Purpose,
  Reason,
  StoredMessage,
} from '@weir/core'

export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>

/** A request that was parsed and admitted, and is served from here on. */
export interface ObservedRequest {
  readonly id: string
  /** The wire that the caller speaks, for example 'chat'. One of few. */
  readonly dialect: string
  /** performance.now() when the request was read, ms. */
  readonly startedAtMs: number
  /** Undefined for a named model and a raw cut-off. */
  readonly policy: PolicyName | undefined
  readonly ask: Ask
  readonly wantsStream: boolean
  /** Private: published only where the configuration asks for content. */
  readonly messages: readonly StoredMessage[]
  readonly headers: IncomingHeaders
}

export interface ObservedCallStart {
  readonly model: string
  readonly purpose: Purpose
  /** Why this model is called; absent for calls of scorers. */
  readonly reason?: Reason
  /** Headers of the caller that go upstream, names and values alternating. */
  readonly headers: readonly string[]
}

/** One call, from before it is sent. */
export interface ObservedCall {
  /** What is sent instead of the headers given: with the trace of this call. */
  readonly headers: readonly string[]
  /** The call gave an answer or an error. An answer that is a stream may still be on its way until the request ends. */
  end(attempt: Attempt): void
}

/** An attempt with everything known once the request has ended. */
export interface ObservedAttempt extends Attempt {
  readonly reason?: Reason
  /** performance.now() when the call began, ms. */
  readonly startedAtMs: number
  readonly verdict: AttemptVerdict | undefined
  /** HTTP status of the upstream when it is not 2xx. */
  readonly status?: number
  /** Up to the first bytes of a stream, ms; absent for whole answers and errors. */
  readonly firstByteMs?: number
  /** True for the answer that the caller got. */
  readonly isGiven: boolean
}

export interface ObservedEnd {
  /** Undefined when the request failed before a model was chosen. */
  readonly decision: Decision | undefined
  readonly attempts: readonly ObservedAttempt[]
  readonly abstained: boolean
  /** What the response cache said; undefined where it was not asked. */
  readonly cache?: 'hit' | 'miss'
  /** What the caller was told, or what broke the stream off; undefined when all went well. */
  readonly error: ErrorCode | undefined
  /** HTTP status sent; undefined when the caller was gone before. */
  readonly status: number | undefined
  /** Our own time up to the response head, upstream waiting excluded, ms: the figure of x-weir-overhead-ms. */
  readonly overheadMs: number | undefined
  /** From the request read to the response head, ms. */
  readonly headMs: number | undefined
  /** From the request read to its last byte, ms. */
  readonly durationMs: number
  /** Text of the answer, where text is kept. */
  readonly text: string | undefined
}

/** A request that was turned away before it was served. */
export interface Refused {
  readonly dialect: string
  readonly code: ErrorCode
  readonly status: number
}

export interface Observation {
  /** True when the text of the answer is wanted at the end. Default false. */
  readonly readsText?: boolean
  /** Absent when only the end is of interest. */
  beginCall?(call: ObservedCallStart): ObservedCall
  end(end: ObservedEnd): void
}

export interface Observer {
  /** Undefined: this request is of no interest. */
  begin(request: ObservedRequest): Observation | undefined
  refuse?(refused: Refused): void
}

/** All of them as one. Undefined when there is none, so that nothing is called. */
export function composeObservers(observers: readonly Observer[]): Observer | undefined {
  const [only] = observers
  if (observers.length < 2) return only
  return {
    begin: (request) => composeObservations(observers.flatMap((one) => one.begin(request) ?? [])),
    refuse(refused) {
      for (const one of observers) one.refuse?.(refused)
    },
  }
}

function composeObservations(all: readonly Observation[]): Observation | undefined {
  const [only] = all
  if (all.length < 2) return only
  const calling = all.filter((one) => one.beginCall !== undefined)
  return {
    readsText: all.some(({ readsText }) => readsText === true),
    ...(calling.length === 0 ? {} : { beginCall: (call) => composeCalls(calling, call) }),
    end(end) {
      for (const one of all) one.end(end)
    },
  }
}

/** Each sees the headers that the one before it made. */
function composeCalls(all: readonly Observation[], start: ObservedCallStart): ObservedCall {
  let { headers } = start
  const calls: ObservedCall[] = []
  for (const one of all) {
    const call = one.beginCall?.({ ...start, headers })
    if (call === undefined) continue
    calls.push(call)
    headers = call.headers
  }
  return {
    headers,
    end(attempt) {
      for (const call of calls) call.end(attempt)
    },
  }
}
