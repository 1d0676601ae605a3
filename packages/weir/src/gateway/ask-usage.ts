/**
 * Ask usage: a streamed chat answer says what it used only when it is asked to. Where a key pays for it, weir asks on the caller's behalf and takes
 * the extra event out again, so that a stream costs its key what it cost, and the caller gets what it asked for.
 */
import type { Usage } from '@weir/core'
import type { LiveAttempt } from '../upstream/client.ts'
import type { UpstreamModel } from '../upstream/definition.ts'
import type { ChatRequest } from './chat-request.ts'
import { EventGate } from './event-gate.ts'
import { setMembers } from './rewrite.ts'

/** True for a stream whose upstream would not say what it used. */
export function lacksUsage(
  { dialect, wire, wantsStream, forward }: ChatRequest,
  definition: Pick<UpstreamModel, 'streamUsage'> | undefined,
): boolean {
  if (!wantsStream || wire.includesUsage || forward !== undefined || dialect.name !== 'chat') return false
  return definition?.streamUsage !== false
}

export function withUsageAsked(body: Buffer, { wire }: ChatRequest): Buffer {
  return setMembers(body, { stream_options: { ...wire.streamOptions, include_usage: true } })
}

export interface Gated {
  /** Told what the stream used, as it passes. */
  readonly onUsage: (usage: Usage) => void
  /** Closes the upstream. */
  readonly abort: () => void
}

/** The attempt with a stream that holds no usage event. */
export function withoutUsageEvent(attempt: LiveAttempt, { onUsage, abort }: Gated): LiveAttempt {
  const { answer } = attempt
  if (answer?.kind !== 'stream' || !answer.isEvents) return attempt
  return {
    ...attempt,
    answer: {
      ...answer,
      flow: (outlet) =>
        answer.flow(
          new EventGate({
            outlet,
            dropsLogprobs: false,
            dropsUsage: true,
            onUsage,
            abort,
            nowMs: () => performance.now(),
          }),
        ),
    },
  }
}
