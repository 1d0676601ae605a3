/**
 * Endpoint: one upstream of a model, and one try to call it: with which key, whether its breaker lets it through, what it says about its health
 * afterwards. Retrying and choosing among several are elsewhere (retry.ts, spread.ts).
 */
import type { Secret } from '../config/secret.ts'
import type { DialectName } from '../dialect/hub.ts'
import type { Adapter, Prepared } from './adapter.ts'
import { AnswerReader, type Read, type Refusal } from './answer.ts'
import { Breaker, type Permit } from './breaker.ts'
import type { Clock } from './clock.ts'
import { cureOf, verdictOf } from './cure.ts'
import type { Timeouts, UpstreamModel } from './definition.ts'
import type { Failure, Observer, Origin } from './dispatch.ts'
import { GONE } from './failures.ts'
import type { BreakerOptions } from './faults.ts'
import { BUSY_REST_MS, KeyRing, LONGEST_REST_MS, REFUSED_REST_MS } from './key-ring.ts'
import type { CallRequest, Cure, LiveAttempt } from './live-attempt.ts'
import { Load } from './load.ts'
import { forwardedAuth, providerOf, type AuthStyle } from './providers.ts'
import { readRetryAfterMs } from './retry-after.ts'

export interface EndpointOptions {
  /** The model at this place. */
  readonly definition: UpstreamModel
  /** Position among the model's upstreams. */
  readonly position: number
  readonly adapter: Adapter
  readonly origin: Origin
  readonly timeouts: Timeouts
  readonly breaker: BreakerOptions
  readonly clock: Clock
  /** Present when this upstream knows the model by a name of its own. */
  readonly rename?: (body: Buffer) => Buffer
}

interface Begun {
  readonly request: CallRequest
  readonly prepared: Prepared
  readonly startedAtMs: number
  readonly permit: Permit
  /** Position of the key; -1 for the caller's own. */
  readonly key: number
}

/** One call, until its last byte. */
class Running implements Observer {
  readonly #endpoint: Endpoint
  readonly begun: Begun
  /** True from the commit point on. */
  isAnswered = false

  constructor(endpoint: Endpoint, begun: Begun) {
    this.#endpoint = endpoint
    this.begun = begun
  }

  onOver(failure: Failure | undefined): void {
    this.#endpoint.end(this, failure)
  }
}

export class Endpoint {
  readonly #options: EndpointOptions
  readonly #headers: readonly (readonly string[])[]
  readonly #breaker: Breaker
  readonly #keys: KeyRing
  readonly #load = new Load()
  readonly #hasKey: boolean
  /** False where the operator pays: a caller's own key must not go beside theirs. */
  readonly #forwards: boolean
  readonly #forwardedAuth: AuthStyle
  /** Monotonic ms until which the upstream asked to be left alone, whatever the key. */
  #restsUntilMs = 0

  constructor(options: EndpointOptions) {
    this.#options = options
    const { definition, adapter, breaker } = options
    const keys = keysOf(definition)
    const values = keys.length === 0 ? [undefined] : keys.map((key) => key.reveal())
    this.#headers = values.map((value) => adapter.headersOf(value))
    this.#hasKey = keys.length > 0
    this.#forwards = !this.#hasKey && definition.aws === undefined
    this.#forwardedAuth = providerOf(definition.provider).auth
    this.#breaker = new Breaker(breaker)
    this.#keys = new KeyRing(keys.length)
  }

  get outstanding(): number {
    return this.#load.outstanding
  }

  get latencyMs(): number | undefined {
    return this.#load.latencyMs
  }

  get weight(): number {
    return this.#options.definition.weight ?? 1
  }

  get dialect(): DialectName {
    return this.#options.adapter.dialect
  }

  /** Number of the operator's keys. */
  get keys(): number {
    return this.#headers.length
  }

  get breakerState(): Breaker['state'] {
    return this.#breaker.state
  }

  /** Ms until it may be called, 0 for now; Infinity while its probes are out. */
  waitMs(nowMs: number): number {
    return Math.max(this.#breaker.waitMs(nowMs), this.#keys.waitMs(nowMs), this.#restsUntilMs - nowMs)
  }

  /** One try. Never rejects. */
  send(request: CallRequest): Promise<LiveAttempt> {
    const { clock, definition, adapter, rename } = this.#options
    const { model } = definition
    const startedAtMs = clock.nowMs()
    if (request.lifeline.isGone) return Promise.resolve(failed(model, { startedAtMs, failure: GONE }))
    if (this.waitMs(startedAtMs) > 0) return Promise.resolve(this.unavailable(startedAtMs))
    const { forward } = request
    const isJson = forward === undefined || isJsonType(forward.contentType)
    const body = rename === undefined || !isJson ? request.body : rename(request.body)
    const prepared =
      forward === undefined ? adapter.prepare(body, request.raw) : adapter.forward(body, forward)
    if ('failure' in prepared) {
      return Promise.resolve(failed(model, { startedAtMs, failure: prepared.failure }))
    }
    const key = this.#hasKey ? this.#keys.take(startedAtMs) : -1
    const permit = this.#breaker.begin(startedAtMs)
    const running = new Running(this, { request, prepared, startedAtMs, permit, key })
    this.#load.begin()
    return new Promise((resolve) => this.#start(running, resolve))
  }

  unavailable(nowMs: number): LiveAttempt {
    const { definition, position } = this.#options
    const { model } = definition
    const waitMs = this.waitMs(nowMs)
    const attempt = failed(model, { startedAtMs: nowMs, failure: RESTING })
    return { ...attempt, upstream: position, ...(Number.isFinite(waitMs) ? { retryAfterMs: waitMs } : {}) }
  }

  /** The exchange of a call is over; a failure after its answer began counts against the upstream too. */
  end({ isAnswered, begun }: Running, failure: Failure | undefined): void {
    this.#load.end()
    if (!isAnswered || failure === undefined) return
    if (verdictOf(failure) === 'bad') this.#breaker.spoil(begun.permit, this.#options.clock.nowMs())
  }

  #start(running: Running, resolve: (attempt: LiveAttempt) => void): void {
    const { request, prepared, startedAtMs, key } = running.begun
    const { lifeline, authorization } = request
    const { path, body, raw, usage } = prepared
    const done = (read: Read): void => {
      // Nothing is left to drop. Kept, it would tie this request's objects to those of the next one.
      if (read.answer?.kind !== 'stream') lifeline.call = undefined
      resolve(this.#toAttempt(running, read))
    }
    const isCallersKey = this.#forwards && authorization !== undefined
    const isForwarded = request.forward !== undefined
    const reader = new AnswerReader({ isCallersKey, isForwarded, done, raw, usage })
    lifeline.call = reader
    lifeline.upstream = this.#options.position
    reader.exchange = this.#options.origin.post(
      {
        path,
        headers: this.#headersFor(request, prepared.headers, key),
        body,
        untilMs: this.#untilMs(request, startedAtMs),
        firstByteUntilMs: this.#firstByteUntilMs(request, startedAtMs),
        observer: running,
      },
      prepared.wrap(reader, () => reader.exchange?.abort()),
    )
  }

  #untilMs({ untilMs = Infinity, lifeline }: CallRequest, nowMs: number): number {
    const { deadlineAtMs = Infinity } = lifeline
    return Math.min(nowMs + this.#options.timeouts.totalMs, deadlineAtMs, untilMs)
  }

  #firstByteUntilMs({ wantsStream = false }: CallRequest, nowMs: number): number {
    const { firstTokenMs } = this.#options.timeouts
    return wantsStream && firstTokenMs !== undefined ? nowMs + firstTokenMs : Infinity
  }

  #headersFor(request: CallRequest, own: readonly string[], key: number): readonly string[] {
    const common = this.#headers[Math.max(0, key)] ?? []
    const { authorization, forward } = request
    const headers = forward === undefined ? common : withType(common, forward.contentType)
    const isForwarded = this.#forwards && authorization !== undefined
    if (!isForwarded && request.headers.length === 0 && own.length === 0) return headers
    const all = [...headers, ...this.#options.adapter.selectHeaders(request.headers), ...own]
    if (isForwarded) all.push(...forwardedAuth(this.#forwardedAuth, authorization))
    return all
  }

  #toAttempt(running: Running, { answer, failure }: Read): LiveAttempt {
    const { startedAtMs, permit, key } = running.begun
    const { definition, position: upstream, clock } = this.#options
    const { model } = definition
    const nowMs = clock.nowMs()
    const latencyMs = nowMs - startedAtMs
    if (answer !== undefined) {
      running.isAnswered = true
      this.#breaker.settle(permit, 'good', nowMs)
      this.#load.sample(latencyMs, nowMs)
      return { model, upstream, startedAtMs, latencyMs, answer }
    }
    const verdict = verdictOf(failure)
    this.#breaker.settle(permit, verdict, nowMs)
    if (verdict === 'bad') this.#load.fail(latencyMs, nowMs)
    const retryAfterMs = 'status' in failure ? this.#readWait(failure) : undefined
    const cure = this.#rotate(failure, { key, nowMs, retryAfterMs }) ? 'key' : cureOf(failure)
    const attempt = failed(model, { startedAtMs, latencyMs, failure, cure })
    return { ...attempt, upstream, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }

  #readWait({ headers }: Refusal): number | undefined {
    return readRetryAfterMs(headers, this.#options.clock.wallMs())
  }

  /** Leaves the upstream or the operator's key alone where the answer says so. True when another key is free. */
  #rotate(failure: Failure | Refusal, { key, nowMs, retryAfterMs }: Refused): boolean {
    if (!('status' in failure)) return false
    if (failure.status >= 500) {
      const untilMs = nowMs + Math.min(LONGEST_REST_MS, retryAfterMs ?? 0)
      this.#restsUntilMs = Math.max(this.#restsUntilMs, untilMs)
      return false
    }
    // A caller's own key that is refused or has spent its limit says nothing about the next caller's.
    const restMs = key < 0 ? undefined : this.#restOf(failure.status, retryAfterMs)
    if (restMs === undefined) return false
    this.#keys.rest(key, nowMs + restMs)
    return this.#keys.size > 1 && this.#keys.waitMs(nowMs) === 0
  }

  /** The only key rests when the upstream says how long, and not on a guess. */
  #restOf(status: number, retryAfterMs: number | undefined): number | undefined {
    const isOne = this.#keys.size === 1
    if (status === 429) {
      if (retryAfterMs !== undefined) return Math.min(LONGEST_REST_MS, retryAfterMs)
      return isOne ? undefined : BUSY_REST_MS
    }
    return !isOne && (status === 401 || status === 402 || status === 403) ? REFUSED_REST_MS : undefined
  }
}

function isJsonType(contentType: string): boolean {
  return /^application\/json\b/i.test(contentType)
}

function withType(headers: readonly string[], contentType: string): readonly string[] {
  return headers.map((value, i) => (headers[i - 1] === 'content-type' && i % 2 === 1 ? contentType : value))
}

interface Refused {
  readonly key: number
  readonly nowMs: number
  readonly retryAfterMs: number | undefined
}

function keysOf({ apiKey, apiKeys }: UpstreamModel): readonly Secret[] {
  return apiKeys ?? (apiKey === undefined ? [] : [apiKey])
}

const RESTING: Failure = {
  code: 'upstream.unavailable',
  message: 'not called: it failed too often or asked to be left alone',
}

interface Failed {
  readonly startedAtMs: number
  readonly latencyMs?: number
  readonly failure: Failure | Refusal
  readonly cure?: Cure
}

function failed(model: string, { startedAtMs, latencyMs = 0, failure, cure }: Failed): LiveAttempt {
  const error = { code: failure.code, message: `${model}: ${failure.message}` }
  const refusal = 'status' in failure ? { refusal: failure } : {}
  return { model, startedAtMs, latencyMs, error, cure: cure ?? cureOf(failure), ...refusal }
}
