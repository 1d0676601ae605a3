/**
 * Row: what a served request leaves in the outcome store, made from its attempts and from how the one that was given ended. Every attempt
 * is in it with what it cost and why it was not enough; every model that answered is in `models`, as a replay and training read it.
 */
import type {
  Attempt,
  AttemptVerdict,
  ErrorCode,
  ModelOutcome,
  RecordedCheck,
  Score,
  StoredMessage,
  Usage,
} from '@weir/core'
import {
  roundMs,
  toLiveOutcome,
  type LiveOutcome,
  type StoredAttempt,
  type StoredCall,
  type StoredCheck,
} from '../record/live-outcome.ts'
import type { ClientDialect } from '../dialect/client-dialect.ts'
import { dropUndefined } from '../record/drop-undefined.ts'
import type { LiveAttempt, Try } from '../upstream/live-attempt.ts'
import type { UpstreamModel } from '../upstream/definition.ts'
import { meterCostUsd, shareUsage } from '../upstream/metered-cost.ts'
import type { LiveServed } from './exchange.ts'
import { totalsOf } from './path-totals.ts'

/** How the attempt that was sent to the caller ended. A stream ends long after its attempt was accepted. */
export interface Ending {
  readonly latencyMs: number
  readonly usage: Usage | undefined
  /** What broke it off after the commit point. */
  readonly error?: ErrorCode | undefined
  /** HTTP status of the upstream when it is not 2xx. */
  readonly status?: number | undefined
  /** The answer's text, when it is stored. */
  readonly text: string | undefined
}

export interface RowParts {
  readonly id: string
  readonly servedAt: Date
  readonly served: LiveServed
  /** Undefined when nothing of an upstream was sent. */
  readonly ending: Ending | undefined
  readonly definitionOf: (model: string) => UpstreamModel | undefined
  /** Undefined when text is not stored. */
  readonly messages: readonly StoredMessage[] | undefined
  readonly escalatedFrom: string | undefined
  readonly dialect: ClientDialect['name']
  /** Id of the virtual key that asked. */
  readonly key?: string | undefined
  /** `endAttempts` of the rest, where it is there already. */
  readonly ended?: readonly Ended[]
}

export function toRow(parts: RowParts): LiveOutcome {
  const { id, servedAt, served, messages, escalatedFrom, dialect, key } = parts
  const { decision, accepted, acceptReason, abstained } = served
  const ended = parts.ended ?? endAttempts(parts)
  const given = accepted === undefined ? -1 : served.attempts.indexOf(accepted)
  const { calls, costUsd } = totalsOf(ended)
  return toLiveOutcome({
    id,
    servedAt,
    decision,
    attempts: ended.map((attempt, i) => toStored(attempt, served.verdicts[i])),
    models: toModels(ended, { given, ...parts }),
    ...(messages === undefined ? {} : { messages }),
    path: {
      calls,
      ...(costUsd === undefined ? {} : { costUsd }),
      ...(acceptReason === null ? {} : { acceptReason }),
      ...(abstained ? { abstained } : {}),
      ...(escalatedFrom === undefined ? {} : { escalatedFrom }),
      ...(dialect === 'chat' ? {} : { dialect }),
      ...(key === undefined ? {} : { key }),
    },
  })
}

/** The calls that were made, each with what is known of it once the request has ended. */
export function endAttempts(parts: RowParts): readonly Ended[] {
  const { attempts, accepted } = parts.served
  return withoutUnmade(attempts).map((attempt) => (attempt === accepted ? finish(attempt, parts) : attempt))
}

/** After the caller is gone the policy still asks for the other model and is told the same: that second entry was no call. */
function withoutUnmade(attempts: readonly LiveAttempt[]): readonly LiveAttempt[] {
  const aborted = attempts.findIndex(({ error }) => error?.code === 'request.aborted')
  return aborted < 0 ? attempts : attempts.slice(0, aborted + 1)
}

export interface Ended extends LiveAttempt {
  /** HTTP status of the upstream, when it is not 2xx. */
  readonly status?: number
}

/** The attempt that was given, with what is known since it has ended. */
function finish(attempt: LiveAttempt, { ending, definitionOf }: RowParts): Ended {
  if (ending === undefined) return attempt
  const { error: code, status } = ending
  const usage = attempt.usage ?? ending.usage
  const definition = definitionOf(attempt.model)
  const costUsd = attempt.costUsd ?? (definition === undefined ? undefined : meterCostUsd(definition, usage))
  return {
    ...attempt,
    latencyMs: isRead(attempt) ? (attempt.latencyMs ?? 0) : ending.latencyMs,
    ...(usage === undefined ? {} : { usage }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(code === undefined ? {} : { error: { code, message: '' } }),
    ...(status === undefined ? {} : { status }),
  }
}

/** True when the answer was whole before it was given: the time until then is the model's, not the caller's. */
function isRead({ answers, cancel }: LiveAttempt): boolean {
  return answers !== undefined && cancel === undefined
}

function toStored(attempt: Ended, verdict: AttemptVerdict | undefined): StoredAttempt {
  const { reason, refusal, score, best, answers = [], signals } = attempt
  const checks = (score?.calls ?? []).map(toCheck)
  return dropUndefined({
    ...toCall(attempt),
    reason,
    verdict: verdictOf(attempt, verdict),
    status: attempt.status ?? refusal?.status,
    samples: answers.length > 1 ? answers.length : undefined,
    best,
    signals: score?.signals ?? signals,
    pGoodEnough: score?.pGoodEnough,
    checks: checks.length === 0 ? undefined : checks,
    tries: attempt.tries?.map(roundTry),
  })
}

function roundTry(one: Try): Try {
  const waited = one.waitMs === undefined ? {} : { waitMs: roundMs(one.waitMs) }
  return { ...one, latencyMs: roundMs(one.latencyMs), ...waited }
}

/** An accepted stream that broke off later has failed after all. */
function verdictOf({ error }: Ended, verdict: AttemptVerdict | undefined): AttemptVerdict | undefined {
  return verdict === 'accept' && error !== undefined ? 'failed' : verdict
}

function toCheck(call: Attempt): StoredCheck {
  return { purpose: call.purpose ?? 'answer', ...toCall(call) }
}

function toCall({ model, error, costUsd, latencyMs, usage, calls }: Attempt): StoredCall {
  return dropUndefined({
    model,
    latencyMs: roundMs(latencyMs ?? 0),
    error: error?.code,
    costUsd,
    ...usage,
    calls,
  })
}

interface Models extends RowParts {
  /** Position of the attempt that was given; -1 when none was. */
  readonly given: number
}

/** The one that was given comes first: feedback without a model is about the first. */
function toModels(attempts: readonly Ended[], parts: Models): Readonly<Record<string, ModelOutcome>> {
  const answered = attempts
    .map((attempt, i) => ({ attempt, isGiven: i === parts.given }))
    .filter(({ attempt, isGiven }) => isAnswer(attempt, isGiven))
    .toSorted((a, b) => Number(b.isGiven) - Number(a.isGiven))
  return Object.fromEntries(
    answered.map(({ attempt, isGiven }) => [attempt.model, toModelOutcome(attempt, { ...parts, isGiven })]),
  )
}

/** Errors are no answers, and neither is what went nowhere without being read. */
function isAnswer({ error, status, answers }: Ended, isGiven: boolean): boolean {
  return error === undefined && status === undefined && (isGiven || answers !== undefined)
}

function toModelOutcome(
  attempt: Ended,
  { definitionOf, messages, ending, isGiven }: Models & { readonly isGiven: boolean },
): ModelOutcome {
  const usage = usageOfOne(attempt)
  const definition = definitionOf(attempt.model)
  const costUsd = definition === undefined ? undefined : meterCostUsd(definition, usage)
  const stored = messages === undefined ? {} : toText(attempt, isGiven ? ending?.text : undefined)
  const { signals, calls: checks } = attempt.score ?? NOT_SCORED
  return dropUndefined({
    ...usage,
    costUsd,
    latencyMs: roundMs(attempt.latencyMs ?? 0),
    ...stored,
    signals: Object.keys(signals).length === 0 ? undefined : signals,
    checks: checks.length === 0 ? undefined : checks.map(toRecorded),
  })
}

const NOT_SCORED: Pick<Score, 'signals' | 'calls'> = { signals: {}, calls: [] }

/** As a replay counts it. */
function toRecorded({ model, purpose = 'answer', costUsd, latencyMs, calls }: Attempt): RecordedCheck {
  return dropUndefined({ model, purpose, costUsd, latencyMs, calls })
}

/** `given`: text of the answer that went to the caller. A draft that was closed in the middle has no text. */
function toText(
  { answers = [], best = 0, cancel }: Ended,
  given: string | undefined,
): Pick<ModelOutcome, 'response' | 'samples'> {
  if (given === undefined && cancel !== undefined) return {}
  const samples = answers.length > 1 ? answers.map(({ text }) => ({ response: text })) : undefined
  return dropUndefined({ response: given ?? answers[best]?.text, samples })
}

/** A row holds what one answer took; a replay multiplies. Several calls each read the prompt, one call for several answers read it once. */
function usageOfOne({ usage, answers = [], calls = 1 }: Ended): Usage | undefined {
  if (usage === undefined || answers.length < 2) return usage
  const prompts = calls > 1 ? answers.length : 1
  return shareUsage(usage, { input: 1 / prompts, output: 1 / answers.length })
}
