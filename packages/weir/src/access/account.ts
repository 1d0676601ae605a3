/**
 * Account: one key with what it has used and has reserved, in memory. Everything here is synchronous: between the look at a budget and its
 * reservation no other request can come, which is what makes budgets hold under any number of parallel requests.
 *
 *   a request is admitted  <=>  spent + reserved + its estimate <= budget, for the day and for the month
 *   admission:  reserved += estimate         end:  reserved -= estimate, spent += what it cost
 *
 * So the budget can be passed only by what admitted requests cost above their estimates. Days and months are those of UTC; what is
 * reserved counts in the period that is current, and is spent in the one in which the request ends.
 */
import { WeirError } from '@weir/core/basics'
import type { HashedKey } from './key.ts'
import { MinuteWindow } from './minute-window.ts'

/** What one request may cost at most, as far as can be told before it is made. */
export interface Estimate {
  readonly usd: number
  readonly tokens: number
}

/** What one request cost. The metered and the estimated part are never one number: the latter is of calls whose usage is not known. */
export interface Charge {
  readonly meteredUsd: number
  readonly estimatedUsd: number
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface Spent {
  readonly requests: number
  readonly meteredUsd: number
  readonly estimatedUsd: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Told of every end of a request, for the disk. */
export type OnSpent = (keyId: string, day: string, spent: Spent) => void

/** A refusal says when to come back. */
export class Refused extends WeirError {
  /** Undefined: coming back does not help. */
  readonly retryAfterMs: number | undefined

  constructor(code: WeirError['code'], message: string, retryAfterMs: number | undefined) {
    super(code, message)
    this.retryAfterMs = retryAfterMs
  }
}

export interface Reservation {
  readonly estimate: Estimate
  readonly slot: number
}

export class Account {
  key: HashedKey
  readonly #requests = new MinuteWindow()
  readonly #tokens = new MinuteWindow()
  #running = 0
  #reservedUsd = 0
  #day = ''
  #spentDayUsd = 0
  #month = ''
  #spentMonthUsd = 0

  constructor(key: HashedKey) {
    this.key = key
  }

  get running(): number {
    return this.#running
  }

  get reservedUsd(): number {
    return this.#reservedUsd
  }

  /** What the disk knows, from the start of the gateway and whenever another process wrote to it. */
  load({
    day,
    dayUsd,
    monthUsd,
  }: {
    readonly day: string
    readonly dayUsd: number
    readonly monthUsd: number
  }): void {
    this.#day = day
    this.#month = day.slice(0, 7)
    this.#spentDayUsd = dayUsd
    this.#spentMonthUsd = monthUsd
  }

  spent(now: Date): { readonly dayUsd: number; readonly monthUsd: number } {
    this.#turn(now)
    return { dayUsd: this.#spentDayUsd, monthUsd: this.#spentMonthUsd }
  }

  /** Throws Refused. */
  reserve(estimate: Estimate, now: Date): Reservation {
    const nowMs = now.getTime()
    this.#checkRates(estimate, nowMs)
    this.#checkBudgets(estimate, now)
    this.#requests.add(1, nowMs)
    const slot = this.#tokens.add(estimate.tokens, nowMs)
    this.#running += 1
    this.#reservedUsd += estimate.usd
    return { estimate, slot }
  }

  /** The end of a request that was admitted. Once. */
  settle({ estimate, slot }: Reservation, charge: Charge, now: Date): void {
    this.#turn(now)
    this.#running -= 1
    // Sums of fractions drift; with nothing running nothing is reserved.
    this.#reservedUsd = this.#running === 0 ? 0 : this.#reservedUsd - estimate.usd
    const usd = charge.meteredUsd + charge.estimatedUsd
    this.#spentDayUsd += usd
    this.#spentMonthUsd += usd
    const tokens = charge.inputTokens + charge.outputTokens
    this.#tokens.correct(slot, tokens - estimate.tokens, now.getTime())
  }

  #checkRates({ tokens }: Estimate, nowMs: number): void {
    const { requestsPerMinute, tokensPerMinute, concurrentRequests } = this.key.limits
    if (concurrentRequests !== undefined && this.#running >= concurrentRequests) {
      const message = `this key has ${this.#running} requests running, its limit is ${concurrentRequests}; wait for one to end`
      throw new Refused('limit.concurrent', message, 1000)
    }
    if (requestsPerMinute !== undefined && this.#requests.used(nowMs) + 1 > requestsPerMinute) {
      const wait = this.#requests.msUntil(requestsPerMinute - 1, nowMs)
      throw new Refused(
        'limit.requests',
        `this key may make ${requestsPerMinute} requests a minute; wait`,
        wait,
      )
    }
    if (tokensPerMinute === undefined || this.#tokens.used(nowMs) + tokens <= tokensPerMinute) return
    if (tokens > tokensPerMinute) {
      const message = `this request may take ${tokens} tokens, this key ${tokensPerMinute} a minute; lower max_tokens or shorten it`
      throw new Refused('limit.tokens', message, undefined)
    }
    const wait = this.#tokens.msUntil(tokensPerMinute - tokens, nowMs)
    throw new Refused('limit.tokens', `this key may use ${tokensPerMinute} tokens a minute; wait`, wait)
  }

  #checkBudgets({ usd }: Estimate, now: Date): void {
    this.#turn(now)
    const { usdPerDay, usdPerMonth } = this.key.limits
    const taken = this.#reservedUsd + usd
    if (usdPerDay !== undefined && this.#spentDayUsd + taken > usdPerDay) {
      throw new Refused('limit.budget', budgetMessage('day', usdPerDay), nextDay(now) - now.getTime())
    }
    if (usdPerMonth !== undefined && this.#spentMonthUsd + taken > usdPerMonth) {
      throw new Refused('limit.budget', budgetMessage('month', usdPerMonth), nextMonth(now) - now.getTime())
    }
  }

  /** A new day or month begins with nothing spent. */
  #turn(now: Date): void {
    const day = dayOf(now)
    if (day === this.#day) return
    if (day.slice(0, 7) !== this.#month) this.#spentMonthUsd = 0
    this.#spentDayUsd = 0
    this.#day = day
    this.#month = day.slice(0, 7)
  }

  /** The headers of OpenAI, for the limits that the key has: names and values alternating. */
  addHeaders(headers: string[], nowMs: number): void {
    const { requestsPerMinute, tokensPerMinute } = this.key.limits
    if (requestsPerMinute !== undefined)
      addLimit(headers, 'requests', { window: this.#requests, limit: requestsPerMinute, nowMs })
    if (tokensPerMinute !== undefined)
      addLimit(headers, 'tokens', { window: this.#tokens, limit: tokensPerMinute, nowMs })
  }
}

interface Limited {
  readonly window: MinuteWindow
  readonly limit: number
  readonly nowMs: number
}

function addLimit(headers: string[], name: string, { window, limit, nowMs }: Limited): void {
  const remaining = Math.max(0, Math.floor(limit - window.used(nowMs)))
  headers.push(
    `x-ratelimit-limit-${name}`,
    String(limit),
    `x-ratelimit-remaining-${name}`,
    String(remaining),
    `x-ratelimit-reset-${name}`,
    toDuration(window.msUntil(0, nowMs)),
  )
}

/** As OpenAI writes them: 120ms, 8.64s, 1m0s. */
export function toDuration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`
  const seconds = Math.ceil(ms / 10) / 100
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${Math.ceil(seconds % 60)}s`
}

function budgetMessage(period: string, usd: number): string {
  return `what is left of this key's budget of ${usd} USD a ${period} does not pay for this request; ask whoever gave you the key, or lower max_tokens`
}

const DAY_MS = 86_400_000
let lastDay = -1
let lastDayText = ''

/** ISO date, UTC. Asked several times a request, so the text of a day is made once. */
export function dayOf(now: Date): string {
  const day = Math.floor(now.getTime() / DAY_MS)
  if (day !== lastDay) {
    lastDayText = now.toISOString().slice(0, 10)
    lastDay = day
  }
  return lastDayText
}

/** What one key spent on a day and in its month. */
export interface SpentUsd {
  readonly keyId: string
  dayUsd: number
  monthUsd: number
}

/** Adds each row to the sums of its key, where it belongs to `day` or its month. */
export function addSpent(
  sums: Map<string, SpentUsd>,
  rows: readonly (Spent & { readonly keyId: string; readonly day: string })[],
  day: string,
): void {
  for (const row of rows) {
    const sum = sums.get(row.keyId) ?? { keyId: row.keyId, dayUsd: 0, monthUsd: 0 }
    sums.set(row.keyId, sum)
    const usd = row.meteredUsd + row.estimatedUsd
    if (row.day === day) sum.dayUsd += usd
    if (row.day.slice(0, 7) === day.slice(0, 7)) sum.monthUsd += usd
  }
}

function nextDay(now: Date): number {
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)
}

function nextMonth(now: Date): number {
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
}
