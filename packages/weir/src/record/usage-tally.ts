/**
 * Usage tally: outcome rows -> counts by hour, the form in which usage outlives its rows.
 *
 * The unit is the upstream call: each attempt and each call of a scorer is counted under its own model, reason and verdict, with its cost, tokens
 * and latency. Requests are counted once, where the answer came from (or the last attempt, when none came). So requests, costs and
 * tokens each add up over models, and over the values of any dimension.
 */
import type { LiveOutcome, StoredAttempt, StoredCall } from './live-outcome.ts'
import { bucketOf } from './latency-histogram.ts'

/** What usage can be asked by. Each is counted by model as well. `all` has the one value ''. */
export const DIMENSIONS = ['all', 'key', 'reason', 'policy', 'level', 'mode', 'verdict'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** The columns of a count, in the order of the table (usage-table.ts). */
export interface Counts {
  requests: number
  /** Requests that got no answer. */
  failed: number
  /** Requests answered from the response cache: no call was made. */
  cacheHits: number
  calls: number
  /** Calls whose cost is not known; `costUsd` is without them. */
  unpriced: number
  costUsd: number
  inputTokens: number
  outputTokens: number
}

export interface Tally {
  readonly hourMs: number
  readonly model: string
  /** One value for each dimension, in their order. */
  readonly values: readonly string[]
  readonly counts: Counts
  /** Calls per bucket of the latency histogram; buckets without calls may be absent. */
  readonly latency: number[]
}

export const HOUR_MS = 3_600_000

/** Longest value kept. 100: names are shorter, and a table of counts must not grow by what callers write. */
const VALUE_LENGTH = 100

export class UsageTally {
  readonly #tallies = new Map<string, Tally>()

  get tallies(): Iterable<Tally> {
    return this.#tallies.values()
  }

  add(row: LiveOutcome): void {
    const hourMs = hourOf(row.servedAt)
    const answered = Object.keys(row.models)[0]
    const attempts = row.attempts ?? []
    // The attempt that the request is counted with: the one that was given, else the last.
    const told = attempts.find(({ verdict }) => verdict === 'accept') ?? attempts.at(-1)
    const isCacheHit = row.cached === true
    for (const attempt of attempts) this.#addAttempt(row, { hourMs, attempt, isTold: attempt === told })
    if (told !== undefined) return
    const reason = isCacheHit ? 'cache' : row.decision.reason
    const tally = this.#find(row, { hourMs, model: answered ?? row.decision.model, reason, verdict: 'none' })
    countRequest(row, tally.counts)
  }

  #addAttempt(row: LiveOutcome, { hourMs, attempt, isTold }: Attempted): void {
    const reason = attempt.reason ?? row.decision.reason
    const verdict = attempt.verdict ?? (attempt.error === undefined ? 'accept' : 'failed')
    const tally = this.#find(row, { hourMs, model: attempt.model, reason, verdict })
    countCall(attempt, tally)
    if (isTold) countRequest(row, tally.counts)
    for (const check of attempt.checks ?? NONE) {
      countCall(
        check,
        this.#find(row, { hourMs, model: check.model, reason: 'check', verdict: check.purpose }),
      )
    }
  }

  #find({ decision, key }: LiveOutcome, { hourMs, model, reason, verdict }: Place): Tally {
    const { policy, level, mode } = decision
    // Levels come from an artifact in steps of 0.01; whatever else a file says must not widen the table.
    const shown = level === null ? '' : String(Math.round(level * 100) / 100)
    const name = `${hourMs}\n${model}\n${key ?? ''}\n${reason}\n${policy}\n${shown}\n${mode ?? ''}\n${verdict}`
    const found = this.#tallies.get(name)
    if (found !== undefined) return found
    const values = ['', key ?? '', reason, policy, shown, mode ?? '', verdict].map(shorten)
    const tally: Tally = { hourMs, model: shorten(model), values, counts: noCounts(), latency: [] }
    this.#tallies.set(name, tally)
    return tally
  }
}

interface Attempted {
  readonly hourMs: number
  readonly attempt: StoredAttempt
  readonly isTold: boolean
}

interface Place {
  readonly hourMs: number
  readonly model: string
  readonly reason: string
  readonly verdict: string
}

const NONE: NonNullable<StoredAttempt['checks']> = []

function shorten(value: string): string {
  return value.slice(0, VALUE_LENGTH)
}

export function noCounts(): Counts {
  return {
    requests: 0,
    failed: 0,
    cacheHits: 0,
    calls: 0,
    unpriced: 0,
    costUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
  }
}

function countRequest(row: LiveOutcome, counts: Counts): void {
  counts.requests += 1
  if (row.cached === true) counts.cacheHits += 1
  else if (Object.keys(row.models).length === 0) counts.failed += 1
}

/** A call that failed without usage cost nothing that anybody knows of, and is not called unpriced. */
function countCall(call: StoredCall, { counts, latency }: Tally): void {
  const { costUsd, inputTokens = 0, outputTokens = 0, error } = call
  counts.calls += call.calls ?? 1
  counts.costUsd += costUsd ?? 0
  if (costUsd === undefined && error === undefined) counts.unpriced += 1
  counts.inputTokens += inputTokens
  counts.outputTokens += outputTokens
  const bucket = bucketOf(call.latencyMs)
  latency[bucket] = (latency[bucket] ?? 0) + 1
}

/** Start of the hour, ms since the epoch; 0 for a time that cannot be read, so that the row is counted somewhere. */
function hourOf(servedAt: string): number {
  const ms = Date.parse(servedAt)
  return Number.isNaN(ms) ? 0 : ms - (ms % HOUR_MS)
}
