/**
 * Usage tally: outcome rows -> counts by hour, the form in which usage outlives its rows.
 *
 * The unit is the upstream call: each attempt and each call of a scorer is counted under its own model, reason and verdict, with its cost, tokens
 * and latency. Requests are counted once, where the answer came from (or the last attempt, when none came). So requests, costs and
 * tokens each add up over models, and over the values of any dimension.
 */
import type { LiveOutcome, StoredAttempt, StoredCall } from './live-outcome.ts'
import { bucketOf, LATENCY_BUCKETS } from './latency-histogram.ts'

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

/** Counts of one value of one dimension with one model. */
export interface Cell {
  readonly value: string
  readonly model: string
  readonly counts: Counts
  /** Calls per bucket of the latency histogram. */
  readonly latency: number[]
}

/** Cells of one dimension, by value and model. */
export type Cells = Map<string, Cell>

export const HOUR_MS = 3_600_000

/** Longest value kept. 100: names are shorter, and a table of counts must not grow by what callers write. */
const VALUE_LENGTH = 100

export class UsageTally {
  /** By start of the hour, ms since the epoch; the cells of each dimension, in their order. */
  readonly hours: Map<number, readonly Cells[]> = new Map()

  add(row: LiveOutcome): void {
    const hourMs = hourOf(row.servedAt)
    const attempts = row.attempts ?? []
    // The attempt that the request is counted with: the one that was given, else the last.
    const told = attempts.find(({ verdict }) => verdict === 'accept') ?? attempts.at(-1)
    for (const attempt of attempts) this.#addAttempt(row, { hourMs, attempt, isTold: attempt === told })
    if (told !== undefined) return
    const model = Object.keys(row.models)[0] ?? row.decision.model
    const reason = row.cached === true ? 'cache' : row.decision.reason
    const counts = noCounts()
    countRequest(row, counts)
    this.#addTo(row, { hourMs, model, reason, verdict: 'none', counts, bucket: undefined })
  }

  #addAttempt(row: LiveOutcome, { hourMs, attempt, isTold }: Attempted): void {
    const { model, reason = row.decision.reason } = attempt
    const verdict = attempt.verdict ?? (attempt.error === undefined ? 'accept' : 'failed')
    const counts = countsOf(attempt)
    if (isTold) countRequest(row, counts)
    this.#addTo(row, { hourMs, model, reason, verdict, counts, bucket: bucketOf(attempt.latencyMs) })
    for (const check of attempt.checks ?? NONE) {
      this.#addTo(row, {
        hourMs,
        model: check.model,
        reason: 'check',
        verdict: check.purpose,
        counts: countsOf(check),
        bucket: bucketOf(check.latencyMs),
      })
    }
  }

  #addTo({ decision, key = '' }: LiveOutcome, counted: Counted): void {
    const { policy, level, mode } = decision
    const { hourMs, reason, verdict } = counted
    const dimensions = this.#dimensionsOf(hourMs)
    // Levels come from an artifact in steps of 0.01; whatever else a file says must not widen the table.
    const shown = level === null ? '' : String(Math.round(level * 100) / 100)
    const values = ['', key, reason, policy, shown, mode ?? '', verdict]
    const model = shorten(counted.model)
    for (let i = 0; i < values.length; i += 1) {
      const cells = dimensions[i]
      if (cells === undefined) continue
      const cell = findCell(cells, shorten(values[i] ?? ''), model)
      addCounts(cell.counts, counted.counts)
      const { bucket } = counted
      if (bucket !== undefined) cell.latency[bucket] = (cell.latency[bucket] ?? 0) + 1
    }
  }

  #dimensionsOf(hourMs: number): readonly Cells[] {
    const found = this.hours.get(hourMs)
    if (found !== undefined) return found
    const made = DIMENSIONS.map((): Cells => new Map())
    this.hours.set(hourMs, made)
    return made
  }
}

const NO_LATENCY: readonly number[] = Array.from({ length: LATENCY_BUCKETS }, () => 0)

/** The cell, made when there is none. */
export function findCell(cells: Cells, value: string, model: string): Cell {
  const name = `${value}\n${model}`
  const found = cells.get(name)
  if (found !== undefined) return found
  const made: Cell = { value, model, counts: noCounts(), latency: NO_LATENCY.slice() }
  cells.set(name, made)
  return made
}

/** Written out: this runs seven times a row. */
export function addCounts(to: Counts, from: Counts): void {
  to.requests += from.requests
  to.failed += from.failed
  to.cacheHits += from.cacheHits
  to.calls += from.calls
  to.unpriced += from.unpriced
  to.costUsd += from.costUsd
  to.inputTokens += from.inputTokens
  to.outputTokens += from.outputTokens
}

interface Attempted {
  readonly hourMs: number
  readonly attempt: StoredAttempt
  readonly isTold: boolean
}

interface Counted {
  readonly hourMs: number
  readonly model: string
  readonly reason: string
  readonly verdict: string
  readonly counts: Counts
  /** Of the call's latency; undefined when no call was made. */
  readonly bucket: number | undefined
}

const NONE: NonNullable<StoredAttempt['checks']> = []

function shorten(value: string): string {
  return value.length > VALUE_LENGTH ? value.slice(0, VALUE_LENGTH) : value
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
function countsOf(call: StoredCall): Counts {
  const { costUsd, inputTokens = 0, outputTokens = 0, error } = call
  return {
    requests: 0,
    failed: 0,
    cacheHits: 0,
    calls: call.calls ?? 1,
    unpriced: costUsd === undefined && error === undefined ? 1 : 0,
    costUsd: costUsd ?? 0,
    inputTokens,
    outputTokens,
  }
}

/** Start of the hour, ms since the epoch; 0 for a time that cannot be read, so that the row is counted somewhere. */
function hourOf(servedAt: string): number {
  const ms = Date.parse(servedAt)
  return Number.isNaN(ms) ? 0 : ms - (ms % HOUR_MS)
}
