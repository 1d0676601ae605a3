/**
 * Upstream client: all configured models behind one `call`. A call gives an attempt: an answer that is ready to be sent, or an
 * error with a code. It never throws for an upstream's failure, so that policies can act on it (failover).
 */
import { performance } from 'node:perf_hooks'
import { WeirError, type Attempt, type Reason } from '@weir/core'
import type { DialectName } from '../dialect/hub.ts'
import { createAdapter, type Adapter } from './adapter.ts'
import { AnswerReader, type Answer, type Read, type Refusal } from './answer.ts'
import type { Timeouts, UpstreamModel } from './definition.ts'
import { createOrigin, type Failure, type Origin } from './dispatch.ts'
import { forwardedAuth, providerOf } from './providers.ts'

export interface LiveAttempt extends Attempt {
  /** Absent when the attempt has an error. */
  readonly answer?: Answer
  /** Present when the upstream answered with a status that fails over. */
  readonly refusal?: Refusal
  /** performance.now() when the call began, ms. */
  readonly startedAtMs: number
  /** Why this model was called. */
  readonly reason?: Reason
  /** True when the answer is in the caller's own dialect, untouched. Absent: chat. */
  readonly isRaw?: boolean
  /** The answer at a position of `answers`; present when several were drawn. */
  readonly pick?: (position: number) => Answer | undefined
  /** Closes an answer that is still arriving; absent when nothing of it is outstanding. */
  readonly cancel?: () => void
}

/** Ties the running call to the caller's connection: when that closes, the call is dropped. */
export interface Lifeline {
  isGone: boolean
  call: { drop(failure?: Failure): void } | undefined
}

export interface CallRequest {
  readonly model: string
  readonly body: Buffer
  /** Extra headers of this request, names and values alternating. */
  readonly headers: readonly string[]
  /** The caller's Authorization header; used only for a model without a key of the operator. */
  readonly authorization?: string
  readonly lifeline: Lifeline
  /** Dialect of body and answer where they are the caller's own, untouched: the model's dialect then. Absent: chat. */
  readonly raw?: DialectName
}

export interface UpstreamClient {
  has(model: string): boolean
  get(model: string): UpstreamModel | undefined
  readonly models: readonly UpstreamModel[]
  /** Name that the upstream knows the model by, as JSON text. */
  wireName(model: string): Buffer
  call(request: CallRequest): Promise<LiveAttempt>
  close(): Promise<void>
  destroy(): Promise<void>
}

interface Route {
  readonly definition: UpstreamModel
  readonly origin: Origin
  readonly adapter: Adapter
  readonly wireName: Buffer
  readonly headers: readonly string[]
  readonly hasKey: boolean
}

/** Throws `config.value` for a base URL that is none. Models of one origin share its connections. */
export function createUpstreamClient(models: readonly UpstreamModel[], timeouts: Timeouts): UpstreamClient {
  const origins = new Map<string, Origin>()
  const routes = new Map<string, Route>()
  for (const written of models) {
    const adapter = createAdapter(written)
    const { origin: address, dialect } = adapter
    const definition = { ...written, dialect }
    const origin = origins.get(address) ?? createOrigin(address, timeouts)
    origins.set(address, origin)
    routes.set(definition.model, {
      definition,
      origin,
      adapter,
      wireName: Buffer.from(JSON.stringify(definition.upstreamModel ?? definition.model)),
      headers: adapter.headersOf(definition.apiKey?.reveal()),
      hasKey: definition.apiKey !== undefined,
    })
  }
  const route = (model: string): Route => {
    const found = routes.get(model)
    if (found === undefined) throw new WeirError('internal.bug', `no upstream for model ${model}`)
    return found
  }
  return {
    models,
    has: (model) => routes.has(model),
    get: (model) => routes.get(model)?.definition,
    wireName: (model) => route(model).wireName,
    call: (request) => callRoute(route(request.model), request),
    close: async () => {
      await Promise.all([...origins.values()].map((origin) => origin.close()))
    },
    destroy: async () => {
      await Promise.all([...origins.values()].map((origin) => origin.destroy()))
    },
  }
}

function callRoute(route: Route, request: CallRequest): Promise<LiveAttempt> {
  const startedAtMs = performance.now()
  const { model, lifeline, authorization } = request
  if (lifeline.isGone) return Promise.resolve({ model, startedAtMs, latencyMs: 0, error: GONE })
  const isCallersKey = !route.hasKey && authorization !== undefined
  return new Promise((resolve) => {
    const finish = (read: Read): void => {
      // Nothing is left to drop. Kept, it would tie this request's objects to those of the next one.
      if (read.answer?.kind !== 'stream') lifeline.call = undefined
      resolve(toAttempt(route, read, startedAtMs))
    }
    const prepared = route.adapter.prepare(request.body, request.raw)
    if ('failure' in prepared) return finish(prepared)
    const { path, body, headers, raw, usage } = prepared
    const reader = new AnswerReader({ isCallersKey, done: finish, raw, usage })
    lifeline.call = reader
    reader.exchange = route.origin.post(
      { path, headers: headersFor(route, request, headers), body },
      prepared.wrap(reader, () => reader.exchange?.abort()),
    )
  })
}

function headersFor(
  { definition, adapter, headers, hasKey }: Route,
  request: CallRequest,
  own: readonly string[],
): readonly string[] {
  const { authorization } = request
  const isForwarded = !hasKey && authorization !== undefined
  if (!isForwarded && request.headers.length === 0 && own.length === 0) return headers
  const all = [...headers, ...adapter.selectHeaders(request.headers), ...own]
  if (isForwarded) all.push(...forwardedAuth(providerOf(definition.provider).auth, authorization))
  return all
}

const GONE = { code: 'request.aborted', message: 'the caller closed the connection' } as const

function toAttempt({ definition }: Route, read: Read, startedAtMs: number): LiveAttempt {
  const { model } = definition
  const latencyMs = performance.now() - startedAtMs
  if (read.answer === undefined) {
    const { failure } = read
    const error = { code: failure.code, message: `${model}: ${failure.message}` }
    return { model, startedAtMs, latencyMs, error, ...('status' in failure ? { refusal: failure } : {}) }
  }
  return { model, startedAtMs, latencyMs, answer: read.answer }
}
