/**
 * Call plan: what a call asks of its upstream besides what the caller asked, so that its answer can be read and paid for: log-probabilities
 * for the signals, usage of streams, several samples. What was added for weir's sake is taken out of the answer again.
 */
import type { Scorer } from '@weir/core'
import type { UpstreamModel } from '../upstream/definition.ts'
import type { ChatRequest } from './chat-request.ts'
import type { Members } from './rewrite.ts'

export interface CallPlan {
  /** Set in the request's body; undefined takes one out. */
  readonly members: Members
  readonly dropsLogprobs: boolean
  readonly dropsUsage: boolean
  /** Answers of one call. */
  readonly perCall: number
  /** Calls side by side. */
  readonly calls: number
}

export interface Wanted {
  readonly readsAnswer: boolean
  /** Answers that the policy asks for. */
  readonly samples: number
  readonly needs: LogprobNeeds
}

export interface LogprobNeeds {
  readonly logprobs: boolean
  readonly topLogprobs: number
}

/** What these scorers read of an answer, taken together. */
export function needsOf(scorers: readonly Scorer[]): LogprobNeeds {
  const topLogprobs = Math.max(0, ...scorers.map(({ needs }) => needs.topLogprobs ?? 0))
  return { logprobs: topLogprobs > 0 || scorers.some(({ needs }) => needs.logprobs === true), topLogprobs }
}

/** A caller who asks for several answers gets those: the policy's samples are then the caller's. */
export function planCall(request: ChatRequest, definition: UpstreamModel, wanted: Wanted): CallPlan {
  const { wire, wantsStream } = request
  const { nativeSamples = false } = definition
  const samples = wire.n > 1 ? 1 : wanted.samples
  const isNative = samples > 1 && nativeSamples
  const readsLogprobs = needsLogprobs(wanted, definition)
  const asksUsage = samples === 1 && lacksUsage(request, definition)
  return {
    members: {
      ...(readsLogprobs ? logprobMembers(wire, wanted.needs) : {}),
      ...(asksUsage ? { stream_options: { ...wire.streamOptions, include_usage: true } } : {}),
      ...(isNative ? { n: samples } : {}),
      ...(wantsStream && samples > 1 ? GATHERED : {}),
    },
    dropsLogprobs: readsLogprobs && !wire.asksLogprobs,
    dropsUsage: asksUsage,
    ...(isNative ? { perCall: samples, calls: 1 } : { perCall: 1, calls: samples }),
  }
}

function needsLogprobs({ readsAnswer, needs }: Wanted, { logprobs = false }: UpstreamModel): boolean {
  return readsAnswer && needs.logprobs && logprobs
}

/** Several answers are gathered whole; the caller's stream is made from the best. */
const GATHERED: Members = { stream: undefined, stream_options: undefined }

function lacksUsage({ wire, wantsStream }: ChatRequest, { streamUsage = true }: UpstreamModel): boolean {
  return wantsStream && !wire.includesUsage && streamUsage
}

/** Never fewer alternatives than the caller asked for. */
function logprobMembers({ topLogprobs }: ChatRequest['wire'], needs: LogprobNeeds): Members {
  const top = Math.max(topLogprobs, needs.topLogprobs)
  return { logprobs: true, ...(top > 0 ? { top_logprobs: top } : {}) }
}
