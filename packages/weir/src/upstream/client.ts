/**
 * Upstream client: all configured models behind one `call`. A call gives an attempt: an answer that is ready to be sent, or an
 * error with a code. It never throws for an upstream's failure, so that policies can act on it (failover to another model). What is tried
 * before that, within a model, is in retry.ts, spread.ts and endpoint.ts.
 */
import { WeirError } from '@weir/core'
import type { DialectName } from '../dialect/hub.ts'
import { createAdapter } from './adapter.ts'
import { REAL_CLOCK, type Clock } from './clock.ts'
import type { Timeouts, UpstreamModel } from './definition.ts'
import { createOrigin, type Origin } from './dispatch.ts'
import { Endpoint } from './endpoint.ts'
import { DEFAULT_FAULTS, type FaultOptions, type HedgeOptions } from './faults.ts'
import type { CallRequest, LiveAttempt, Send } from './live-attempt.ts'
import { renameModel } from './rename-model.ts'
import { HedgeBudget, sendWithHedge } from './hedge.ts'
import { sendWithRetry, type Spread } from './retry.ts'
import { createSpread } from './spread.ts'

export type { CallRequest, Lifeline, LiveAttempt } from './live-attempt.ts'

export interface UpstreamState {
  readonly model: string
  /** Position among the model's upstreams, from 0. */
  readonly position: number
  readonly breaker: 'closed' | 'half-open' | 'open'
  /** Calls that have not ended. */
  readonly outstanding: number
}

export interface UpstreamClient {
  has(model: string): boolean
  get(model: string): UpstreamModel | undefined
  readonly models: readonly UpstreamModel[]
  /** Name that the upstream knows the model by, as JSON text. */
  wireName(model: string): Buffer
  call(request: CallRequest): Promise<LiveAttempt>
  /** How each upstream fares, for whoever watches. */
  states(): readonly UpstreamState[]
  close(): Promise<void>
  destroy(): Promise<void>
}

/** Effects and limits; all but the limits have defaults. */
export interface ClientOptions extends Partial<FaultOptions> {
  readonly timeouts: Timeouts
  readonly clock?: Clock
  /** In [0, 1). */
  readonly random?: () => number
}

type Filled = Required<ClientOptions>

interface Route {
  readonly definition: UpstreamModel
  readonly wireName: Buffer
  readonly endpoints: readonly Endpoint[]
  readonly send: Send
}

/** Throws `config.value` for a base URL that is none. Upstreams of one origin share its connections. */
export function createUpstreamClient(
  models: readonly UpstreamModel[],
  options: ClientOptions,
): UpstreamClient {
  const filled: Filled = { ...DEFAULT_FAULTS, clock: REAL_CLOCK, random: drawJitter, ...options }
  const origins = new Origins()
  const routes = new Map<string, Route>()
  for (const definition of models) routes.set(definition.model, createRoute(definition, filled, origins))
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
    call: (request) => route(request.model).send(request),
    states: () => [...routes.values()].flatMap(toStates),
    close: () => origins.all((origin) => origin.close()),
    destroy: () => origins.all((origin) => origin.destroy()),
  }
}

function toStates({ definition: { model }, endpoints }: Route): readonly UpstreamState[] {
  return endpoints.map(({ breakerState, outstanding }, position) => ({
    model,
    position,
    breaker: breakerState,
    outstanding,
  }))
}

/** Waits need no seed: nothing that is recorded or replayed depends on them. */
function drawJitter(): number {
  // oxlint-disable-next-line no-restricted-properties -- the default of an injected source; replays have no waits
  return Math.random()
}

/** What every place of a model shares, and the first place's dialect: callers are told what the model speaks. */
function createRoute(written: UpstreamModel, options: Filled, origins: Origins): Route {
  const { upstreams: places = [written], ...shared } = written
  const wireName = nameAt(written)
  const timeouts = { ...options.timeouts, ...written.timeouts }
  const breaker = { ...options.breaker, ...written.breaker }
  const hedge = { ...options.hedge, ...written.hedge }
  const endpoints = places.map((place, position) => {
    const definition = { ...shared, ...place }
    const adapter = createAdapter(definition)
    const name = nameAt(definition)
    const reach = { ...timeouts, allowPrivate: place.allowPrivate ?? false }
    return new Endpoint({
      definition,
      position,
      adapter,
      origin: origins.get(adapter.origin, reach),
      timeouts,
      breaker,
      clock: options.clock,
      ...(name.equals(wireName) ? {} : { rename: (body: Buffer) => renameModel(body, name) }),
    })
  })
  const dialect = commonDialect(written.model, endpoints)
  const { clock, random } = options
  const spread = createSpread(endpoints, { clock, random })
  const retry = { ...options.retry, ...written.retry }
  const tools = { retry, totalMs: timeouts.totalMs, clock, random }
  const definition = { ...written, dialect }
  const send: Send = (request) => sendWithRetry(spread, tools, request)
  return { definition, wireName, endpoints, send: withHedge(send, spread, { hedge, clock }) }
}

interface Hedging {
  readonly hedge: HedgeOptions
  readonly clock: Clock
}

/** The same function where hedging is off: it then costs nothing. */
function withHedge(send: Send, spread: Spread, { hedge, clock }: Hedging): Send {
  if (hedge.fraction === 0) return send
  const budget = new HedgeBudget(hedge)
  const second = (request: CallRequest, slow: number): Promise<LiveAttempt> =>
    spread.send(spread.choose(new Set([slow])) ?? slow, request)
  return (request) => sendWithHedge(send, { budget, clock, second }, request)
}

/** A caller's own bytes can go to any of them only when they speak alike. */
function commonDialect(model: string, endpoints: readonly Endpoint[]): DialectName {
  const [first = 'chat', ...others] = new Set(endpoints.map(({ dialect }) => dialect))
  if (others.length === 0) return first
  throw new WeirError(
    'config.value',
    `the upstreams of ${model} speak ${[first, ...others].join(' and ')}; make them two models, or set dialect`,
  )
}

function nameAt({ model, upstreamModel }: UpstreamModel): Buffer {
  return Buffer.from(JSON.stringify(upstreamModel ?? model))
}

interface Reach extends Timeouts {
  readonly allowPrivate: boolean
}

/** Connections to one origin under the same limits are shared. */
class Origins {
  readonly #origins = new Map<string, Origin>()

  get(address: string, { connectMs, firstByteMs, idleMs, allowPrivate }: Reach): Origin {
    const key = JSON.stringify([address, connectMs, firstByteMs, idleMs, allowPrivate])
    const origin =
      this.#origins.get(key) ?? createOrigin(address, { connectMs, firstByteMs, idleMs, allowPrivate })
    this.#origins.set(key, origin)
    return origin
  }

  async all(act: (origin: Origin) => Promise<void>): Promise<void> {
    await Promise.all([...this.#origins.values()].map(act))
  }
}
